// Whether a root may be written over the elements of an argument that is read for the last time.
//
// It may where no element is read after it was overwritten: what reads the array runs in nests before the one
// that writes the root, or in that one, at the very index that is written; in a tree, members before it may
// read their own rows.
#pragma once
#include <compare>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "codegen/plan/plan.h"

namespace wengert {

class Overwriting {
 public:
  /// Of these arguments' arrays.
  Overwriting(Plan& plan, std::span<const uint32_t> arrays);

  /// Why the root cannot lie over the array; empty: it can. Moves the root's nest behind later readers where
  /// nothing in between wants its results or overwrites what it reads.
  std::string conflict(uint32_t array, uint32_t root);
  /// Says so in the plan: Plan::written_over.
  void write_over(uint32_t array, uint32_t root);

 private:
  static constexpr uint32_t nowhere = 0xFFFFFFFF;
  // How a value reads an array.
  struct Use {
    bool same = true;               // each element only at its own place, counted in row-major order
    std::set<uint32_t> nodes = {};  // the array itself, or views of it
  };
  using Uses = std::map<uint32_t, Use>;  // by array
  struct Reader {
    uint32_t node;  // a root or a scalar
    Use use;
  };
  struct Position {
    uint32_t nest = nowhere, member = 0;
    auto operator<=>(const Position&) const = default;
  };
  // `wait`: behind that nest there would be none.
  struct Conflict {
    std::string why;
    uint32_t wait = nowhere;
  };

  void find_readers();
  Uses uses_of(uint32_t id) const;
  bool keeps_places(uint32_t id, size_t operand) const;
  void find_positions();
  const Nest& nest_at(Position at) const;
  std::optional<Conflict> find_conflict(uint32_t array, uint32_t root) const;
  std::optional<Conflict> conflict_with(const Reader& reader, uint32_t array, uint32_t root) const;
  bool reads_in_time(const Reader& reader, Position at, uint32_t array, uint32_t root, Position writer) const;
  bool reads_own_rows(uint32_t reader, uint32_t array) const;
  bool move_behind(uint32_t from, uint32_t to);

  Plan& plan_;
  const Graph& graph_;
  std::map<uint32_t, std::vector<Reader>> readers_;  // by array
  std::unordered_map<uint32_t, Uses> flows_;         // of inlined nodes
  std::vector<Position> first_, last_;               // by root: its nests
};

}  // namespace wengert
