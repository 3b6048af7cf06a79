#include "ir/ops/contractions.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/graph.h"
#include "ir/ops/build.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"

namespace wengert {

using Exprs = std::vector<Expr>;
using Cotangents = std::vector<Cotangent>;

static Dimensions dimensions_of(const Attributes& attributes) {
  return {attributes.axes("lhs_batch"), attributes.axes("rhs_batch"), attributes.axes("lhs_contract"),
          attributes.axes("rhs_contract")};
}

static Axes joined(Axes a, const Axes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

static std::vector<Type> dot_type(const Call& call) {
  const Dimensions d = dimensions_of(call.attributes);
  const std::string& order = call.attributes.get<std::string>("order");
  call.require(order == "chain" || order == "lanes", "the order is chain or lanes");
  call.require(call[0].dtype == call[1].dtype && call[0].dtype != Dtype::boolean,
               "wants numbers of one dtype");
  call.require(d.lhs_batch.size() == d.rhs_batch.size() && d.lhs_contract.size() == d.rhs_contract.size(),
               "wants axes in pairs");
  for (const Axes& axes : {d.lhs_batch, d.lhs_contract, d.rhs_batch, d.rhs_contract})
    for (int64_t axis : axes) call.require(axis >= 0, "an axis is negative");
  normalize_axes(joined(d.lhs_batch, d.lhs_contract), call[0].rank(), "dot_general, left operand");
  normalize_axes(joined(d.rhs_batch, d.rhs_contract), call[1].rank(), "dot_general, right operand");
  Shape shape;
  for (size_t i = 0; i < d.lhs_batch.size(); i++) {
    const Extent &a = call[0].shape[d.lhs_batch[i]], &b = call[1].shape[d.rhs_batch[i]];
    if (a != b) call.fail(fmt::format("the batch extents {} and {} differ", a.text(), b.text()));
    shape.push_back(a);
  }
  for (size_t i = 0; i < d.lhs_contract.size(); i++) {
    const Extent &a = call[0].shape[d.lhs_contract[i]], &b = call[1].shape[d.rhs_contract[i]];
    if (a != b) call.fail(fmt::format("the contracted extents {} and {} differ", a.text(), b.text()));
  }
  for (int64_t axis : other_axes(d.lhs_batch, d.lhs_contract, call[0].rank()))
    shape.push_back(call[0].shape[axis]);
  for (int64_t axis : other_axes(d.rhs_batch, d.rhs_contract, call[1].rank()))
    shape.push_back(call[1].shape[axis]);
  return {{call[0].dtype, shape}};
}

// The cotangent of one operand: g contracted with the other operand over the other's free axes, its axes put
// back.
static Expr pull_side(const Pull& pull, bool left) {
  Dimensions d = dimensions_of(pull.attributes);
  if (!left) d = {d.rhs_batch, d.lhs_batch, d.rhs_contract, d.lhs_contract};
  const Expr mine = pull.inputs[left ? 0 : 1], other = pull.inputs[left ? 1 : 0], g = pull.cotangents[0];
  const int64_t batches = static_cast<int64_t>(d.lhs_batch.size());
  const Axes my_free = other_axes(d.lhs_batch, d.lhs_contract, mine.rank());
  const Axes other_free = other_axes(d.rhs_batch, d.rhs_contract, other.rank());
  Axes g_batch, g_contract;
  for (int64_t i = 0; i < batches; i++) g_batch.push_back(i);
  const int64_t start = batches + (left ? static_cast<int64_t>(my_free.size()) : 0);
  for (size_t i = 0; i < other_free.size(); i++) g_contract.push_back(start + static_cast<int64_t>(i));
  // My contracted axes, in ascending order of the other's.
  std::vector<std::pair<int64_t, int64_t>> pairs;
  for (size_t i = 0; i < d.rhs_contract.size(); i++) pairs.push_back({d.rhs_contract[i], d.lhs_contract[i]});
  std::sort(pairs.begin(), pairs.end());
  Axes contracted;
  for (auto& [theirs, my_axis] : pairs) contracted.push_back(my_axis);
  // The result's axes are the batch, those that g has and those that the other has, or these in front:
  // whichever is their order in mine. The sums are the same.
  const Axes other_first = joined(joined(d.lhs_batch, contracted), my_free);
  if (std::is_sorted(other_first.begin(), other_first.end()))
    return dot_general(other, g, {d.rhs_batch, g_batch, other_free, g_contract});
  const Axes from = joined(joined(d.lhs_batch, my_free), contracted);
  return transpose(dot_general(g, other, {g_batch, d.rhs_batch, g_contract, other_free}), inverse(from));
}

static Exprs dot_batch(const Batch& batch) {
  Dimensions d = dimensions_of(batch.attributes);
  const Expr &lhs = batch.inputs[0], &rhs = batch.inputs[1];
  auto shift = [](Axes& axes) {
    for (int64_t& axis : axes) axis++;
  };
  if (batch.batched[0]) shift(d.lhs_batch), shift(d.lhs_contract);
  if (batch.batched[1]) shift(d.rhs_batch), shift(d.rhs_contract);
  if (batch.batched[0] && batch.batched[1]) {
    d.lhs_batch.insert(d.lhs_batch.begin(), 0);
    d.rhs_batch.insert(d.rhs_batch.begin(), 0);
    return {dot_general(lhs, rhs, d)};
  }
  // One operand has the axis as its first free axis; it comes out behind the batch axes and the left one's
  // free axes. Where the right one has no others, it goes to the left, and so its axis to the front.
  const auto batches = static_cast<int64_t>(d.lhs_batch.size());
  if (batch.batched[0]) return {moveaxis(dot_general(lhs, rhs, d), batches, 0)};
  if (other_axes(d.rhs_batch, d.rhs_contract, rhs.rank()).size() == 1) {
    const Expr made = dot_general(rhs, lhs, {d.rhs_batch, d.lhs_batch, d.rhs_contract, d.lhs_contract});
    return {moveaxis(made, batches, 0)};
  }
  const auto front = static_cast<int64_t>(other_axes(d.lhs_batch, d.lhs_contract, lhs.rank()).size());
  return {moveaxis(dot_general(lhs, rhs, d), batches + front, 0)};
}

namespace ops {

const Op dot_general{
    .name = "dot_general",
    .summary = "sums of products over pairs of axes, one fused multiply-add a step, with batch axes",
    .kind = Kind::contraction,
    .arity = 2,
    .type = dot_type,
    .linearity = Linearity::each,
    .bprop = [](const Pull& pull) -> Cotangents {
      Cotangents out(2);
      if (pull.wants(0)) out[0].value = pull_side(pull, true);
      if (pull.wants(1)) out[1].value = pull_side(pull, false);
      return out;
    },
    .batch = dot_batch,
};

}  // namespace ops

// lanes where one operand has no free axes and the last contracted axis is the innermost of those that have
// (or of both): there vectors run along the contraction. chain elsewhere: there they run along a free axis.
static std::string order_of(const Dimensions& d, int64_t lhs_rank, int64_t rhs_rank) {
  if (d.lhs_contract.empty()) return "chain";
  const bool lhs_free = !other_axes(d.lhs_batch, d.lhs_contract, lhs_rank).empty();
  const bool rhs_free = !other_axes(d.rhs_batch, d.rhs_contract, rhs_rank).empty();
  if (lhs_free && rhs_free) return "chain";
  const bool lhs_inner = d.lhs_contract.back() == lhs_rank - 1,
             rhs_inner = d.rhs_contract.back() == rhs_rank - 1;
  return (lhs_free || lhs_inner) && (rhs_free || rhs_inner) &&
                 (lhs_free   ? lhs_inner
                  : rhs_free ? rhs_inner
                             : true)
             ? "lanes"
             : "chain";
}

Expr dot_general(Operand lhs, Operand rhs, const Dimensions& dimensions) {
  PlaceScope place(build::placed(lhs, rhs));
  build::require_arrays({&lhs, &rhs}, "dot_general");
  Graph& graph = lhs.expr.graph();
  const Dtype common = promote(promote(lhs.expr.dtype(), rhs.expr.dtype()), Dtype::i32);
  const Expr a = convert(lhs.expr, common), b = convert(rhs.expr, common);
  Dimensions d = dimensions;
  // The contracted pairs in ascending order of the left operand's axes: the order they are summed in.
  if (d.lhs_contract.size() == d.rhs_contract.size()) {
    std::vector<std::pair<int64_t, int64_t>> pairs;
    for (size_t i = 0; i < d.lhs_contract.size(); i++)
      pairs.push_back({d.lhs_contract[i], d.rhs_contract[i]});
    std::sort(pairs.begin(), pairs.end());
    for (size_t i = 0; i < pairs.size(); i++) std::tie(d.lhs_contract[i], d.rhs_contract[i]) = pairs[i];
  }
  return graph.make(ops::dot_general, {a, b},
                    {{"lhs_batch", d.lhs_batch},
                     {"rhs_batch", d.rhs_batch},
                     {"lhs_contract", d.lhs_contract},
                     {"rhs_contract", d.rhs_contract},
                     {"order", order_of(d, a.rank(), b.rank())}});
}

static void refuse_scalars(const Operand& a, const Operand& b, std::string_view what) {
  build::graph_of({&a, &b}, what);
  for (const Operand* x : {&a, &b})
    if (x->weak != Operand::Weak::none || x->expr.rank() == 0)
      throw Error(Code::type, fmt::format("{}: a scalar operand; use *", what), a.at);
}

[[noreturn]] static void mismatch(std::string_view what, const Operand& a, const Operand& b, const Extent& x,
                                  const Extent& y) {
  Graph& graph = a.expr.graph();
  throw Error(Code::type,
              fmt::format("{}({}, {}): the inner extents {} and {} differ", what, text(a.expr.type()),
                          text(b.expr.type()), x.text(), y.text()),
              graph.current_place() ? graph.place_of(graph.current_place()) : Place(a.at));
}

Expr matmul(Operand a, Operand b) {
  refuse_scalars(a, b, "matmul");
  PlaceScope place(a);
  const int64_t p = a.expr.rank(), q = b.expr.rank();
  const int64_t rhs_inner = q == 1 ? 0 : q - 2;
  const Extent &x = a.expr.shape()[p - 1], &y = b.expr.shape()[rhs_inner];
  if (x != y) mismatch("matmul", a, b, x, y);
  if (p <= 2 && q <= 2) return dot_general(a, b, {{}, {}, {p - 1}, {rhs_inner}});
  if (q == 1) return dot_general(a, b, {{}, {}, {p - 1}, {0}});
  if (p == 1) return dot_general(a, b, {{}, {}, {0}, {q - 2}});
  const Shape lead_a(a.expr.shape().begin(), a.expr.shape().end() - 2),
      lead_b(b.expr.shape().begin(), b.expr.shape().end() - 2);
  if (q == 2) return dot_general(a, b, {{}, {}, {p - 1}, {0}});
  const std::optional<Shape> lead = broadcast_shapes(lead_a, lead_b);
  if (!lead)
    throw Error(Code::type,
                fmt::format("matmul({}, {}): the batch axes do not broadcast", text(a.expr.type()),
                            text(b.expr.type())),
                a.at);
  auto widened = [&](const Expr& e) {
    Shape shape = *lead;
    shape.insert(shape.end(), e.shape().end() - 2, e.shape().end());
    return broadcast_to(e, shape);
  };
  const int64_t batches = static_cast<int64_t>(lead->size());
  Axes batch;
  for (int64_t i = 0; i < batches; i++) batch.push_back(i);
  return dot_general(widened(a.expr), widened(b.expr), {batch, batch, {batches + 1}, {batches}});
}

Expr dot(Operand a, Operand b) {
  build::graph_of({&a, &b}, "dot");
  if (a.weak != Operand::Weak::none || b.weak != Operand::Weak::none || a.expr.rank() == 0 ||
      b.expr.rank() == 0)
    return a * b;
  if (a.expr.rank() > 2 || b.expr.rank() > 2)
    throw Error(Code::type,
                fmt::format("dot({}, {}): more than 2 axes; use matmul or einsum", text(a.expr.type()),
                            text(b.expr.type())),
                a.at);
  return matmul(a, b);
}

Expr outer(Operand a, Operand b) {
  build::require_arrays({&a, &b}, "outer");
  PlaceScope place(a);
  if (a.expr.rank() != 1 || b.expr.rank() != 1)
    throw Error(Code::type,
                fmt::format("outer({}, {}): wants two vectors", text(a.expr.type()), text(b.expr.type())),
                a.at);
  return expand_dims(a, {1}) * expand_dims(b, {0});
}

namespace {

struct Formula {
  std::vector<std::string> inputs;
  std::string output;
};

Formula parse_formula(std::string_view formula, size_t operands, const Operand& first) {
  auto bad = [&](const std::string& why) {
    throw Error(Code::argument, fmt::format("einsum(\"{}\"): {}", formula, why), build::place_of(first));
  };
  Formula out;
  std::string compact;
  for (char c : formula)
    if (c != ' ') compact += c;
  const size_t arrow = compact.find("->");
  std::string left = compact.substr(0, arrow);
  out.inputs.push_back("");
  for (char c : left) {
    if (c == ',')
      out.inputs.push_back("");
    else if (!std::isalpha(static_cast<unsigned char>(c)))
      bad(fmt::format("'{}' is not a letter", c));
    else if (out.inputs.back().find(c) != std::string::npos)
      bad(fmt::format("the letter {} is repeated in one operand", c));
    else
      out.inputs.back() += c;
  }
  if (out.inputs.size() != operands)
    bad(fmt::format("names {} operands, got {}", out.inputs.size(), operands));
  std::string all;
  for (const std::string& input : out.inputs) all += input;
  if (arrow == std::string::npos) {  // as NumPy: letters that appear once, in alphabetical order
    std::sort(all.begin(), all.end());
    for (char c : all)
      if (std::count(all.begin(), all.end(), c) == 1) out.output += c;
  } else {
    out.output = compact.substr(arrow + 2);
    for (size_t i = 0; i < out.output.size(); i++) {
      if (all.find(out.output[i]) == std::string::npos)
        bad(fmt::format("the result's {} is in no operand", out.output[i]));
      if (out.output.find(out.output[i]) != i)
        bad(fmt::format("the letter {} is repeated in the result", out.output[i]));
    }
  }
  return out;
}

// Sums over the letters nobody else wants, and drops them from `letters`.
Expr sum_lonely(Expr x, std::string& letters, const std::string& wanted) {
  Axes axes;
  std::string kept;
  for (size_t i = 0; i < letters.size(); i++) {
    if (wanted.find(letters[i]) == std::string::npos)
      axes.push_back(static_cast<int64_t>(i));
    else
      kept += letters[i];
  }
  letters = kept;
  return axes.empty() ? x : sum(x, axes);
}

Expr arrange(Expr x, const std::string& have, const std::string& wanted) {
  Axes permutation;
  for (char c : wanted) permutation.push_back(static_cast<int64_t>(have.find(c)));
  return transpose(x, permutation);
}

void check_rank(const Operand& x, const std::string& letters, std::string_view formula) {
  if (x.expr.rank() != static_cast<int64_t>(letters.size()))
    throw Error(Code::type,
                fmt::format("einsum(\"{}\"): '{}' names {} axes of {}", formula, letters, letters.size(),
                            text(x.expr.type())),
                x.at);
}

}  // namespace

Expr einsum(std::string_view formula, Operand a, Operand b) {
  build::require_arrays({&a, &b}, "einsum");
  PlaceScope place(a);
  Formula f = parse_formula(formula, 2, a);
  check_rank(a, f.inputs[0], formula);
  check_rank(b, f.inputs[1], formula);
  std::string left = f.inputs[0], right = f.inputs[1];
  const Expr x = sum_lonely(a.expr, left, f.inputs[1] + f.output),
             y = sum_lonely(b.expr, right, f.inputs[0] + f.output);
  Dimensions d;
  std::string have, left_free, right_free;
  for (size_t i = 0; i < left.size(); i++) {
    const size_t there = right.find(left[i]);
    if (there == std::string::npos) {
      left_free += left[i];
    } else if (f.output.find(left[i]) != std::string::npos) {
      have += left[i];
      d.lhs_batch.push_back(static_cast<int64_t>(i)), d.rhs_batch.push_back(static_cast<int64_t>(there));
    } else {
      d.lhs_contract.push_back(static_cast<int64_t>(i)),
          d.rhs_contract.push_back(static_cast<int64_t>(there));
    }
  }
  for (char c : right)
    if (left.find(c) == std::string::npos) right_free += c;
  // The innermost axis stays innermost: the operand that has it comes last. The sums are the same.
  if (!right_free.empty() && d.lhs_contract.size() <= 1 && !f.output.empty() &&
      left_free.find(f.output.back()) != std::string::npos)
    return arrange(dot_general(y, x, {d.rhs_batch, d.lhs_batch, d.rhs_contract, d.lhs_contract}),
                   have + right_free + left_free, f.output);
  return arrange(dot_general(x, y, d), have + left_free + right_free, f.output);
}

Expr einsum(std::string_view formula, Operand a) {
  build::graph_of({&a}, "einsum");
  PlaceScope place(a);
  Formula f = parse_formula(formula, 1, a);
  check_rank(a, f.inputs[0], formula);
  std::string letters = f.inputs[0];
  const Expr x = sum_lonely(a.expr, letters, f.output);
  return arrange(x, letters, f.output);
}

}  // namespace wengert
