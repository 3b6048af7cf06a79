// The command `wengert`: one subcommand a file. Errors go to stderr as a compiler's do, results to stdout.
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "frontend/language/source.h"
#include "ir/error.h"
#include "tools/wengert/command.h"
#include "tools/wengert/messages.h"

using namespace wengert;
using namespace wengert::tool;

static constexpr const char* footer =
    "wengert COMMAND --help describes a command.\n\n"
    "Exit codes: 0 done; 1 a check failed; 2 bad usage or input; 3 a fault of wengert.";

static int parse_and_run(int argc, char** argv) {
  CLI::App app(
      "Compiles differentiable programs: values, gradients and Hessian-vector products as native code.",
      "wengert");
  app.set_version_flag("--version", "wengert " WENGERT_VERSION);
  app.require_subcommand(1);
  app.footer(footer);
  const Command commands[] = {add_build(app), add_run(app),   add_bench(app), add_check(app),
                              add_print(app), add_graph(app), add_opt(app),   add_ops(app)};
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::string command = "wengert", message = error.what();
    if (app.get_subcommands().empty() && argc > 1 && argv[1][0] != '-') {
      std::vector<std::string> names;
      for (const Command& known : commands) names.push_back(known.app->get_name());
      message = fmt::format("there is no command '{}'{}", argv[1], language::suggestion(argv[1], names));
    }
    for (const CLI::App* used : app.get_subcommands()) command += " " + used->get_name();
    fmt::print(stderr, "wengert: error: {}\n'{} --help' lists what can be said\n", message, command);
    return bad_input;
  }
  for (const Command& command : commands) {
    if (!command.app->parsed()) continue;
    const int code = command.run();
    if (std::fflush(stdout) != 0) throw Error(Code::file, "cannot write to the standard output");
    return code;
  }
  return bad_input;
}

int main(int argc, char** argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const Error& error) {
    print_error(error);
    return error.code() == Code::internal ? internal : bad_input;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "wengert: error: there is not enough memory\n");
    return bad_input;
  } catch (const std::system_error& error) {
    fmt::print(stderr, "wengert: error: cannot write to the standard output: {}\n", error.code().message());
    return bad_input;
  } catch (const std::exception& error) {
    fmt::print(stderr, "wengert: internal error: {}\n", error.what());
    return internal;
  }
}
