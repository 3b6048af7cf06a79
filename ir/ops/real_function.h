// The shape that records of real functions share: floats in, floats of the same type out, the derivative an
// expression in the operands and the result.
#pragma once
#include <span>
#include <vector>

#include "ir/op.h"
#include "ir/ops/build.h"

namespace wengert::build {

/// A function of one variable. `derivative` is dy/dx.
inline Op real_function(std::string_view name, std::string_view summary, Num (*body)(Arithmetic&, Num),
                        Expr (*derivative)(Expr x, Expr y), Range samples, std::string_view reference) {
  return Op{
      .name = name,
      .summary = summary,
      .type = same_float_type,
      .body = [body](Arithmetic& m, std::span<const Num> x, const Attributes&) { return body(m, x[0]); },
      .partials = [derivative](std::span<const Expr> x, Expr y, const Attributes&) -> std::vector<Expr> {
        return {derivative(x[0], y)};
      },
      .samples = {samples},
      .reference = reference,
  };
}

/// A function of two variables. `derivatives` are dz/dx and dz/dy, absent where zero.
inline Op real_function(std::string_view name, std::string_view summary, Num (*body)(Arithmetic&, Num, Num),
                        std::vector<Expr> (*derivatives)(Expr x, Expr y, Expr z), std::vector<Range> samples,
                        std::string_view reference) {
  return Op{
      .name = name,
      .summary = summary,
      .arity = 2,
      .type = same_float_type,
      .body = [body](Arithmetic& m, std::span<const Num> x,
                     const Attributes&) { return body(m, x[0], x[1]); },
      .partials = [derivatives](std::span<const Expr> x, Expr z, const Attributes&) -> std::vector<Expr> {
        return derivatives(x[0], x[1], z);
      },
      .samples = std::move(samples),
      .reference = reference,
  };
}

}  // namespace wengert::build
