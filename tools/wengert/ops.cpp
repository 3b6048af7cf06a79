// wengert ops: the table of ops, from their records.
#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "frontend/language/builtins.h"
#include "frontend/language/lower.h"
#include "frontend/language/parser.h"
#include "ir/error.h"
#include "ir/op.h"
#include "ir/registry.h"
#include "tools/wengert/command.h"

namespace wengert::tool {
namespace {

struct Options {
  bool json = false, markdown = false;
  std::string name;
};

std::string_view kind_name(Kind kind) {
  constexpr std::string_view names[] = {"input",   "constant",  "iota",          "elementwise", "movement",
                                        "reshape", "reduction", "arg_reduction", "contraction", "concatenate",
                                        "pad",     "gather",    "scatter",       "composite"};
  return names[static_cast<size_t>(kind)];
}

/// How reverse and forward mode get through it.
std::string_view derivative(const Op& op) {
  if (op.derivative == Derivative::zero) return "zero";
  if (op.kind == Kind::input) return "leaf";
  if (op.bprop && op.jvp) return "bprop, jvp";
  if (op.partials) return "partials";
  if (op.bprop && op.linearity != Linearity::none) return "bprop, linear";
  if (op.bprop) return "bprop";
  if (op.jvp) return "jvp";
  if (op.expand) return "expands";
  return op.linearity != Linearity::none ? "linear" : "no rule";
}

std::string operands(const Op& op) { return op.arity < 0 ? "any" : std::to_string(op.arity); }

/// A bar would end the table's cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

void print_json(const std::vector<const Op*>& ops) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Op* op : ops)
    all.push_back({{"name", op->name},
                   {"kind", kind_name(op->kind)},
                   {"operands", op->arity},
                   {"derivative", derivative(*op)},
                   {"summary", op->summary}});
  fmt::print("{}\n", all.dump(2));
}

/// The ops that a function of the language is made of when it is called with one vector for each argument
/// that it needs; none where that is no call.
std::vector<std::string> ops_of(const language::Builtin& builtin) {
  std::string arguments;
  for (const auto& parameter : builtin.parameters())
    if (parameter.required) arguments += arguments.empty() ? "x" : ", x";
  const std::string text = fmt::format("fn f(x: f64[3]) {{ {}({}) }}", builtin.name, arguments);
  std::vector<std::string> names;
  try {
    const Program program = language::lower(language::parse_module(text, "<call>"), "f");
    const std::vector<bool> live = program.live_nodes();
    for (uint32_t id = 0; id < live.size(); id++) {
      const Op& op = *program.graph->node(id).op;
      if (!live[id] || op.kind == Kind::input || op.kind == Kind::constant) continue;
      if (std::find(names.begin(), names.end(), op.name) == names.end()) names.emplace_back(op.name);
    }
  } catch (const Error&) { names.clear(); }  // it wants other arguments
  return names;
}

[[noreturn]] void refuse(const std::string& name) {
  if (const language::Builtin* builtin = language::find_builtin(name)) {
    const std::vector<std::string> made_of = ops_of(*builtin);
    throw Error(Code::name, fmt::format("there is no op '{}'; it is a function of the language{}{}", name,
                                        made_of.empty() ? "" : ", made of ", fmt::join(made_of, ", ")));
  }
  std::vector<std::string> known;
  for (const Op* op : all_ops()) known.emplace_back(op->name);
  throw Error(Code::name, fmt::format("there is no op '{}'{}", name, language::suggestion(name, known)));
}

int run(const Options& options) {
  std::vector<const Op*> ops = all_ops();
  if (!options.name.empty()) {
    const Op* op = find_op(options.name);
    if (!op) refuse(options.name);
    ops = {op};
  }
  if (options.json) {
    print_json(ops);
    return ok;
  }
  if (options.markdown) {
    fmt::print("| op | kind | operands | derivative | what it is |\n| --- | --- | --- | --- | --- |\n");
    for (const Op* op : ops)
      fmt::print("| `{}` | {} | {} | {} | {} |\n", op->name, kind_name(op->kind), operands(*op),
                 derivative(*op), cell(op->summary));
    return ok;
  }
  size_t width = 4;
  for (const Op* op : ops) width = std::max(width, op->name.size());
  fmt::print("{:<{}}  {:<13}  {:<8}  {:<13}  {}\n", "op", width, "kind", "operands", "derivative",
             "what it is");
  for (const Op* op : ops)
    fmt::print("{:<{}}  {:<13}  {:<8}  {:<13}  {}\n", op->name, width, kind_name(op->kind), operands(*op),
               derivative(*op), op->summary);
  return ok;
}

}  // namespace

Command add_ops(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("ops", "The table of ops: name, kind, operands, derivative, summary");
  sub->add_option("NAME", options->name, "Only this op");
  CLI::Option* json = sub->add_flag("--json", options->json, "As JSON");
  sub->add_flag("--markdown", options->markdown, "As a Markdown table")->excludes(json);
  return {sub, [options] { return run(*options); }};
}

}  // namespace wengert::tool
