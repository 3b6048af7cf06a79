#include "tools/wengert/source_options.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "frontend/io/files.h"
#include "frontend/language/lower.h"
#include "frontend/language/parser.h"
#include "ir/error.h"
#include "ir/parse.h"
#include "passes/pipeline.h"

namespace wengert::tool {

void add_source_options(CLI::App& app, SourceOptions& options) {
  app.add_option("FILE", options.file, "A program: the text language (.wg) or graph text (.wir)")->required();
  app.add_option("--fn", options.function, "The function; may be left out when FILE has only one")
      ->type_name("NAME");
  app.add_option("--bind", options.bind, "A number for an extent's symbol")
      ->type_name("N=NUMBER")
      ->delimiter(',')
      ->allow_extra_args(false);
}

CLI::Option* add_names(CLI::App& app, const std::string& flag, std::vector<std::string>& names,
                       const std::string& help) {
  return app.add_option(flag, names, help)->delimiter(',')->allow_extra_args(false)->type_name("NAME,...");
}

Bindings parse_bindings(const std::vector<std::string>& items) {
  Bindings bindings;
  for (const std::string& item : items) {
    const size_t equals = item.find('=');
    int64_t value = 0;
    const char* end = item.data() + item.size();
    const char* start = equals == item.npos ? end : item.data() + equals + 1;
    const auto [stop, error] = std::from_chars(start, end, value);
    if (equals == 0 || equals == item.npos || error != std::errc() || stop != end)
      throw Error(Code::argument, fmt::format("'{}' binds nothing: write SYMBOL=NUMBER", item));
    if (value < 0) throw Error(Code::size, fmt::format("'{}' binds an extent to a negative number", item));
    if (!bindings.emplace(item.substr(0, equals), value).second)
      throw Error(Code::argument, fmt::format("{} is bound twice", item.substr(0, equals)));
  }
  return bindings;
}

static bool is_graph_text(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const size_t word = line.find_first_not_of(" \t\r");
    if (word != line.npos && line[word] != '#') return line.substr(word).starts_with("wengert ");
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return false;
}

/// Those of `bindings` that are among `symbols`, and takes them out of `unused`.
static Bindings own_bindings(const Bindings& bindings, const std::vector<std::string>& symbols,
                             Bindings& unused) {
  Bindings own;
  for (const std::string& symbol : symbols)
    if (const auto found = bindings.find(symbol); found != bindings.end()) {
      own.insert(*found);
      unused.erase(symbol);
    }
  return own;
}

static void refuse_unused(const Bindings& unused, const std::vector<std::string>& known) {
  if (unused.empty()) return;
  throw Error(Code::name, fmt::format("there is no symbol '{}' to bind{}{}", unused.begin()->first,
                                      known.empty() ? "" : "; there are ", fmt::join(known, ", ")));
}

static Program load_graph_text(std::string_view source, const SourceOptions& options,
                               const std::vector<std::string>& functions) {
  Program program = parse(source, options.file);
  if (functions.size() > 1 || (!functions.empty() && functions[0] != program.name))
    throw Error(Code::name,
                fmt::format("'{}' is graph text with the one program {}", options.file, program.name));
  Bindings unused = parse_bindings(options.bind);
  const std::vector<std::string> symbols = program.symbols();
  const Bindings own = own_bindings(unused, symbols, unused);
  refuse_unused(unused, symbols);
  return own.empty() ? std::move(program) : wengert::bind(program, own);
}

std::vector<Program> load_programs(const SourceOptions& options, const std::vector<std::string>& functions) {
  const std::string source = read_file(options.file);
  std::vector<Program> programs;
  if (is_graph_text(source)) {
    programs.push_back(load_graph_text(source, options, functions));
    return programs;
  }
  const language::Module module = language::parse_module(source, options.file);
  const std::vector<std::string> all = module.function_names();
  if (all.empty()) throw Error(Code::argument, fmt::format("'{}' has no function", options.file));
  if (functions.empty() && all.size() != 1)
    throw Error(Code::argument, fmt::format("'{}' has {} functions; say --fn with one of {}", options.file,
                                            all.size(), fmt::join(all, ", ")));
  const Bindings bindings = parse_bindings(options.bind);
  Bindings unused = bindings;
  std::vector<std::string> known;
  for (const std::string& name : functions.empty() ? all : functions) {
    Bindings own;
    for (const language::Signature& signature : language::signatures(module)) {
      if (signature.name != name) continue;
      own = own_bindings(bindings, signature.symbols, unused);
      known.insert(known.end(), signature.symbols.begin(), signature.symbols.end());
    }
    programs.push_back(language::lower(module, name, own));
  }
  refuse_unused(unused, known);
  return programs;
}

Program load_program(const SourceOptions& options) {
  std::vector<std::string> functions;
  if (!options.function.empty()) functions.push_back(options.function);
  return std::move(load_programs(options, functions)[0]);
}

}  // namespace wengert::tool
