// Levels: in which order nests and scalars are computed. A root that reads another only at its own row does
// not wait for all of it: the two are of one level and share a tree, where steps order them.
#include <algorithm>
#include <numeric>

#include "codegen/plan/rows.h"
#include "ir/op.h"

namespace wengert {
namespace {

// A root that a root or scalar reads; beside: both keep the same rows, and it is read at the reader's own.
struct Edge {
  uint32_t source, reader;
  bool beside;
};

struct Levels {
  Plan& plan;
  const Graph& graph = *plan.program->graph;
  std::vector<uint32_t> parent;  // of roots that share a tree: a union-find forest
  std::vector<char> linked;      // has a neighbour in its tree
  std::vector<char> needed;      // whole: read other than at the reader's row, or by another nest
  std::vector<char> apart;       // maps over the results of a matrix product: they may become part of it
  std::vector<Edge> edges;       // by ascending reader

  explicit Levels(Plan& p)
      : plan(p), parent(graph.size()), linked(graph.size()), needed(graph.size()), apart(graph.size()) {
    std::iota(parent.begin(), parent.end(), 0u);
  }

  uint32_t find(uint32_t id) {
    while (parent[id] != id) id = parent[id] = parent[parent[id]];
    return id;
  }

  bool is_root(uint32_t id) const { return plan.roles[id] == Role::root; }

  void root(uint32_t id) {
    const std::vector<Read> reads = reads_of(plan, id);
    if (graph.node(id).op->kind == Kind::elementwise)
      for (const Read& read : reads)
        if (read.own_row && is_matrix_product(graph, read.node) &&
            row_role(graph, read.node).rows == Rows::none &&
            graph.type({read.node, 0}).shape == graph.type({id, 0}).shape)
          apart[id] = 1;
    const RowRole role = apart[id] ? RowRole{} : row_role(graph, id);
    auto beside = [&](const Read& read) {
      if (role.rows == Rows::none || !read.own_row || !is_root(read.node) || role.extent.is(1)) return false;
      const RowRole source = row_role(graph, read.node);
      return !apart[read.node] && source.rows == Rows::kept && source.extent == role.extent;
    };
    uint32_t level = 0;
    for (const Read& read : reads) {
      const bool stored = is_root(read.node) || plan.roles[read.node] == Role::scalar;
      if (stored) level = std::max(level, plan.levels[read.node] + (beside(read) ? 0 : 1));
    }
    level = std::max(level, 1u);
    for (const Read& read : reads) {
      if (!is_root(read.node)) continue;
      edges.push_back({read.node, id, beside(read)});
      if (!beside(read) || plan.levels[read.node] != level) {
        needed[read.node] = 1;
        continue;
      }
      if (wants_whole(read.node, id)) needed[read.node] = 1;
      parent[find(read.node)] = find(id);
      linked[id] = linked[read.node] = 1;
    }
    plan.levels[id] = level;
  }

  // Of a block, rows that are not outermost lie closer than in the whole array: a product wants strides that
  // are known before blocks are.
  bool wants_whole(uint32_t source, uint32_t reader) const {
    return row_role(graph, source).axis != 0 && is_matrix_product(graph, reader);
  }

  // A root that only members of one tree read, at their own rows, joins the tree, though it could be computed
  // earlier.
  void sink() {
    std::vector<Edge> by_source = edges;
    std::stable_sort(by_source.begin(), by_source.end(),
                     [](const Edge& a, const Edge& b) { return a.source > b.source; });
    for (auto first = by_source.begin(), end = first; first != by_source.end(); first = end) {
      const uint32_t id = first->source, reader = first->reader;
      end = std::find_if(first, by_source.end(), [&](const Edge& e) { return e.source != id; });
      const bool together = std::all_of(first, end, [&](const Edge& e) {
        return e.beside && find(e.reader) == find(reader) && plan.levels[e.reader] == plan.levels[reader];
      });
      if (linked[id] || !together || plan.levels[reader] <= plan.levels[id]) continue;
      plan.levels[id] = plan.levels[reader];
      parent[find(id)] = find(reader);
      linked[id] = linked[reader] = 1;
      needed[id] = std::any_of(first, end, [&](const Edge& e) { return wants_whole(id, e.reader); });
    }
    for (const Edge& e : edges)
      if (plan.levels[e.source] == plan.levels[e.reader])
        plan.steps[e.reader] = std::max(plan.steps[e.reader], plan.steps[e.source] + 1);
  }

  void run() {
    plan.levels.assign(graph.size(), 0);
    plan.steps.assign(graph.size(), 0);
    plan.trees.assign(graph.size(), Plan::no_tree);
    plan.block_only.assign(graph.size(), 0);
    for (uint32_t id = 0; id < graph.size(); id++) {
      if (plan.roles[id] == Role::dead) continue;
      if (is_root(id)) {
        root(id);
        continue;
      }
      bool of_arrays = false;
      for (Value input : graph.inputs(id)) {
        plan.levels[id] = std::max(plan.levels[id], plan.levels[input.node]);
        of_arrays = of_arrays || !graph.type(input).is_scalar();
      }
      if (plan.roles[id] == Role::scalar && of_arrays)
        for (const Read& read : reads_of(plan, id)) {
          needed[read.node] = 1;
          edges.push_back({read.node, id, false});
        }
    }
    sink();
    for (const Output& output : plan.program->outputs) {
      uint32_t id = output.value.node;
      while (plan.roles[id] == Role::view) id = graph.inputs(id)[0].node;
      needed[id] = 1;
    }
    for (uint32_t id = 0; id < graph.size(); id++) {
      if (!linked[id]) continue;
      plan.trees[id] = find(id);
      plan.block_only[id] = !needed[id] && row_role(graph, id).rows == Rows::kept;
    }
  }
};

}  // namespace

void assign_levels(Plan& plan) { Levels(plan).run(); }

}  // namespace wengert
