#include "tools/wengert/pass_options.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ir/error.h"
#include "tools/wengert/source_options.h"

namespace wengert::tool {

void add_pass_options(CLI::App& app, RunOptions& options) {
  app.add_flag("--fast-math", options.fast_math, "Permit rewrites that change rounding");
  app.add_flag("!--no-stable", options.stable, "Leave out rewrites that are nearer to the real value");
  add_names(app, "--skip", options.skip, "Passes to leave out")->type_name("PASS,...");
}

std::vector<std::string> pass_names() {
  std::vector<std::string> names;
  for (const Pass& pass : pipeline())
    if (std::find(names.begin(), names.end(), pass.name) == names.end()) names.emplace_back(pass.name);
  return names;
}

std::vector<const Pass*> find_passes(const std::vector<std::string>& names) {
  std::vector<const Pass*> passes;
  for (const std::string& name : names) {
    passes.push_back(find_pass(name));
    if (!passes.back())
      throw Error(Code::name, fmt::format("there is no pass '{}'; the passes are {}", name,
                                          fmt::join(pass_names(), ", ")));
  }
  return passes;
}

}  // namespace wengert::tool
