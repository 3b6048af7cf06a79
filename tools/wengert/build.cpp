// wengert build: functions and their derivatives as entries of one standalone object, with what other
// languages need to call it. The files are replaced all together or not at all.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "codegen/describe/python_wrapper.h"
#include "codegen/load/generator.h"
#include "frontend/compile.h"
#include "frontend/io/files.h"
#include "ir/error.h"
#include "tools/wengert/command.h"
#include "tools/wengert/compile_options.h"
#include "tools/wengert/derivative_options.h"
#include "tools/wengert/entries.h"
#include "tools/wengert/messages.h"
#include "tools/wengert/source_options.h"
#include "tools/wengert/step_report.h"

namespace wengert::tool {
namespace {

struct Options {
  SourceOptions source;
  std::vector<std::string> functions;
  Derivatives request;
  CompileSettings settings;
  std::vector<std::string> kinds = {"obj", "header", "json"};
  std::vector<std::string> donate;
  std::optional<std::string> limit;
  std::string name, folder;
  bool value = false, explain = false, time_passes = false;
};

struct Kind {
  std::string_view name, suffix;
};
constexpr Kind kinds[] = {{"obj", ".o"}, {"header", ".h"}, {"json", ".json"}, {"py", ".py"},
                          {"ll", ".ll"}, {"asm", ".s"},    {"bc", ".bc"},     {"so", ""}};

/// The bytes of the shared library; the linker writes a file, which must not lie where the old one is.
std::string shared_library(const Artifacts& made, const CompileSettings& settings) {
  std::string folder = (std::filesystem::temp_directory_path() / "wengert.XXXXXX").string();
  if (!mkdtemp(folder.data())) throw Error(Code::file, fmt::format("cannot make a folder like '{}'", folder));
  const std::string path = join_path(folder, "library.so");
  struct Removed {
    const std::string& folder;
    ~Removed() {
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
    }
  } const removed{folder};
  const Target target = generator().named(settings.triple, settings.cpu);
  generator().write_shared_library(made.object, target, path);
  return read_file(path);
}

DonatedInput donation(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == 0 || colon == text.npos || colon + 1 == text.size())
    throw Error(Code::argument,
                fmt::format("--donate wants INPUT:OUTPUT, such as w:w_new, and not '{}'", text));
  return {text.substr(0, colon), text.substr(colon + 1)};
}

int64_t number_of_bytes(const std::string& text) {
  constexpr std::pair<std::string_view, int64_t> units[] = {
      {"", 1}, {"B", 1}, {"KiB", int64_t{1} << 10}, {"MiB", int64_t{1} << 20}, {"GiB", int64_t{1} << 30}};
  int64_t bytes = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  for (const auto& [name, factor] : units)
    if (failure == std::errc() && bytes >= 0 && unit == name &&
        !__builtin_mul_overflow(bytes, factor, &bytes))
      return bytes;
  throw Error(Code::argument,
              fmt::format("--workspace-limit wants bytes, such as 65536, 64KiB or 2MiB, and not '{}'", text));
}

int run(Options options) {
  for (const std::string& text : options.donate) options.settings.donate.push_back(donation(text));
  if (options.limit) options.settings.workspace_limit = number_of_bytes(*options.limit);
  const auto wants = [&](std::string_view kind) {
    return std::find(options.kinds.begin(), options.kinds.end(), kind) != options.kinds.end();
  };
  if (wants("py") && !wants("so")) options.kinds.emplace_back("so");  // the .py loads it

  std::vector<EntryProgram> entries;
  StepTimes times;
  if (options.time_passes) options.settings.times = &times;
  std::optional<StepClock> clock(std::in_place, options.settings.times, "frontend", "reading the program");
  const std::vector<Program> functions = load_programs(options.source, options.functions);
  clock.emplace(options.settings.times, "frontend", "derivatives");
  const std::string name = options.name.empty() ? functions[0].name : options.name;
  for (const Program& function : functions)
    for (EntryProgram& entry :
         entries_of(function, functions.size() == 1 ? name : function.name, options.value, options.request))
      entries.push_back(std::move(entry));
  clock.reset();
  std::vector<NamedProgram> programs;
  for (const EntryProgram& entry : entries) programs.push_back({entry.symbol, &entry.program});

  std::vector<std::string> compiled;
  for (const std::string& kind : options.kinds)
    if (kind != "so") compiled.push_back(kind);
  if (wants("so") && !wants("obj")) compiled.emplace_back("obj");
  if (options.explain) compiled.emplace_back("explanation");
  const Artifacts made = build_object(programs, name, compiled, options.settings);

  const auto view = [](const std::vector<char>& bytes) {
    return std::string_view(bytes.data(), bytes.size());
  };
  clock.emplace(options.settings.times, "files", "files");
  std::string library;
  if (wants("so")) library = shared_library(made, options.settings);
  const std::string_view contents[] = {view(made.object), made.header,   made.description,   made.python,
                                       made.llvm_ir,      made.assembly, view(made.bitcode), library};
  std::vector<FileContent> files;
  for (size_t i = 0; i < std::size(kinds); i++) {
    if (!wants(kinds[i].name)) continue;
    const std::string file =
        kinds[i].name == "so" ? shared_library_name(name) : name + std::string(kinds[i].suffix);
    files.push_back({join_path(options.folder, file), contents[i]});
  }
  if (!options.folder.empty()) make_folder(options.folder);
  write_files(files);
  clock.reset();
  for (const FileContent& file : files) fmt::print("{}\n", file.path);
  fmt::print("{}", made.explanation);
  for (const std::string& warning : made.warnings) print_warning(warning);
  if (options.time_passes) print_times(times);
  return ok;
}

}  // namespace

Command add_build(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("build", "Compiles functions and derivatives into a standalone object");
  sub->footer(
      "Entries of a function f: f (its value), f_grad (value and gradient), f_jvp (value and product), "
      "f_hvp,\n"
      "f_jacobian (value and Jacobian), f_hessian. Directions are further arguments: t_x for jvp, v_x for "
      "hvp.\n"
      "Without derivatives the value is built; with them, --value adds it. The files are NAME.o, NAME.h, "
      "NAME.json,\n"
      "NAME.py (which loads libNAME.so), NAME.ll, NAME.s, NAME.bc; all are replaced, or none.\n\n"
      "  wengert build loss.wg --value --grad w --hvp w --emit obj,header -o kernels");
  sub->add_option("FILE", options->source.file, "A program: the text language (.wg) or graph text (.wir)")
      ->required();
  add_names(*sub, "--fn", options->functions,
            "The functions; may be left out when FILE has only one. The files are named after the first");
  sub->add_option("--bind", options->source.bind, "A number for an extent's symbol")
      ->type_name("N=NUMBER")
      ->delimiter(',')
      ->allow_extra_args(false);
  sub->add_flag("--value", options->value, "The function itself, beside its derivatives")
      ->group(derivative_group);
  add_derivative_options(*sub, options->request);
  add_names(
      *sub, "--donate", options->donate,
      "Inputs whose arrays become outputs': one pointer, which is read and written. Pairs are placed in "
      "the order given")
      ->type_name("INPUT:OUTPUT,...");
  sub->add_option(
         "--workspace-limit", options->limit,
         "What each entry's workspace has at most, such as 64KiB; sizes must be known (--bind). Arrays "
         "are recomputed where they are read, as far as need be")
      ->type_name("BYTES");
  sub->add_flag("--explain", options->explain,
                "Print each kernel with its operations, bytes and source lines, and why it was cut there");
  sub->add_option("--name", options->name, "The files' name, and the entries' when there is one function")
      ->type_name("SYMBOL");
  sub->add_option("--target", options->settings.triple, "Another machine, such as aarch64-linux-gnu")
      ->type_name("TRIPLE");
  sub->add_option("--cpu", options->settings.cpu,
                  "x86-64-v3 unless said, or the target's baseline; or native");
  std::vector<std::string> names;
  for (const Kind& kind : kinds) names.emplace_back(kind.name);
  add_names(*sub, "--emit", options->kinds,
            fmt::format("Of {}; obj,header,json unless said", fmt::join(names, ", ")))
      ->type_name("KIND,...")
      ->check(CLI::IsMember(names));
  add_compile_options(
      *sub, options->settings,
      "Kernels that share their work among so many workers at most: they take a parallel_for, "
      "which NAME.h explains; 1 unless said");
  add_time_passes(*sub, options->time_passes);
  sub->add_option("-o", options->folder, "Where the files go; the current folder unless said")
      ->type_name("DIR");
  return {sub, [options] { return run(*options); }};
}

}  // namespace wengert::tool
