// wengert ops: the table of ops, from their records.
#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

int run(const Options& options) {
  std::vector<const Op*> ops = all_ops();
  if (!options.name.empty()) {
    const Op* op = find_op(options.name);
    if (!op) {
      const std::string_view near = nearest_op(options.name);
      throw Error(Code::name, fmt::format("there is no op '{}'{}", options.name,
                                          near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
    }
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
