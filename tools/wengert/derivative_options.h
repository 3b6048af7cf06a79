// The derivatives a command is asked for: --grad a,b --jvp a --hvp a --jacobian a --hessian a --of r.
#pragma once
#include <string>
#include <vector>

#include "frontend/function.h"
#include "tools/wengert/command.h"

namespace wengert::tool {

/// --grad, --jvp, --hvp, --jacobian, --hessian, --of. Directions of --jvp and --hvp are inputs of the
/// derived program; without `directions`, the command declares these two options itself.
void add_derivative_options(CLI::App& app, Derivatives& request, bool directions = true);

/// What an output of a derived program is.
enum class Part : uint8_t { value, grad, jvp, hvp, jacobian, hessian };
struct Origin {
  Part part;
  std::string name;  ///< of the input (grad, hvp, jacobian, hessian) or of the output (value); none for jvp
};
/// One for each output of derive(program, request), in order. `program` is the one before.
std::vector<Origin> origins(const Program& program, const Derivatives& request);

inline constexpr const char* derivative_group = "Derivatives";

}  // namespace wengert::tool
