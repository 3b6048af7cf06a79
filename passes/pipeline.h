// THE list of graph passes, in order, each with the reason for its place; and the runner.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/program.h"

namespace wengert {

struct PassOptions {
  bool fast_math = false;  ///< permits rows marked fast
  bool stable = true;      ///< permits rows marked stable
};

/// Reads one program and writes another with the same inputs and outputs (names, order, types), or nothing
/// when the list would stay the same.
using PassFunction = std::optional<Program>(const Program&, const PassOptions&);

struct Pass {
  std::string_view name;
  std::string_view reason;  ///< why it stands where it stands
  PassFunction* run;
};

/// The pipeline that compiling runs.
const std::vector<Pass>& pipeline();
/// Every pass by name, those not in the pipeline too; null when there is none.
const Pass* find_pass(std::string_view name);

struct PassReport {
  std::string_view pass;
  uint32_t nodes_before = 0, nodes_after = 0;
  double seconds = 0;
  bool changed = false;
};

struct RunOptions : PassOptions {
  bool verify = true;  ///< run the verifier, at first and after each pass that changed something
  std::vector<std::string> skip = {};  ///< passes left out, by name
  int stop_after = -1;                 ///< run only so many
  std::function<void(const Pass&, const Program&)> after =
      {};  ///< called after a pass that changed something
  std::vector<PassReport>* report = nullptr;
};

/// What one pass makes of the program: a copy where it leaves it as it is.
Program run_pass(PassFunction* pass, const Program& program, const PassOptions& options = {});
/// Runs the passes in order. Throws Error(argument) for an unknown name in `skip`.
Program run_passes(const Program& program, const std::vector<const Pass*>& passes,
                   const RunOptions& options = {});
/// Runs pipeline().
Program optimize(const Program& program, const RunOptions& options = {});

/// A copy of the program with numbers for some symbols. Throws Error(name) for a symbol it doesn't have.
Program bind(const Program& program, const Bindings& bindings);

}  // namespace wengert
