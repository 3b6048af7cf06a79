// The operators on literals, extents and arrays.
#include <cmath>

#include <fmt/format.h>

#include "frontend/language/datum.h"
#include "ir/graph.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/math.h"

namespace wengert::language {
namespace {

using Weak = Operand::Weak;

// `value` by reference: the operation that reports the overflow writes it while the arguments are evaluated.
int64_t whole(bool overflowed, const int64_t& value) {
  if (overflowed)
    throw Error(Code::size, "the whole number does not fit 64 bits; write a decimal point for a float");
  return value;
}
int64_t floor_quotient(int64_t a, int64_t b) { return a / b - ((a % b != 0) && ((a % b < 0) != (b < 0))); }
double floor_remainder(double a, double b) {
  const double r = std::fmod(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

int64_t whole_power(int64_t base, int64_t exponent) {
  int64_t out = 1;
  while (exponent > 0) {
    if (exponent & 1) {
      const bool over = __builtin_mul_overflow(out, base, &out);
      whole(over, out);
    }
    exponent >>= 1;
    if (exponent == 0) break;
    const bool over = __builtin_mul_overflow(base, base, &base);
    whole(over, base);
  }
  return out;
}

std::optional<Datum> fold_whole(std::string_view op, int64_t a, int64_t b) {
  int64_t r = 0;
  if (op == "+") return Literal::of(whole(__builtin_add_overflow(a, b, &r), r));
  if (op == "-") return Literal::of(whole(__builtin_sub_overflow(a, b, &r), r));
  if (op == "*") return Literal::of(whole(__builtin_mul_overflow(a, b, &r), r));
  if (op == "//" || op == "%") {
    if (b == 0) throw Error(Code::argument, fmt::format("{} {} 0 divides by zero", a, op));
    if (b == -1)
      return Literal::of(op == "%" ? int64_t{0} : whole(__builtin_sub_overflow(int64_t{0}, a, &r), r));
    return Literal::of(op == "//" ? floor_quotient(a, b) : a - floor_quotient(a, b) * b);
  }
  if (op == "**" && b >= 0) return Literal::of(whole_power(a, b));
  return std::nullopt;
}

std::optional<Datum> fold_floating(std::string_view op, double a, double b) {
  if (op == "+") return Literal::of(a + b);
  if (op == "-") return Literal::of(a - b);
  if (op == "*") return Literal::of(a * b);
  if (op == "/") return Literal::of(a / b);
  if (op == "//") return Literal::of(std::floor(a / b));
  if (op == "%") return Literal::of(floor_remainder(a, b));
  if (op == "**") return Literal::of(std::pow(a, b));
  return std::nullopt;
}

std::optional<Datum> fold(std::string_view op, const Literal& a, const Literal& b) {
  if (a.kind == Weak::boolean || b.kind == Weak::boolean) return std::nullopt;
  if (a.kind == Weak::integer && b.kind == Weak::integer)
    if (std::optional<Datum> out = fold_whole(op, a.integer, b.integer)) return out;
  return fold_floating(op, a.number, b.number);
}

// Extents stay extents as long as the result is one.
std::optional<Datum> fold_extents(std::string_view op, const Extent& a, const Extent& b) {
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "//") return Extent::floor_divide(a, b);
  if (op == "%") return a - Extent::floor_divide(a, b) * b;
  if (op == "**" && b.is_number() && *b.number() >= 0 && *b.number() <= 16) {
    Extent out = 1;
    for (int64_t i = 0; i < *b.number(); i++) out = out * a;
    return out;
  }
  return std::nullopt;
}

void require_bool(std::string_view op, const Operand& x, std::string_view instead) {
  const bool is_bool = x.weak == Weak::none ? x.expr.dtype() == Dtype::boolean : x.weak == Weak::boolean;
  if (is_bool) return;
  throw Error(Code::type,
              fmt::format("'{}' wants bool, not {}; bitwise on integers is written '{}', and a number is "
                          "compared, as in x != 0",
                          op, x.weak == Weak::none ? text(x.expr.type()) : "a number", instead));
}

bool is_floating(const Operand& x) {
  return x.weak == Weak::none ? is_float(x.expr.dtype()) : x.weak == Weak::floating;
}

Expr build(std::string_view op, const Operand& a, const Operand& b) {
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "/") return a / b;
  if (op == "//") return floor_divide(a, b);
  if (op == "%") return floor_mod(a, b);
  if (op == "**") return pow(a, b);  // a literal whole exponent gives integer_pow
  if (op == "@") return matmul(a, b);
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  if (op == ">") return a > b;
  if (op == ">=") return a >= b;
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "&") return a & b;
  if (op == "|") return a | b;
  if (op == "^") return a ^ b;
  if (op == "<<") return shift_left(a, b);
  if (op == ">>") return shift_right_arithmetic(a, b);
  const bool conjunction = op == "and";
  require_bool(op, a, conjunction ? "&" : "|");
  require_bool(op, b, conjunction ? "&" : "|");
  return conjunction ? a & b : a | b;
}

}  // namespace

Datum apply_unary(Graph& graph, std::string_view symbol, const Datum& x) {
  const Literal* literal = x.as<Literal>();
  if (literal && literal->kind != Weak::boolean) {
    if (symbol == "+") return x;
    if (symbol == "-") {
      if (literal->kind == Weak::floating) return Literal::of(-literal->number);
      int64_t r = 0;
      return Literal::of(whole(__builtin_sub_overflow(int64_t{0}, literal->integer, &r), r));
    }
  }
  if (const Extent* extent = x.as<Extent>(); extent && symbol == "-") return *extent * -1;
  const Array array = array_of(graph, x);
  if (symbol == "-") return Array{-Operand(array.expr), array.weak};
  if (symbol == "+") {
    if (array.expr.dtype() == Dtype::boolean) throw Error(Code::type, "'+' wants a number, not a bool");
    return array;
  }
  if (symbol == "not")
    require_bool(symbol, array.expr, "~");
  else if (is_float(array.expr.dtype()))
    throw Error(Code::type, fmt::format("'~' wants bool or integers, not {}", text(array.expr.type())));
  return Array{!Operand(array.expr), array.weak};
}

Datum apply_binary(Graph& graph, std::string_view symbol, const Datum& a, const Datum& b) {
  if (a.as<Literal>() && b.as<Literal>()) {
    if (std::optional<Datum> out = fold(symbol, *a.as<Literal>(), *b.as<Literal>())) return *std::move(out);
  } else if (a.extent() && b.extent()) {
    if (std::optional<Datum> out = fold_extents(symbol, *a.extent(), *b.extent())) return *std::move(out);
  }
  const std::vector<Operand> x = operands_of(graph, {&a, &b});
  if (symbol == "^" && (is_floating(x[0]) || is_floating(x[1])))
    throw Error(Code::type, "'^' is the exclusive or of integers and bools; a power is written x ** 2");
  return Array{build(symbol, x[0], x[1]), a.is_weak() && b.is_weak()};
}

}  // namespace wengert::language
