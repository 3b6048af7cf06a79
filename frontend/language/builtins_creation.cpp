// Functions that make arrays from shapes and numbers.
#include <algorithm>

#include <fmt/format.h>

#include "frontend/language/arguments.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"

namespace wengert::language {
namespace {

Builtin filled(std::string_view name, double value) {
  return {name, "(shape, dtype=f64)", [value](Arguments& a) -> Datum {
            return full(a.graph(), Type{a.dtype(1, Dtype::f64), a.shape(0)}, value);
          }};
}

Builtin filled_like(std::string_view name, double value) {
  return {name, "(x, dtype=None)", [value](Arguments& a) -> Datum {
            const Type& type = a.expr(0).type();
            return full(a.graph(), type.with(a.dtype(1, type.dtype)), value);
          }};
}

Expr filled_with(Arguments& a, size_t value, const Shape& shape, std::optional<Dtype> dtype) {
  Expr scalar = a.expr(value);
  if (scalar.rank() != 0) a.refuse(value, "a scalar");
  if (dtype) scalar = convert(scalar, *dtype);
  return broadcast_to(scalar, shape);
}

Datum full_(Arguments& a) {
  std::optional<Dtype> dtype;
  if (a.given(2)) dtype = a.dtype(2, Dtype::f64);
  return filled_with(a, 1, a.shape(0), dtype);
}

Datum full_like_(Arguments& a) {
  const Type type = a.expr(0).type();
  return filled_with(a, 1, type.shape, a.dtype(2, type.dtype));
}

// arange(stop), arange(start, stop) or arange(start, stop, step): whole numbers and extents.
Datum arange_(Arguments& a) {
  Extent start = 0, stop = 0;
  if (!a.at(0).extent()) a.refuse(0, "a whole number or an extent (linspace makes fractions)");
  if (a.given(1)) {
    start = *a.at(0).extent();
    if (!a.at(1).extent()) a.refuse(1, "a whole number or an extent (linspace makes fractions)");
    stop = *a.at(1).extent();
  } else {
    stop = *a.at(0).extent();
  }
  const int64_t step = a.integer(2, 1);
  if (step == 0) a.refuse(2, "a step other than 0");
  const Extent span = step > 0 ? stop - start : start - stop;
  const int64_t stride = step > 0 ? step : -step;
  Extent count = stride == 1 ? span : Extent::floor_divide(span + (stride - 1), stride);
  if (count.is_number()) count = std::max<int64_t>(0, *count.number());
  const Dtype dtype = a.dtype(3, Dtype::i64);
  Expr out = iota(a.graph(), dtype == Dtype::boolean ? Dtype::i64 : dtype, {count}, 0);
  if (step != 1) out = out * step;
  if (!start.is(0)) out = out + convert(extent_value(a.graph(), start), out.dtype());
  return convert(out, dtype);
}

// num points from start to stop, both of them unless endpoint is false.
Datum linspace_(Arguments& a) {
  const std::vector<Operand> ends = a.operands({0, 1});
  const Extent count = a.given(2) ? a.extent(2) : Extent(50);
  const bool endpoint = a.flag(3, true);
  auto floating = [&](const Operand& x, const Operand& other) {
    const Dtype dtype =
        other.weak == Operand::Weak::none && is_float(other.expr.dtype()) ? other.expr.dtype() : Dtype::f64;
    if (x.weak != Operand::Weak::none) return constant(a.graph(), dtype, x.number);
    return is_float(x.expr.dtype()) ? x.expr : convert(x.expr, dtype);
  };
  const Expr start = floating(ends[0], ends[1]), stop = floating(ends[1], ends[0]);
  if (start.rank() != 0) a.refuse(0, "a scalar");
  if (stop.rank() != 0) a.refuse(1, "a scalar");
  const Dtype dtype = promote(start.dtype(), stop.dtype());
  const Expr position = iota(a.graph(), dtype, {count}, 0);
  // At least one interval, so that a single point is the start and not 0/0.
  const Extent intervals = Extent::maximum(endpoint ? count - 1 : count, 1);
  const Expr fraction = position / convert(extent_value(a.graph(), intervals), dtype);
  // Exact at both ends, unlike start + fraction * (stop - start).
  return start * (1.0 - fraction) + stop * fraction;
}

Expr matrix_mask(Arguments& a, const Extent& rows, const Extent& columns, const Extent& k, bool upto) {
  const Shape shape{rows, columns};
  const Expr row = iota(a.graph(), Dtype::i64, shape, 0) + extent_value(a.graph(), k);
  const Expr column = iota(a.graph(), Dtype::i64, shape, 1);
  return upto ? column <= row : column == row;
}

Datum eye_(Arguments& a) {
  const Extent rows = a.extent(0), columns = a.given(1) ? a.extent(1) : rows;
  return convert(matrix_mask(a, rows, columns, a.integer(2, 0), false), a.dtype(3, Dtype::f64));
}

Builtin triangle(std::string_view name, bool lower) {
  return {name, "(x, k=0)", [lower](Arguments& a) -> Datum {
            const Expr x = a.expr(0);
            if (x.rank() < 2) a.refuse(0, "a matrix");
            const Extent rows = x.shape()[x.rank() - 2], columns = x.shape()[x.rank() - 1];
            const Expr keep = matrix_mask(a, rows, columns, a.integer(1, 0) - (lower ? 0 : 1), true);
            const Expr mask = broadcast_to(lower ? keep : !keep, x.shape());
            return a.weakly(select(mask, x, zeros(a.graph(), x.type())), {0});
          }};
}

Datum iota_(Arguments& a) {
  const Shape shape = a.shape(0);
  int64_t axis = a.integer(1, 0);
  if (axis < 0) axis += static_cast<int64_t>(shape.size());
  return iota(a.graph(), a.dtype(2, Dtype::i64), shape, axis);
}

Datum array_(Arguments& a) {
  const Expr x = a.expr(0);
  return convert(x, a.dtype(1, x.dtype()));
}

}  // namespace

std::span<const Builtin> creation_builtins() {
  static const std::vector<Builtin> table = {
      filled("zeros", 0),
      filled("ones", 1),
      filled_like("zeros_like", 0),
      filled_like("ones_like", 1),
      {"full", "(shape, value, dtype=None)", full_},
      {"full_like", "(x, value, dtype=None)", full_like_},
      {"arange", "(start, stop=None, step=1, dtype=i64)", arange_},
      {"linspace", "(start, stop, num=50, endpoint=true)", linspace_},
      {"iota", "(shape, axis=0, dtype=i64)", iota_},
      {"eye", "(n, m=None, k=0, dtype=f64)", eye_},
      {"identity", "(n, m=None, k=0, dtype=f64)", eye_},
      triangle("tril", true),
      triangle("triu", false),
      {"array", "(values, dtype=None)", array_},
  };
  return table;
}

}  // namespace wengert::language
