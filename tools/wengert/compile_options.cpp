#include "tools/wengert/compile_options.h"

#include <map>

namespace wengert::tool {

void add_compile_options(CLI::App& app, CompileSettings& settings, const std::string& threads) {
  app.add_option("--scalar-tier", settings.scalar_tier,
                 "How long scalar code is computed: auto chooses between straight-line code (full) and one "
                 "loop for each op (grouped); at-once compiles soonest")
      ->type_name("TIER")
      ->transform(CLI::Transformer(std::map<std::string, ScalarTier>{{"auto", ScalarTier::automatic},
                                                                     {"at-once", ScalarTier::at_once},
                                                                     {"full", ScalarTier::full},
                                                                     {"grouped", ScalarTier::grouped}},
                                   CLI::ignore_case)
                      .description("{auto,at-once,full,grouped}"));
  app.add_option("--threads", settings.threads, threads)->type_name("N")->check(CLI::Range(1, 4096));
  app.add_flag("--fast-math", settings.fast_math, "Permit rewrites that change rounding");
  app.add_flag("!--no-stable", settings.stable, "Leave out rewrites that are nearer to the real value");
}

}  // namespace wengert::tool
