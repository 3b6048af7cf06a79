// What is drawn of a program: a box for each node that an output reaches, and its edges. Scalar constants
// have no box of their own, they stand in the labels of their users: power(·, 2).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ir/program.h"

namespace wengert::tool {

enum class Role : uint8_t {
  input,
  forward,  ///< the value of the program needs it
  adjoint   ///< only derivatives need it
};

struct Box {
  std::string label, type, place;
  Role role = Role::forward;
  std::vector<std::string> outputs;  ///< names of the outputs that it is
};

struct Edge {
  uint32_t from, to;  ///< boxes; from < to
  auto operator<=>(const Edge&) const = default;
};

struct Diagram {
  std::string caption;
  std::vector<Box> boxes;  ///< each behind those it reads
  std::vector<Edge> edges;
};

/// `is_derivative` says of each output whether it is one.
Diagram make_diagram(const Program& program, const std::vector<bool>& is_derivative, std::string caption);

/// Graphviz's language.
std::string to_dot(const std::vector<Diagram>& diagrams);

/// How many boxes to_svg draws at most.
inline constexpr size_t svg_box_limit = 5000;
/// The diagrams side by side. Throws Error(size) for more than svg_box_limit boxes in one.
std::string to_svg(const std::vector<Diagram>& diagrams);

}  // namespace wengert::tool
