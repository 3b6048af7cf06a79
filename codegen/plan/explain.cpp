// What each kernel of a plan costs, where it comes from in the source, and why it was cut from the one before
// it.
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codegen/plan/costs.h"
#include "codegen/plan/rows.h"
#include "codegen/plan/scalar_units.h"
#include "ir/op.h"

namespace wengert {
namespace {

class Explanation {
 public:
  explicit Explanation(const Plan& plan) : plan_(plan), graph_(*plan.program->graph), costs_(plan) {}

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
  std::string kernel(const Nest& nest) {
    std::vector<const Nest*> loops;
    for (const Nest& member : nest.members) loops.push_back(&member);
    if (loops.empty()) loops.push_back(&nest);
    const Cost cost = costs_.of(nest);
    std::string body;
    std::set<std::string> places;
    for (const Nest* loop : loops) {
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
    out += fmt::format("    {} operations, {} bytes\n", cost.operations.text(), cost.bytes.text());
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

  const Plan& plan_;
  const Graph& graph_;
  CostCounter costs_;
  int number_ = 0;
};

}  // namespace

std::string explain_plan(const Plan& plan) { return Explanation(plan).run(); }

}  // namespace wengert
