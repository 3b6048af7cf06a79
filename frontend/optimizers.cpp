#include "frontend/optimizers.h"

#include <initializer_list>

#include "ir/error.h"
#include "ir/ops/build.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"

namespace wengert {

/// The gradient and the state are of the parameter's type: broadcasting here would hide a mistake.
static void require_type_of(Expr parameter, std::initializer_list<Expr> others, const char* optimizer,
                            const Operand& at) {
  std::vector<Expr> all = {parameter};
  all.insert(all.end(), others);
  build::graph_of(all, optimizer, at.at);
  if (!is_float(parameter.dtype()))
    throw Error(Code::type,
                std::string(optimizer) + ": the parameter is " + text(parameter.type()) + ", not of floats",
                at.at);
  for (const Expr& other : others)
    if (other.type() != parameter.type())
      throw Error(Code::type,
                  std::string(optimizer) + ": the parameter is " + text(parameter.type()) +
                      ", so the gradient and the state must be, not " + text(other.type()),
                  at.at);
}

/// A number of the optimiser in the parameter's dtype; it must not turn an f32 parameter into f64.
static Expr setting(const Operand& x, Expr parameter) {
  return convert(build::expr_of(x, parameter.graph(), f64), parameter.dtype());
}

/// 1 - x, taken in f64 before it is rounded.
static Expr complement(const Operand& x, Expr parameter) {
  return convert(1.0 - convert(build::expr_of(x, parameter.graph(), f64), f64), parameter.dtype());
}

Expr gradient_descent(Expr parameter, Expr gradient, Operand rate) {
  const PlaceScope scope(Operand(parameter, rate.at));
  require_type_of(parameter, {gradient}, "gradient_descent", rate);
  return parameter - setting(rate, parameter) * gradient;
}

VelocityStep momentum(Expr parameter, Expr gradient, Expr velocity, Operand rate, Operand decay) {
  const PlaceScope scope(Operand(parameter, rate.at));
  require_type_of(parameter, {gradient, velocity}, "momentum", rate);
  const Expr next = setting(decay, parameter) * velocity - setting(rate, parameter) * gradient;
  return {parameter + next, next};
}

VelocityStep nesterov(Expr parameter, Expr gradient, Expr velocity, Operand rate, Operand decay) {
  const PlaceScope scope(Operand(parameter, rate.at));
  require_type_of(parameter, {gradient, velocity}, "nesterov", rate);
  const Expr mu = setting(decay, parameter), pull = setting(rate, parameter) * gradient;
  const Expr next = mu * velocity - pull;
  return {parameter + (mu * next - pull), next};
}

AdagradStep adagrad(Expr parameter, Expr gradient, Expr squares, Operand rate, Operand epsilon) {
  const PlaceScope scope(Operand(parameter, rate.at));
  require_type_of(parameter, {gradient, squares}, "adagrad", rate);
  const Expr next = squares + square(gradient);
  return {parameter - setting(rate, parameter) * gradient / (sqrt(next) + setting(epsilon, parameter)), next};
}

/// 1 - βᵗ in f64: in f32 the difference would lose what makes the first steps right.
static Expr bias_correction(const Operand& beta, Expr step, Expr parameter) {
  const Expr logarithm = log(convert(build::expr_of(beta, parameter.graph(), f64), f64));
  return convert(-expm1(convert(step, f64) * logarithm), parameter.dtype());
}

AdamStep adam(Expr parameter, Expr gradient, Expr first, Expr second, Expr step, Operand rate, Operand beta1,
              Operand beta2, Operand epsilon) {
  const PlaceScope scope(Operand(parameter, rate.at));
  require_type_of(parameter, {gradient, first, second}, "adam", rate);
  build::graph_of(std::vector{parameter, step}, "adam", rate.at);
  if (step.rank() != 0)
    throw Error(Code::type, "adam: the step is " + text(step.type()) + ", not a scalar", rate.at);
  const Expr m = setting(beta1, parameter) * first + complement(beta1, parameter) * gradient;
  const Expr v = setting(beta2, parameter) * second + complement(beta2, parameter) * square(gradient);
  const Expr mean = m / bias_correction(beta1, step, parameter);
  const Expr spread = sqrt(v / bias_correction(beta2, step, parameter)) + setting(epsilon, parameter);
  return {parameter - setting(rate, parameter) * (mean / spread), m, v};
}

}  // namespace wengert
