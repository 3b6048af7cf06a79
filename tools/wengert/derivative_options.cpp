#include "tools/wengert/derivative_options.h"

#include "tools/wengert/source_options.h"

namespace wengert::tool {

void add_derivative_options(CLI::App& app, Derivatives& request, bool directions) {
  const std::string group = derivative_group;
  add_names(app, "--grad", request.grad, "Gradient of the scalar result in these inputs")->group(group);
  if (directions) {
    add_names(app, "--jvp", request.jvp, "Directional derivative, all these inputs moving at once")
        ->group(group);
    add_names(app, "--hvp", request.hvp, "Hessian in these inputs together, times a vector for each")
        ->group(group);
  }
  add_names(app, "--jacobian", request.jacobian, "Jacobian in each of these inputs")->group(group);
  add_names(app, "--hessian", request.hessian,
            "Hessian in each of these inputs alone, without the mixed blocks")
      ->group(group);
  app.add_option("--of", request.of, "Which result is differentiated; the first one unless said")
      ->type_name("NAME")
      ->group(group);
}

std::vector<Origin> origins(const Program& program, const Derivatives& request) {
  std::vector<Origin> all;
  if (request.value)
    for (const Output& output : program.outputs) all.push_back({Part::value, output.name});
  const auto add = [&](Part part, const std::vector<std::string>& names) {
    for (const std::string& name : names) all.push_back({part, name});
  };
  add(Part::grad, request.grad);
  if (!request.jvp.empty()) all.push_back({Part::jvp, {}});
  add(Part::hvp, request.hvp);
  add(Part::jacobian, request.jacobian);
  add(Part::hessian, request.hessian);
  return all;
}

}  // namespace wengert::tool
