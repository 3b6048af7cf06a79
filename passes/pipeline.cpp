#include "passes/pipeline.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "ir/verify.h"
#include "passes/copy_map.h"
#include "passes/passes.h"

namespace wengert {

const std::vector<Pass>& pipeline() {
  static const std::vector<Pass> list = {
      {"drop_gradient_marks", "first: the marks hide patterns from every row", drop_gradient_marks},
      {"canonicalize", "before the passes with rows, which are written for one spelling", canonicalize},
      {"recognize_composites",
       "before composites are taken apart; never after, or it would put them together again",
       recognize_composites},
      {"expand_composites", "before simplify, so that forward and backward share the pieces",
       expand_composites},
      {"drop_gradient_marks", "again: composites expand to marks", drop_gradient_marks},
      {"canonicalize", "again, for what the composites expanded to", canonicalize},
      {"join_pads", "before simplify, whose rows see through a concatenation better than through a sum",
       join_pads},
      {"simplify", "before folding: it brings literals together", simplify},
      {"fold_constants", "before the second simplify, whose rows see the literals it makes", fold_constants},
      {"canonicalize", "again: rows and folding may leave another spelling", canonicalize},
      {"simplify", "again, on folded literals", simplify},
      {"merge_common_subexpressions", "after the last pass that exchanges operands",
       merge_common_subexpressions},
      {"remove_dead_nodes", "last: earlier passes may leave unused operands behind", remove_dead_nodes},
  };
  return list;
}

const Pass* find_pass(std::string_view name) {
  const std::vector<Pass>& list = pipeline();
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Pass& pass) { return pass.name == name; });
  return found == list.end() ? nullptr : &*found;
}

namespace {

[[noreturn]] void broken(const Pass& pass, const std::string& why) {
  throw Error(Code::internal, fmt::format("the pass {} {}", pass.name, why));
}

// A pass keeps the inputs and outputs: names, order, types.
void check_interface(const Pass& pass, const Program& before, const Program& after) {
  const Graph &x = *before.graph, &y = *after.graph;
  if (x.inputs().size() != y.inputs().size()) broken(pass, "changed the number of inputs");
  for (size_t i = 0; i < x.inputs().size(); i++) {
    const Value a = x.inputs()[i], b = y.inputs()[i];
    if (x.input_name(a) != y.input_name(b) || x.type(a) != y.type(b))
      broken(pass, fmt::format("changed the input '{}'", x.input_name(a)));
  }
  if (before.outputs.size() != after.outputs.size()) broken(pass, "changed the number of outputs");
  for (size_t i = 0; i < before.outputs.size(); i++) {
    const Output &a = before.outputs[i], &b = after.outputs[i];
    if (a.name != b.name || x.type(a.value) != y.type(b.value))
      broken(pass, fmt::format("changed the output '{}'", a.name));
  }
}

void check_names(const std::vector<const Pass*>& passes, const RunOptions& options) {
  for (const std::string& name : options.skip) {
    const bool known =
        std::any_of(passes.begin(), passes.end(), [&](const Pass* pass) { return pass->name == name; });
    if (known || find_pass(name)) continue;
    std::vector<std::string_view> names;
    for (const Pass& pass : pipeline())
      if (std::find(names.begin(), names.end(), pass.name) == names.end()) names.push_back(pass.name);
    throw Error(Code::argument, fmt::format("there is no pass '{}' to skip; the passes are {}", name,
                                            fmt::join(names, ", ")));
  }
}

}  // namespace

Program run_pass(PassFunction* pass, const Program& program, const PassOptions& options) {
  std::optional<Program> changed = pass(program, options);
  return changed ? std::move(*changed) : copy(program);
}

Program run_passes(const Program& program, const std::vector<const Pass*>& passes,
                   const RunOptions& options) {
  check_names(passes, options);
  if (options.verify) verify(program);
  std::optional<Program> changed;      // the program so far, if it is another one
  std::vector<PassFunction*> content;  // passes that leave the program so far as it is
  int ran = 0;
  for (const Pass* pass : passes) {
    if (options.stop_after >= 0 && ran >= options.stop_after) break;
    if (std::find(options.skip.begin(), options.skip.end(), pass->name) != options.skip.end()) continue;
    ran++;
    const Program& before = changed ? *changed : program;
    const auto start = std::chrono::steady_clock::now();
    std::optional<Program> next;
    if (std::find(content.begin(), content.end(), pass->run) == content.end())
      next = pass->run(before, options);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (options.verify && next) {
      verify(*next);
      check_interface(*pass, before, *next);
    }
    const Program& after = next ? *next : before;
    if (options.report)
      options.report->push_back(
          {pass->name, before.graph->size(), after.graph->size(), seconds, next.has_value()});
    if (!next) {
      content.push_back(pass->run);
      continue;
    }
    content.clear();
    changed = std::move(next);
    if (options.after) options.after(*pass, *changed);
  }
  return changed ? std::move(*changed) : copy(program);
}

Program optimize(const Program& program, const RunOptions& options) {
  std::vector<const Pass*> passes;
  for (const Pass& pass : pipeline()) passes.push_back(&pass);
  return run_passes(program, passes, options);
}

}  // namespace wengert
