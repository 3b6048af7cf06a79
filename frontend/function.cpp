#include "frontend/function.h"

#include <algorithm>

#include <fmt/format.h>

#include "frontend/language/source.h"
#include "passes/derivatives.h"
#include "passes/gradients.h"
#include "passes/tangents.h"

namespace wengert {
namespace {

[[noreturn]] void unknown(const Program& program, std::string_view kind, std::string_view name,
                          const std::vector<std::string>& known) {
  std::string list;
  for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
  throw Error(Code::name, fmt::format("{} has no {} '{}'{}; its {}s: {}", program.name, kind, name,
                                      language::suggestion(name, known), kind, list));
}

class Deriving {
 public:
  Deriving(Program& program, const Derivatives& wanted) : program_(program), wanted_(wanted) {
    const size_t at = wanted.of.empty() ? 0 : output_named(program, wanted.of);
    name_ = program.outputs.at(at).name;
    y_ = program.expr(program.outputs[at].value);
    if (!wanted.value) program.outputs.clear();
  }

  void run() {
    gradient();
    tangent();
    hessian_product();
    for (const std::string& x : differentiable(wanted_.jacobian, "jacobian"))
      add(fmt::format("J{}_{}", name_, x), jacobian(y_, input_named(program_, x)));
    if (!wanted_.hessian.empty()) require_scalar("hessian");
    for (const std::string& x : differentiable(wanted_.hessian, "hessian"))
      add(fmt::format("H{}_{}", name_, x), hessian(y_, input_named(program_, x)));
  }

 private:
  void gradient() {
    if (wanted_.grad.empty()) return;
    require_scalar("grad");
    const std::vector<Expr> gradient = gradients({&y_, 1}, inputs(differentiable(wanted_.grad, "grad")));
    for (size_t i = 0; i < gradient.size(); i++)
      add(fmt::format("d{}_d{}", name_, wanted_.grad[i]), gradient[i]);
  }

  void tangent() {
    if (wanted_.jvp.empty()) return;
    const std::vector<Expr> xs = inputs(differentiable(wanted_.jvp, "jvp"));
    const std::vector<Expr> vs = directions("t_", wanted_.jvp, xs);
    add("jvp_" + name_, jvp({&y_, 1}, xs, vs)[0]);
  }

  void hessian_product() {
    if (wanted_.hvp.empty()) return;
    require_scalar("hvp");
    const std::vector<Expr> xs = inputs(differentiable(wanted_.hvp, "hvp"));
    const std::vector<Expr> products = hvp(y_, xs, directions("v_", wanted_.hvp, xs));
    for (size_t i = 0; i < products.size(); i++) add("hvp_" + wanted_.hvp[i], products[i]);
  }

  void require_scalar(std::string_view what) const {
    if (y_.rank() != 0)
      throw Error(
          Code::type,
          fmt::format("{} wants a scalar; {} is {}; use jacobian or jvp", what, name_, text(y_.type())),
          y_.graph().place(y_.value().node));
  }

  std::vector<std::string> differentiable(const std::vector<std::string>& names,
                                          std::string_view what) const {
    if (!names.empty() && !is_float(y_.dtype()))
      throw Error(
          Code::not_differentiable,
          fmt::format("{}: {} is {}; only f32 and f64 have derivatives", what, name_, text(y_.type())),
          y_.graph().place(y_.value().node));
    for (size_t i = 0; i < names.size(); i++) {
      const Expr x = input_named(program_, names[i]);
      if (!is_float(x.dtype()))
        throw Error(Code::not_differentiable,
                    fmt::format("{}: the input {} is {}; only f32 and f64 have derivatives", what, names[i],
                                text(x.type())),
                    x.graph().place(x.value().node));
      if (std::find(names.begin(), names.begin() + static_cast<ptrdiff_t>(i), names[i]) !=
          names.begin() + static_cast<ptrdiff_t>(i))
        throw Error(Code::argument, fmt::format("{} names {} twice", what, names[i]));
    }
    return names;
  }

  std::vector<Expr> inputs(const std::vector<std::string>& names) const {
    std::vector<Expr> out;
    for (const std::string& name : names) out.push_back(input_named(program_, name));
    return out;
  }

  std::vector<Expr> directions(std::string_view prefix, const std::vector<std::string>& names,
                               const std::vector<Expr>& xs) {
    std::vector<Expr> out;
    for (size_t i = 0; i < xs.size(); i++)
      out.push_back(program_.graph->input(unused_name(program_, fmt::format("{}{}", prefix, names[i])),
                                          xs[i].dtype(), xs[i].shape()));
    return out;
  }

  void add(const std::string& name, Expr value) {
    program_.outputs.push_back({unused_name(program_, name), value.value()});
  }

  Program& program_;
  const Derivatives& wanted_;
  std::string name_;
  Expr y_;
};

}  // namespace

Program derive(Program program, const Derivatives& derivatives) {
  if (program.outputs.empty())
    throw Error(Code::argument, fmt::format("{} has no output to differentiate", program.name));
  Deriving(program, derivatives).run();
  if (program.outputs.empty())
    throw Error(Code::argument, fmt::format("nothing is asked of {}", program.name));
  return program;
}

Expr input_named(const Program& program, std::string_view name) {
  if (const std::optional<Value> found = program.graph->find_input(name)) return program.expr(*found);
  std::vector<std::string> known;
  for (Value input : program.inputs()) known.push_back(program.graph->input_name(input));
  unknown(program, "input", name, known);
}

size_t output_named(const Program& program, std::string_view name) {
  std::vector<std::string> known;
  for (const Output& output : program.outputs) {
    if (output.name == name) return known.size();
    known.push_back(output.name);
  }
  unknown(program, "output", name, known);
}

std::string unused_name(const Program& program, std::string name) {
  auto taken = [&] {
    return program.graph->find_input(name) || std::any_of(program.outputs.begin(), program.outputs.end(),
                                                          [&](const Output& o) { return o.name == name; });
  };
  while (taken()) name += '_';
  return name;
}

}  // namespace wengert
