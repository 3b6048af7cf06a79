// What a loop nest costs, counted from the graph: for reports, and for deciding whether threads pay.
#pragma once
#include <set>

#include "codegen/plan/plan.h"
#include "ir/evaluate_kinds.h"

namespace wengert {

/// Operations of floats or integers, and bytes of the arrays that are read or written, each once.
struct Cost {
  Extent operations = 0, bytes = 0;
};

/// Primitives that are recomputed rather than stored and loaded.
constexpr size_t cheap_to_recompute = 8;
/// Primitives of one element of a node; more than cheap_to_recompute where one of them costs more than
/// storing and loading the result.
size_t recomputing_cost(const Graph& graph, BodyCache& bodies, uint32_t node);

class CostCounter {
 public:
  explicit CostCounter(const Plan& plan);
  /// Of a nest; of a tree, of all its members.
  Cost of(const Nest& nest);
  /// Of elementwise nodes alone.
  Cost of(const std::vector<uint32_t>& nodes);

 private:
  struct Sum {
    Cost cost;
    std::set<uint32_t> touched;  // arrays counted already
  };
  void count(const Nest& nest, Sum& sum);
  void count_body(uint32_t id, Sum& sum);
  void touch(uint32_t id, Sum& sum);

  const Plan& plan_;
  const Graph& graph_;
  BodyCache bodies_;
};

}  // namespace wengert
