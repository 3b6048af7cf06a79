// Which nests threads share, and how much work there is in them.
#include <algorithm>

#include "codegen/plan/costs.h"
#include "ir/summation.h"

namespace wengert {

bool may_be_long(const Extent& extent) {
  return !extent.is_number() || *extent.number() >= summation::long_extent;
}

// Whether parts of the nest are independent of one another, but for sums of chunks.
static bool can_be_cut(const Nest& nest) {
  if (nest.space.empty()) return false;
  switch (nest.kind) {
    case NestKind::map:
    case NestKind::product:
    case NestKind::place:
    case NestKind::fill: return true;
    case NestKind::fold_chain:
    case NestKind::arg_reduction: return nest.kept > 0;
    case NestKind::fold_lanes: return nest.kept > 0 || may_be_long(nest.space[0]);
    case NestKind::tree:
      return may_be_long(nest.space[0]) ||
             std::none_of(nest.members.begin(), nest.members.end(),
                          [](const Nest& member) { return member.rows == Rows::folded; });
    case NestKind::scatter: return false;
  }
  return false;
}

void assign_workers(Plan& plan) {
  if (plan.options.threads == 1) return;
  CostCounter costs(plan);
  for (Nest& nest : plan.nests) {
    if (!can_be_cut(nest)) continue;
    const Cost cost = costs.of(nest);
    nest.work = cost.operations * (nest.kind == NestKind::product ? 1 : 4) + cost.bytes * 4;
    if (nest.work.is_number() && *nest.work.number() < 2 * plan.options.part_work) continue;
    nest.workers = plan.options.threads;
    for (Nest& member : nest.members) member.workers = nest.workers;
  }
}

}  // namespace wengert
