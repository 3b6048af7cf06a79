// The one list of the built-in records, by family, and the records that users add.
//
// Records are initialised before main, in an unspecified order, so the list holds addresses and is sorted by
// name at the first question. A question before that is refused.
#include "ir/registry.h"

#include <algorithm>
#include <mutex>
#include <shared_mutex>

#include <fmt/format.h>

#include "ir/op.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

namespace wengert {
namespace {

// clang-format off
const Op* const built_in[] = {
    // leaves
    &ops::input, &ops::constant, &ops::iota, &ops::extent_value, &ops::stop_gradient, &ops::variable,
    // arithmetic, comparison, selection, conversion
    &ops::add, &ops::subtract, &ops::multiply, &ops::divide, &ops::negate, &ops::maximum, &ops::minimum,
    &ops::select, &ops::convert, &ops::equal, &ops::not_equal, &ops::less, &ops::less_equal, &ops::bit_and,
    &ops::bit_or, &ops::bit_xor, &ops::bit_not,
    // structure
    &ops::broadcast_in_dim, &ops::transpose, &ops::slice, &ops::reverse, &ops::reshape, &ops::pad, &ops::concatenate,
    &ops::gather, &ops::scatter_add, &ops::reduce_sum, &ops::reduce_prod, &ops::reduce_max, &ops::reduce_min,
    &ops::reduce_all, &ops::reduce_any, &ops::argmax, &ops::argmin, &ops::logsumexp, &ops::norm, &ops::dot_general,
    // exponentials, logarithms, circular and hyperbolic functions
    &ops::exponential, &ops::exponential_minus_one, &ops::exp2, &ops::log, &ops::log_plus_one, &ops::log2, &ops::log10,
    &ops::sine, &ops::cosine, &ops::tan, &ops::asin, &ops::acos, &ops::atan, &ops::atan2, &ops::sinh, &ops::cosh,
    &ops::tanh, &ops::asinh, &ops::acosh, &ops::atanh, &ops::logistic, &ops::softplus, &ops::log_sigmoid,
    &ops::log1mexp, &ops::logaddexp, &ops::xlogy, &ops::xlog1py, &ops::erf, &ops::erfc, &ops::lgamma, &ops::digamma,
    &ops::trigamma, &ops::polygamma,
    // powers, rounding, remainders, pieces, bits
    &ops::sqrt, &ops::rsqrt, &ops::cbrt, &ops::square, &ops::reciprocal, &ops::power, &ops::integer_pow, &ops::hypot,
    &ops::abs, &ops::sign, &ops::floor, &ops::ceil, &ops::trunc, &ops::round_nearest_even, &ops::round_nearest_afz,
    &ops::copysign, &ops::is_nan, &ops::is_inf, &ops::is_finite, &ops::remainder, &ops::floor_mod, &ops::floor_divide,
    &ops::relu, &ops::clamp, &ops::fma, &ops::lerp, &ops::shift_left, &ops::shift_right_logical,
    &ops::shift_right_arithmetic, &ops::population_count, &ops::count_leading_zeros,
};
// clang-format on

bool by_name(const Op* a, const Op* b) { return a->name < b->name; }

struct Registry {
  std::vector<const Op*> sorted{std::begin(built_in), std::end(built_in)};
  std::shared_mutex mutex;

  Registry() {
    for (const Op* op : sorted)
      if (op->name.empty())
        throw Error(Code::internal,
                    "the op records are not initialised yet: register and look up ops from main on, "
                    "not while static objects are initialised");
    std::sort(sorted.begin(), sorted.end(), by_name);
  }
  /// Where `name` stands or would stand.
  auto place(std::string_view name) {
    return std::partition_point(sorted.begin(), sorted.end(), [&](const Op* op) { return op->name < name; });
  }
};

Registry& registry() {
  static Registry all;
  return all;
}

bool is_identifier(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || digit(c); });
}

/// What is missing or contradictory in a record; empty if nothing is.
std::string_view fault(const Op& op) {
  if (!op.type) return "it has no type rule";
  if (op.arity < -1) return "its arity is below -1 (-1 is any number of operands)";
  switch (op.kind) {
    case Kind::input:
    case Kind::constant:
    case Kind::iota: return "its kind is reserved for the leaves that are built in";
    case Kind::elementwise:
      if (!op.body) return "an elementwise op needs a body";
      if (op.arity < 1) return "an elementwise op needs a fixed number of operands, at least one";
      break;
    case Kind::movement:
      if (!op.index_map) return "a movement op needs an index_map";
      if (op.arity != 1) return "a movement op has one operand";
      break;
    case Kind::reduction:
      if (!op.combine || !op.initial) return "a reduction needs combine and initial";
      if (op.arity != 1) return "a reduction has one operand";
      break;
    case Kind::arg_reduction:
      if (!op.better) return "an arg_reduction needs better";
      if (op.arity != 1) return "an arg_reduction has one operand";
      break;
    case Kind::composite:
      if (!op.expand) return "a composite op needs expand";
      break;
    case Kind::reshape:
      if (op.arity != 1) return "a reshape has one operand";
      break;
    case Kind::contraction:
    case Kind::pad:
    case Kind::gather:
      if (op.arity != 2) return "an op of this kind has two operands";
      break;
    case Kind::scatter:
      if (op.arity != 3) return "a scatter has three operands";
      break;
    case Kind::concatenate: break;
  }
  const bool has_rule = op.partials || op.bprop || op.jvp || op.linearity != Linearity::none;
  if (op.derivative == Derivative::zero && has_rule) return "its derivative is zero and it has a rule";
  if (op.partials && op.kind != Kind::elementwise) return "partials are for elementwise ops";
  if (op.moves_guard && !op.bprop) return "moves_guard says how its bprop behaves, and there is none";
  if (op.arity >= 0 && op.samples.size() > static_cast<size_t>(op.arity))
    return "it has more samples than operands";
  for (const Range& range : op.samples)
    if (!(range.low <= range.high)) return "a sampling range is empty";
  return {};
}

/// Insertions, deletions, changes of one character and swaps of two neighbours that turn a into b.
size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); i++)
    for (size_t j = 0; j <= b.size(); j++) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

const Op* find_op(std::string_view name) {
  Registry& all = registry();
  const std::shared_lock lock(all.mutex);
  const auto at = all.place(name);
  return at != all.sorted.end() && (*at)->name == name ? *at : nullptr;
}

std::vector<const Op*> all_ops() {
  Registry& all = registry();
  const std::shared_lock lock(all.mutex);
  return all.sorted;
}

void register_op(const Op& op) {
  if (!is_identifier(op.name))
    throw Error(Code::argument,
                fmt::format("\"{}\" cannot name an op: a name is a letter or _, then letters, digits "
                            "and _",
                            op.name));
  if (const std::string_view why = fault(op); !why.empty())
    throw Error(Code::argument,
                fmt::format("the record of op \"{}\" is incomplete or contradictory: {}", op.name, why));
  Registry& all = registry();
  const std::unique_lock lock(all.mutex);
  const auto at = all.place(op.name);
  if (at != all.sorted.end() && (*at)->name == op.name) {
    if (*at == &op) return;
    throw Error(Code::name, fmt::format("there is an op \"{}\" already", op.name));
  }
  all.sorted.insert(at, &op);
}

bool is_built_in(const Op& op) {
  static const std::vector<const Op*> sorted = [] {
    std::vector<const Op*> all{std::begin(built_in), std::end(built_in)};
    std::sort(all.begin(), all.end(), std::less<>());
    return all;
  }();
  return std::binary_search(sorted.begin(), sorted.end(), &op, std::less<>());
}

std::string_view nearest_op(std::string_view name) {
  std::string_view nearest;
  size_t fewest = name.size() / 3 + 2;  // one edit for a short name, more for a long one
  for (const Op* op : all_ops())
    if (const size_t distance = edits(name, op->name); distance < fewest) {
      fewest = distance;
      nearest = op->name;
    }
  return nearest;
}

}  // namespace wengert
