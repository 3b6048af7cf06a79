#include "tools/wengert/entries.h"

#include "passes/pipeline.h"

namespace wengert::tool {

std::vector<EntryProgram> entries_of(const Program& function, const std::string& symbol, bool value,
                                     const Derivatives& wanted) {
  std::vector<EntryProgram> entries;
  const auto add = [&](std::string_view suffix, const Derivatives& of_entry) {
    Program own = bind(function, {});  // derivatives are built in the graph itself
    entries.push_back({symbol + std::string(suffix), derive(std::move(own), of_entry)});
  };
  const bool none = wanted.grad.empty() && wanted.jvp.empty() && wanted.hvp.empty() &&
                    wanted.jacobian.empty() && wanted.hessian.empty();
  if (value || none) add("", {.of = wanted.of});
  if (!wanted.grad.empty()) add("_grad", {.of = wanted.of, .grad = wanted.grad});
  if (!wanted.jvp.empty()) add("_jvp", {.of = wanted.of, .jvp = wanted.jvp});
  if (!wanted.hvp.empty()) add("_hvp", {.of = wanted.of, .value = false, .hvp = wanted.hvp});
  if (!wanted.jacobian.empty()) add("_jacobian", {.of = wanted.of, .jacobian = wanted.jacobian});
  if (!wanted.hessian.empty()) add("_hessian", {.of = wanted.of, .value = false, .hessian = wanted.hessian});
  return entries;
}

}  // namespace wengert::tool
