#include "random_program.h"

#include <algorithm>
#include <random>

#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "ir/registry.h"

namespace wengert::fuzz {
namespace {

class Drawer {
 public:
  Drawer(uint64_t seed, const Recipe& recipe) : random_(seed), recipe_(recipe), graph_(*program_.graph) {}

  Program run() {
    program_.name = "random";
    for (const Op* op : all_ops())
      if (op->kind == Kind::elementwise && op->arity > 0 && op->interned) elementwise_.push_back(op);
    inputs();
    for (int i = 0; i < recipe_.nodes; i++) call();
    outputs();
    return std::move(program_);
  }

 private:
  size_t below(size_t n) { return random_() % n; }
  bool chance(int percent) { return static_cast<int>(below(100)) < percent; }

  Dtype any_dtype() {
    return chance(40) ? (chance(30) ? f32 : f64) : all_dtypes[below(std::size(all_dtypes))];
  }
  Dtype input_dtype() { return recipe_.doubles ? f64 : any_dtype(); }

  Extent extent() {
    if (recipe_.symbols && chance(40)) return Extent::symbol(chance(50) ? "N" : "M");
    return Extent(static_cast<int64_t>(below(5)) + (chance(90) ? 1 : 0));
  }

  void inputs() {
    // The symbols must be decided by an input's shape.
    if (recipe_.symbols) add(graph_.input("s", f64, {Extent::symbol("N"), Extent::symbol("M")}));
    const size_t count = 3 + below(3);
    for (size_t i = 0; i < count; i++) {
      Shape shape;
      for (size_t axes = below(4); axes > 0; axes--) shape.push_back(extent());
      add(graph_.input("x" + std::to_string(i), input_dtype(), shape));
    }
  }

  void add(Expr x) {
    if (x.present() && (values_.empty() || !x.same(values_.back()))) values_.push_back(x);
  }

  // A value; later ones more often, so that graphs become deep.
  Expr any() { return values_[std::max(below(values_.size()), below(values_.size()))]; }
  Expr literal(const Type& type) {
    constexpr double numbers[] = {0, 1, -1, 2, 0.5, -0.0, 3, 8, -2};
    const double number = numbers[below(std::size(numbers))];
    if (type.dtype == Dtype::boolean) return full(graph_, type, below(2));
    return full(graph_, type,
                is_integer(type.dtype) ? static_cast<double>(static_cast<int64_t>(number)) : number);
  }
  // A value of that type: one there is, or one there is converted and fitted, or a literal.
  Expr of_type(const Type& type) {
    std::vector<Expr> fitting;
    for (const Expr& value : values_)
      if (value.type() == type) fitting.push_back(value);
    if (!fitting.empty() && chance(75)) return fitting[below(fitting.size())];
    if (chance(50)) return literal(type);
    for (int tries = 0; tries < 6; tries++) {
      const Expr value = convert(any(), type.dtype);
      if (broadcast_shapes(value.shape(), type.shape) == type.shape) return broadcast_to(value, type.shape);
    }
    return literal(type);
  }

  void call() {
    try {
      switch (below(10)) {
        case 0: return move();
        case 1: return cut();
        case 2: return reduce();
        case 3: return contract();
        case 4: return chance(50) ? index() : composite();
        default: return compute();
      }
    } catch (const Error& e) {
      // What was drawn is refused: a bound that cannot be, a size that overflows. Anything else is a fault.
      if (e.code() == Code::internal) throw;
    }
  }

  void compute() {
    const Op& op = *elementwise_[below(elementwise_.size())];
    const Expr x = any();
    std::vector<Value> operands;
    if (&op == &ops::select) {
      operands = {of_type(x.type().with(Dtype::boolean)).value(), x.value(), of_type(x.type()).value()};
    } else {
      operands.push_back(x.value());
      for (int i = 1; i < op.arity; i++) operands.push_back((chance(15) ? x : of_type(x.type())).value());
      if (op.arity > 1 && chance(30)) std::swap(operands.front(), operands.back());
    }
    Attributes attributes;
    if (&op == &ops::convert) attributes = {{"to", Type{any_dtype(), {}}}};
    if (&op == &ops::integer_pow) attributes = {{"exponent", static_cast<int64_t>(below(7)) - 2}};
    if (&op == &ops::polygamma) attributes = {{"order", static_cast<int64_t>(below(6))}};
    add(graph_.make(op, operands, attributes));
  }

  void move() {
    const Expr x = any();
    const int64_t rank = x.rank();
    switch (below(5)) {
      case 0: {
        Axes permutation;
        for (int64_t i = 0; i < rank; i++) permutation.push_back(i);
        std::shuffle(permutation.begin(), permutation.end(), random_);
        return add(transpose(x, permutation));
      }
      case 1: {
        if (rank > 3) return;
        Shape shape = x.shape();
        shape.insert(shape.begin() + static_cast<int64_t>(below(static_cast<size_t>(rank) + 1)), extent());
        Axes dimensions;
        for (int64_t i = 0; i <= rank; i++) dimensions.push_back(i);
        for (size_t i = 0; i < shape.size(); i++) {
          Axes kept = dimensions;
          kept.erase(kept.begin() + static_cast<int64_t>(i));
          Shape rest = shape;
          rest.erase(rest.begin() + static_cast<int64_t>(i));
          if (rest == x.shape()) return add(broadcast_in_dim(x, shape, kept));
        }
        return;
      }
      case 2:
        return add(chance(50) && rank > 0 ? reshape(x, {element_count(x.shape())}) : expand_dims(x, {0}));
      case 3: return add(chance(50) ? stop_gradient(x) : variable(x));
      default: {
        if (rank == 0) return;
        return add(reverse(x, {static_cast<int64_t>(below(static_cast<size_t>(rank)))}));
      }
    }
  }

  void cut() {
    const Expr x = any();
    if (x.rank() == 0) return;
    const int64_t axis = static_cast<int64_t>(below(static_cast<size_t>(x.rank())));
    switch (below(3)) {
      case 0: {  // bounds that hold for every size
        const Extent start = Extent::minimum(x.shape()[axis], static_cast<int64_t>(below(3)));
        const Extent limit = chance(50)
                                 ? x.shape()[axis]
                                 : Extent::maximum(start, x.shape()[axis] - static_cast<int64_t>(below(2)));
        return add(slice_axis(x, axis, start, limit, 1 + static_cast<int64_t>(below(3))));
      }
      case 1: {
        Shape low(static_cast<size_t>(x.rank()), 0), high = low;
        Axes interior(static_cast<size_t>(x.rank()), 0);
        low[axis] = static_cast<int64_t>(below(3)), high[axis] = static_cast<int64_t>(below(3));
        if (x.shape()[axis].is_number()) interior[axis] = static_cast<int64_t>(below(2));
        return add(pad(x, of_type({x.dtype(), {}}), low, high, interior));
      }
      default: {
        const Expr parts[] = {x, of_type(x.type()), x};
        return add(concatenate({parts, 2 + below(2)}, axis));
      }
    }
  }

  void reduce() {
    const Expr x = any();
    if (x.rank() == 0) return;
    Axes axes;
    for (int64_t i = 0; i < x.rank(); i++)
      if (chance(50)) axes.push_back(i);
    if (axes.empty()) axes = {x.rank() - 1};
    if (x.dtype() == Dtype::boolean) return add(chance(50) ? all(x, axes) : any_of(x, axes));
    bool nonempty = true;  // a symbol may be 0
    for (int64_t axis : axes) nonempty = nonempty && x.shape()[axis].is_number() && !x.shape()[axis].is(0);
    switch (below(nonempty ? 5 : 2)) {
      case 0: return add(sum(x, axes, chance(20)));
      case 1: return add(prod(x, axes));
      case 2: return add(max(x, axes));
      case 3: return add(min(x, axes, chance(20)));
      default: return add(chance(50) ? argmax(x, axes[0]) : argmin(x, axes[0]));
    }
  }
  static Expr any_of(Expr x, const Axes& axes) { return wengert::any(x, axes); }

  // Some pairs of equal extents are batched or contracted.
  void contract() {
    const Expr x = any();
    if (x.rank() > 1 && chance(15)) return contract_with_itself(x);
    const Expr y = of_type(chance(50) ? x.type() : any().type().with(x.dtype()));
    if (x.dtype() == Dtype::boolean || x.rank() + y.rank() > 5) return;
    Dimensions d;
    std::vector<bool> used(static_cast<size_t>(y.rank()), false);
    for (int64_t i = 0; i < x.rank(); i++) {
      for (int64_t k = 0; k < y.rank(); k++) {
        if (used[k] || x.shape()[i] != y.shape()[k] || chance(40)) continue;
        used[k] = true;
        const bool batch = chance(25);
        (batch ? d.lhs_batch : d.lhs_contract).push_back(i);
        (batch ? d.rhs_batch : d.rhs_contract).push_back(k);
        break;
      }
    }
    add(dot_general(x, y, d));
  }

  // Results that are symmetric.
  void contract_with_itself(Expr x) {
    if (x.dtype() == Dtype::boolean || x.rank() > 3) return;
    Axes batch, inner;
    for (int64_t i = 0; i < x.rank(); i++)
      if (chance(60)) (chance(20) ? batch : inner).push_back(i);
    if (inner.empty() && batch.empty()) inner = {0};
    add(dot_general(x, x, {batch, batch, inner, inner}));
  }

  void index() {
    const Expr x = any();
    if (x.rank() == 0 || x.rank() > 2) return;
    if (chance(40)) return index_by_literal(x);
    const Expr indices = of_type({chance(50) ? i32 : i64, {extent()}});
    const int64_t axis = static_cast<int64_t>(below(static_cast<size_t>(x.rank())));
    const Expr picked = take(x, indices, axis);
    add(chance(50) && x.dtype() != Dtype::boolean ? scatter_add(x, indices, picked, axis) : picked);
  }

  // Rows added at a place that the program says, some several times, and read there or beside it.
  void index_by_literal(Expr x) {
    const int64_t axis = static_cast<int64_t>(below(static_cast<size_t>(x.rank())));
    const auto place = static_cast<int64_t>(below(4));
    const Expr index = constant(graph_, chance(50) ? i32 : i64, place);
    Expr changed = x;
    if (x.dtype() != Dtype::boolean)
      for (size_t times = below(3); times > 0; times--)
        add(changed = scatter_add(changed, index, of_type(take(x, index, axis).type()), axis));
    const Extent& extent = x.shape()[axis];
    if (extent.is_number() && *extent.number() > place && chance(60)) {
      Shape rest = x.shape();
      rest.erase(rest.begin() + axis);
      return add(reshape(slice_axis(changed, axis, place, place + 1, 1), rest));
    }
    add(take(changed, index, axis));
  }

  void composite() {
    const Expr x = any();
    if (x.rank() == 0 || !is_float(x.dtype())) return;
    const Extent& last = x.shape().back();
    if (!last.is_number() || last.is(0)) return;
    switch (below(4)) {
      case 0: return add(logsumexp(x, Axes{x.rank() - 1}));
      case 1: return add(norm(x, Axes{x.rank() - 1}));
      case 2: return add(softmax(x));
      default: return add(log_softmax(x));
    }
  }

  void outputs() {
    std::vector<Expr> candidates;
    for (const Expr& value : values_)
      if (!recipe_.doubles || value.dtype() == f64) candidates.push_back(value);
    const size_t count = std::min<size_t>(1 + below(3), candidates.size());
    for (size_t i = 0; i < count; i++)
      program_.outputs.push_back(
          {"y" + std::to_string(i),
           candidates[candidates.size() - 1 - below(std::min<size_t>(candidates.size(), 6))].value()});
  }

  std::mt19937_64 random_;
  const Recipe& recipe_;
  Program program_;
  Graph& graph_;
  std::vector<Expr> values_;
  std::vector<const Op*> elementwise_;
};

}  // namespace

Program random_program(uint64_t seed, const Recipe& recipe) { return Drawer(seed, recipe).run(); }

Bindings random_symbols(uint64_t seed) {
  std::mt19937_64 random(seed ^ 0x5EED);
  const auto n = static_cast<int64_t>(random() % 6), m = static_cast<int64_t>(random() % 5);
  return {{"N", n}, {"M", m}};
}

}  // namespace wengert::fuzz
