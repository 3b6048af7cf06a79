#include "codegen/plan/explain.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codegen/plan/rows.h"
#include "codegen/plan/scalar_units.h"
#include "ir/op.h"

namespace wengert {
namespace {

class Explainer {
 public:
  explicit Explainer(const Plan& plan) : plan_(plan), graph_(*plan.program->graph), costs_(plan) {}

  KernelExplanation kernel(const Nest& nest, bool first) {
    std::vector<const Nest*> loops;
    for (const Nest& member : nest.members) loops.push_back(&member);
    if (loops.empty()) loops.push_back(&nest);
    const std::string kind = nest.kind == NestKind::tree ? fmt::format("tree of {} loops, blocks of {} rows",
                                                                       loops.size(), nest.block)
                                                         : "loop";
    KernelExplanation out;
    out.loops = fmt::format("{} over {}", kind, text(nest.space));
    out.cost = costs_.of(nest);
    std::set<std::string> sources;
    for (const Nest* loop : loops) {
      for (Value root : loop->roots) {
        add_source(sources, root.node);
        out.results.push_back(fmt::format("%{} {} : {}{}{}", root.node, graph_.node(root.node).op->name,
                                          text(graph_.type(root)), where(root.node),
                                          root == loop->roots[0] ? triangle(*loop) : ""));
      }
    }
    out.sources.assign(sources.begin(), sources.end());
    out.cut = cut(loops, first);
    return out;
  }

  KernelExplanation scalars() {
    size_t count = plan_.scalars.size();
    std::set<std::string> sources;
    KernelExplanation out;
    const auto add = [&](const std::vector<uint32_t>& nodes) {
      for (uint32_t id : nodes) add_source(sources, id);
      out.cost.operations = out.cost.operations + costs_.of(nodes).operations;
    };
    add(plan_.scalars);
    for (const ScalarChunk& chunk : plan_.chunks) {
      count += chunk.nodes.size();
      add(chunk.nodes);
    }
    if (count == 0) return out;
    out.loops = fmt::format("{} scalars in straight-line code, {} functions", count, 1 + plan_.chunks.size());
    out.sources.assign(sources.begin(), sources.end());
    return out;
  }

 private:
  void add_source(std::set<std::string>& sources, uint32_t node) {
    const Place place = graph_.place(node);
    if (place.known()) sources.insert(fmt::format("{}:{}", place.file, place.line));
  }

  std::string where(uint32_t root) {
    switch (plan_.storage[root].kind) {
      case Storage::Kind::block: return ", stays in the block";
      case Storage::Kind::output: return ", an output";
      case Storage::Kind::workspace: return ", stored";
      default: return "";
    }
  }

  static std::string_view triangle(const Nest& loop) {
    if (!loop.product || loop.product->wanted == no_triangle) return "";
    return loop.product->mirrored ? ", symmetric: one triangle is computed, the other copied from it"
                                  : ", one triangle of it";
  }

  // The value for which the kernel had to wait, that is, the latest one that it needs whole.
  std::string cut(const std::vector<const Nest*>& loops, bool first) {
    for (const Nest* loop : loops)
      for (Value root : loop->roots)
        for (const Read& read : reads_of(plan_, root.node)) {
          const Role role = plan_.roles[read.node];
          if ((role != Role::root && role != Role::scalar) || plan_.levels[root.node] < 2 ||
              plan_.levels[read.node] + 1 != plan_.levels[root.node])
            continue;
          return fmt::format("begins here because %{} needs all of %{} ({}{})", root.node, read.node,
                             graph_.node(read.node).op->name, role == Role::scalar ? ", a scalar" : "");
        }
    return first ? "" : "a kernel of its own because it goes over other elements";
  }

  const Plan& plan_;
  const Graph& graph_;
  CostCounter costs_;
};

}  // namespace

std::vector<KernelExplanation> explain_kernels(const Plan& plan) {
  Explainer explainer(plan);
  std::vector<KernelExplanation> out;
  for (const Nest& nest : plan.nests) out.push_back(explainer.kernel(nest, out.empty()));
  return out;
}

KernelExplanation explain_scalars(const Plan& plan) { return Explainer(plan).scalars(); }

std::string explain_plan(const Plan& plan) {
  std::string out;
  int number = 0;
  for (const KernelExplanation& kernel : explain_kernels(plan)) {
    out += fmt::format("kernel {}: {}\n    {} operations, {} bytes\n", ++number, kernel.loops,
                       kernel.cost.operations.text(), kernel.cost.bytes.text());
    if (!kernel.sources.empty()) out += fmt::format("    from {}\n", fmt::join(kernel.sources, ", "));
    for (const std::string& result : kernel.results) out += fmt::format("    {}\n", result);
    if (!kernel.cut.empty()) out += fmt::format("    {}\n", kernel.cut);
  }
  if (!plan.recomputed.empty())
    out += fmt::format("recomputed where it is read, for a workspace of {} bytes at most:\n",
                       *plan.options.workspace_limit);
  for (const auto& [node, dear] : plan.recomputed) {
    const Place place = plan.program->graph->place(node);
    out += fmt::format("    %{} {} : {}{}{}\n", node, plan.program->graph->node(node).op->name,
                       text(plan.program->graph->type({node, 0})),
                       place.known() ? fmt::format(", from {}:{}", place.file, place.line) : "",
                       dear ? ", with divisions, roots or functions, since nothing cheaper was left" : "");
  }
  for (const PlacedDonation& donated : plan.donations) {
    const std::string pair =
        fmt::format("{} becomes {}", plan.program->graph->input_name({donated.argument, 0}),
                    plan.program->outputs[donated.donation.output].name);
    out += donated.why.empty() ? fmt::format("{} in place\n", pair)
                               : fmt::format("{} by a copy at the end: {}\n", pair, donated.why);
  }
  if (const KernelExplanation scalars = explain_scalars(plan); !scalars.loops.empty())
    out += fmt::format("{}\n{}", scalars.loops, print_chunks(plan));
  return out + fmt::format("workspace: {} bytes\n", with_alignment(plan.workspace).text());
}

}  // namespace wengert
