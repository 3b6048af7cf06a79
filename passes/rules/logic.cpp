// Rows on select, comparisons, bool, minimum and maximum, conversions. All exact.
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using enum Exactness;

Expr x_of(const Match& m) { return m['x']; }
Expr y_of(const Match& m) { return m['y']; }
Expr zeros_of(const Match& m) { return zeros(m.graph(), m.type()); }
Expr ones_of(const Match& m) { return ones(m.graph(), m.type()); }
bool x_not_float(const Match& m) { return !is_float(m['x'].dtype()); }

// Whether every value of `from` is a value of `to`, so that converting on from there is converting from here.
bool keeps_values(Dtype from, Dtype to) {
  if (from == to || from == Dtype::boolean) return true;
  if (from == Dtype::i32) return to == Dtype::i64 || to == Dtype::f64;
  return from == Dtype::f32 && to == Dtype::f64;
}
Dtype target(const Attributes& attributes) { return attributes.get<Type>("to").dtype; }

bool is_by_way_of_wider(const Match& m) { return keeps_values(m['x'].dtype(), target(m.attributes(1))); }
Expr convert_chain(const Match& m) { return convert(m['x'], target(m.attributes(0))); }

const Row rows[] = {
    // select
    {"select of one value", "select(p, x, x)", exact, x_of},
    {"select by true", "select(1, x, y)", exact, x_of},
    {"select by false", "select(0, x, y)", exact, y_of},
    {"select of true and false", "select(p, 1, 0)", exact, [](const Match& m) { return m['p']; }, of_bools},
    {"select of false and true", "select(p, 0, 1)", exact, [](const Match& m) { return !m['p']; }, of_bools},
    {"the same select again, taken", "select(p, select(p, x, y), z)", exact,
     [](const Match& m) { return select(m['p'], m['x'], m['z']); }},
    {"the same select again, not taken", "select(p, x, select(p, y, z))", exact,
     [](const Match& m) { return select(m['p'], m['x'], m['z']); }},
    {"two masks with one else", "select(p, select(q, x, y), y)", exact,
     [](const Match& m) { return select(m['p'] & m['q'], m['x'], m['y']); }},
    {"a factor that is 1 where it is taken", "select(p, multiply(convert(p), x), y)", exact,
     [](const Match& m) { return select(m['p'], m['x'], m['y']); }},
    // bool and bits
    {"not not", "bit_not(bit_not(x))", exact, x_of},
    {"p and p", "bit_and(x, x)", exact, x_of},
    {"p or p", "bit_or(x, x)", exact, x_of},
    {"p xor p", "bit_xor(x, x)", exact, zeros_of},
    {"p and true", "bit_and(x, 1)", exact, x_of, of_bools},
    {"p and false", "bit_and(x, 0)", exact, zeros_of},
    {"p or false", "bit_or(x, 0)", exact, x_of},
    {"p or true", "bit_or(x, 1)", exact, ones_of, of_bools},
    {"p and not p", "bit_and(x, bit_not(x))", exact, zeros_of},
    {"p or not p", "bit_or(x, bit_not(x))", exact, ones_of, of_bools},
    {"p and (p or q)", "bit_and(x, bit_or(x, y))", exact, x_of},
    {"p or (p and q)", "bit_or(x, bit_and(x, y))", exact, x_of},
    {"p and (p and q)", "bit_and(x, bit_and(x, y))", exact, [](const Match& m) { return m['x'] & m['y']; }},
    {"p or (p or q)", "bit_or(x, bit_or(x, y))", exact, [](const Match& m) { return m['x'] | m['y']; }},
    // comparisons
    {"x < x", "less(x, x)", exact, zeros_of},
    {"integer x <= x", "less_equal(x, x)", exact, ones_of, x_not_float},
    {"integer x == x", "equal(x, x)", exact, ones_of, x_not_float},
    {"integer x != x", "not_equal(x, x)", exact, zeros_of, x_not_float},
    {"not less, integers", "bit_not(less(x, y))", exact, [](const Match& m) { return m['y'] <= m['x']; },
     x_not_float},
    {"not less_equal, integers", "bit_not(less_equal(x, y))", exact,
     [](const Match& m) { return m['y'] < m['x']; }, x_not_float},
    // minimum and maximum
    {"max(x, x)", "maximum(x, x)", exact, x_of},
    {"min(x, x)", "minimum(x, x)", exact, x_of},
    {"max(x, max(x, y))", "maximum(x, maximum(x, y))", exact,
     [](const Match& m) { return maximum(m['x'], m['y']); }},
    {"min(x, min(x, y))", "minimum(x, minimum(x, y))", exact,
     [](const Match& m) { return minimum(m['x'], m['y']); }},
    {"max(-x, -y)", "maximum(negate(x), negate(y))", exact,
     [](const Match& m) { return -minimum(m['x'], m['y']); }, of_floats},
    {"min(-x, -y)", "minimum(negate(x), negate(y))", exact,
     [](const Match& m) { return -maximum(m['x'], m['y']); }, of_floats},
    // conversions
    {"conversion by way of a wider type", "convert(convert(x))", exact, convert_chain, is_by_way_of_wider},
    {"conversion to the same type", "convert(x)", exact, x_of,
     [](const Match& m) { return m['x'].dtype() == m.dtype(); }},
};

}  // namespace

std::span<const Row> logic() { return rows; }

}  // namespace wengert::rules
