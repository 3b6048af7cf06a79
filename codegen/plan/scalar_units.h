// Units: the short lists of nodes that scalar chunks compute together, and what their shapes share. Steps of
// cut_scalars (scalars.cpp).
#pragma once
#include <map>
#include <span>
#include <string>
#include <unordered_map>

#include "codegen/plan/plan.h"

namespace wengert {

/// The units of one segment: scalars of a level between which the entry computes nothing that reads them.
struct ScalarUnits {
  std::vector<uint32_t> nodes;     ///< unit by unit
  std::vector<uint32_t> begin{0};  ///< by unit, and the end
  std::vector<uint32_t> shape;     ///< by unit: its number in plan.shapes

  size_t size() const { return begin.size() - 1; }
  std::span<const uint32_t> of(uint32_t unit) const {
    return std::span(nodes).subspan(begin[unit], begin[unit + 1] - begin[unit]);
  }
};

/// Nodes that a list of them reads from outside, each once, in the order in which the list reads them;
/// constants that are part of the shape are not among them.
std::vector<uint32_t> streams_of(const Plan& plan, std::span<const uint32_t> unit);

/// A constant read so often that code for it alone pays.
bool is_common_constant(const Plan& plan, uint32_t node);

/// Which nodes become one unit.
enum class Join : uint8_t {
  none,    ///< each is its own
  twins,   ///< costly ones of one operand whose bodies share much, such as sine and cosine
  readers  ///< those, and cheap ones with the only unit that reads them, where many units are alike
};

/// Cuts segments into units and adds their shapes to the plan. One for a plan, so that segments share shapes.
class UnitMaker {
 public:
  explicit UnitMaker(Plan& plan);
  ScalarUnits make(std::span<const uint32_t> segment, Join join);
  /// Of a node alone.
  uint32_t shape_of(uint32_t node);

 private:
  uint32_t shape_of(std::span<const uint32_t> unit);
  ScalarUnits gather(std::span<const uint32_t> segment, std::span<const uint32_t> leader);
  void join_twins(std::span<const uint32_t> segment, std::vector<uint32_t>& leader);
  void join_readers(std::span<const uint32_t> segment, std::vector<uint32_t>& leader);
  void split_rare(std::span<const uint32_t> segment, std::vector<uint32_t>& leader,
                  const std::vector<uint32_t>& twins);
  bool worth_joining(uint32_t a, uint32_t b);

  Plan& plan_;
  const Graph& graph_;
  std::vector<uint32_t> reads_;     // by node: how often it is read anywhere
  std::vector<uint32_t> position_;  // by node of the segment at hand
  std::vector<uint32_t> singles_;   // by node: its shape alone, once it is known
  std::unordered_map<std::string, uint32_t> shapes_;
  std::map<std::pair<uint32_t, uint32_t>, bool> twins_;  // by shapes
  std::string key_;
};

/// Units of a shape from which on a loop of its own pays.
constexpr uint32_t least_units = 48;
/// Primitives from which on a body is worth gathering lanes for.
constexpr size_t costly = 16;

/// In which order units run.
struct ScalarSchedule {
  std::vector<uint32_t> units;
  std::vector<ScalarGroup> groups;
  std::vector<ScalarLoop> loops;  ///< which the groups number
  double cycles = 0;              ///< estimated
};

/// Lists of ready units by loop; of the loop with the most, as many as fill vectors.
ScalarSchedule schedule_grouped(const Plan& plan, const ScalarUnits& units);
/// In order; with `lanes`, costly units that are ready together in one group.
ScalarSchedule schedule_code(const Plan& plan, const ScalarUnits& units, bool lanes);

/// A part of a segment whose nodes repeat: trip t has the nodes [begin + t * period, begin + (t+1) * period),
/// and reads of trip t what its predecessor reads, a constant step on. Trips [first, last) run as loops; the
/// others as other code does.
struct Repeat {
  uint32_t begin, period, trips;
  uint32_t first = 0, last = 0;
  std::vector<char> carried = {};  ///< by place in the period: depends on the trip before
};
/// Those of a segment, in order. `rank` gives, by node, where the entry's scalars lie among one another.
std::vector<Repeat> find_repeats(const Plan& plan, UnitMaker& maker, std::span<const uint32_t> segment,
                                 std::span<const uint32_t> rank);

/// Gives slots to scalars that pass between functions.
void assign_slots(Plan& plan);
/// For print_plan.
std::string print_chunks(const Plan& plan);

}  // namespace wengert
