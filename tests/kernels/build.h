// How tests write programs down.
#pragma once
#include <utility>

#include "ir/graph.h"
#include "ir/program.h"

namespace wengert::testing {

inline const Extent N = Extent::symbol("N"), M = Extent::symbol("M"), K = Extent::symbol("K");

struct Build {
  Program program;
  Expr in(const std::string& name, Dtype dtype, Shape shape) {
    return program.graph->input(name, dtype, std::move(shape));
  }
  void out(const std::string& name, Expr e) { program.outputs.push_back({name, e.value()}); }
};

}  // namespace wengert::testing
