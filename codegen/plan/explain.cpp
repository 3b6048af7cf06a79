// What each kernel of a plan costs, where it comes from in the source, and why it was cut from the one before
// it.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codegen/plan/rows.h"
#include "codegen/plan/scalar_units.h"
#include "ir/evaluate_kinds.h"
#include "ir/op.h"

namespace wengert {
namespace {

class Explanation {
 public:
  explicit Explanation(const Plan& plan) : plan_(plan), graph_(*plan.program->graph) {}

  std::string run() {
    std::string out;
    for (const Nest& nest : plan_.nests) out += kernel(nest);
    if (!plan_.scalars.empty() || !plan_.chunks.empty()) {
      size_t count = plan_.scalars.size();
      for (const ScalarChunk& chunk : plan_.chunks) count += chunk.nodes.size();
      out += fmt::format("{} scalars in straight-line code, {} functions\n", count, 1 + plan_.chunks.size());
      out += print_chunks(plan_);
    }
    return out + fmt::format("workspace: {} bytes\n", plan_.workspace.text());
  }

 private:
  struct Cost {
    Extent flops = 0, bytes = 0;
    std::set<uint32_t> touched;  // arrays counted already
  };

  std::string kernel(const Nest& nest) {
    std::vector<const Nest*> loops;
    for (const Nest& member : nest.members) loops.push_back(&member);
    if (loops.empty()) loops.push_back(&nest);
    Cost cost;
    std::string body;
    std::set<std::string> places;
    for (const Nest* loop : loops) {
      count(*loop, cost);
      for (Value root : loop->roots) {
        const Place place = graph_.place(root.node);
        if (place.known()) places.insert(fmt::format("{}:{}", place.file, place.line));
        body += fmt::format("    %{} {} : {}{}\n", root.node, graph_.node(root.node).op->name,
                            text(graph_.type(root)), where(root.node));
      }
    }
    const std::string kind = nest.kind == NestKind::tree ? fmt::format("tree of {} loops, blocks of {} rows",
                                                                       loops.size(), nest.block)
                                                         : "loop";
    std::string out = fmt::format("kernel {}: {} over {}\n", ++number_, kind, text(nest.space));
    out += fmt::format("    {} operations, {} bytes\n", cost.flops.text(), cost.bytes.text());
    if (!places.empty()) out += fmt::format("    from {}\n", fmt::join(places, ", "));
    return out + body + cut(loops);
  }

  std::string where(uint32_t root) {
    switch (plan_.storage[root].kind) {
      case Storage::Kind::block: return ", stays in the block";
      case Storage::Kind::output: return ", an output";
      case Storage::Kind::workspace: return ", stored";
      default: return "";
    }
  }

  // The value for which the kernel had to wait, that is, the latest one that it needs whole.
  std::string cut(const std::vector<const Nest*>& loops) {
    for (const Nest* loop : loops)
      for (Value root : loop->roots)
        for (const Read& read : reads_of(plan_, root.node)) {
          const Role role = plan_.roles[read.node];
          if ((role != Role::root && role != Role::scalar) || plan_.levels[root.node] < 2 ||
              plan_.levels[read.node] + 1 != plan_.levels[root.node])
            continue;
          return fmt::format("    begins here because %{} needs all of %{} ({}{})\n", root.node, read.node,
                             graph_.node(read.node).op->name, role == Role::scalar ? ", a scalar" : "");
        }
    return number_ == 1 ? "" : "    a kernel of its own because it goes over other elements\n";
  }

  void count(const Nest& nest, Cost& cost) {
    const Extent elements = element_count(nest.space);
    for (Value root : nest.roots) {
      const Kind kind = graph_.node(root.node).op->kind;
      if (kind == Kind::contraction)
        cost.flops = cost.flops + elements * 2;
      else if (kind == Kind::elementwise)
        count_body(root.node, cost);
      else
        cost.flops = cost.flops + elements;
      touch(root.node, cost);
      for (const Read& read : reads_of(plan_, root.node)) touch(read.node, cost);
    }
    for (uint32_t id : inlined_by(plan_, nest)) count_body(id, cost);
  }

  void touch(uint32_t id, Cost& cost) {
    const Type& type = graph_.type({id, 0});
    if (type.is_scalar() || plan_.storage[id].kind == Storage::Kind::block || !cost.touched.insert(id).second)
      return;
    cost.bytes = cost.bytes + element_count(type.shape) * static_cast<int64_t>(size_of(type.dtype));
  }

  void count_body(uint32_t id, Cost& cost) {
    const Node& node = graph_.node(id);
    if (node.op->kind != Kind::elementwise) return;
    std::vector<Dtype> dtypes;
    for (Value input : graph_.inputs(id)) dtypes.push_back(graph_.type(input).dtype);
    const Body& body = bodies_.elementwise(*node.op, *node.attributes, dtypes);
    const auto steps = std::count_if(body.code.begin(), body.code.end(),
                                     [](const Instruction& in) { return in.prim != Prim::constant; });
    cost.flops = cost.flops + element_count(graph_.type({id, 0}).shape) * static_cast<int64_t>(steps);
  }

  const Plan& plan_;
  const Graph& graph_;
  BodyCache bodies_;
  int number_ = 0;
};

}  // namespace

std::string explain_plan(const Plan& plan) { return Explanation(plan).run(); }

}  // namespace wengert
