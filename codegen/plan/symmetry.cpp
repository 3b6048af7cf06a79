// Which contractions have symmetric results: both factors are made of one array, taken at the same places.
//
// Symmetric to the bit: both are that array, moved alike. Results (i, j) and (j, i) sum the same products in
// the same order, and the factors of a product commute. With fast_math also: both are linear in that array,
// with coefficients that depend on neither the result's row nor its column, as in (D A)ᵀ A with a diagonal D.
// A mask is no such coefficient: what it drops it drops whole, where 0 times a NaN is one.
#include <algorithm>

#include "codegen/plan/plan.h"
#include "ir/op.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"

namespace wengert {
namespace {

constexpr int most_steps = 256;  // of a walk through what factors are made of
constexpr size_t most_cores = 8;

// Where along an axis elements are taken: at offset + stride * the index along an axis of the contraction.
struct Along {
  int64_t axis = -1;  // batch axes, contracted ones, then those of rows or columns; -1: at the offset
  Extent offset = 0;
  int64_t stride = 0;
  bool operator==(const Along&) const = default;
};

// A value at an index of the contraction.
struct Place {
  Value value;
  std::vector<Along> axes;
  bool operator==(const Place&) const = default;
};

bool by_ones(const Shape& a, const Shape& b) {
  auto others = [](const Shape& shape) {
    Shape out;
    for (const Extent& extent : shape)
      if (!extent.is(1)) out.push_back(extent);
    return out;
  };
  return others(a) == others(b);
}

class Symmetry {
 public:
  Symmetry(const Plan& plan, uint32_t node) : graph_(*plan.program->graph), node_(node) {}

  bool run(bool fast) {
    Shape free[2];
    const Place left = source(factor(0, free[0])), right = source(factor(1, free[1]));
    if (free[0] != free[1]) return false;
    if (left == right) return true;
    return fast && (is_linear_in_one_of(left, cores(right)) || is_linear_in_one_of(right, cores(left)));
  }

 private:
  // An operand at its own index, and the extents of its rows or columns.
  Place factor(size_t operand, Shape& free) {
    const Attributes& attributes = *graph_.node(node_).attributes;
    const Axes &batch = attributes.axes(operand == 0 ? "lhs_batch" : "rhs_batch"),
               &inner = attributes.axes(operand == 0 ? "lhs_contract" : "rhs_contract");
    const Value value = graph_.inputs(node_)[operand];
    const Shape& shape = graph_.type(value).shape;
    Place out{value, std::vector<Along>(shape.size())};
    Axes order = batch;
    order.insert(order.end(), inner.begin(), inner.end());
    shared_ = static_cast<int64_t>(order.size());
    for (int64_t axis : other_axes(order, static_cast<int64_t>(shape.size()))) {
      order.push_back(axis);
      free.push_back(shape[axis]);
    }
    for (size_t i = 0; i < order.size(); i++) out.axes[order[i]] = {static_cast<int64_t>(i), 0, 1};
    return out;
  }

  // The value behind movements, where its element lies.
  Place source(Place place) const {
    while (moves(place)) {}
    return place;
  }

  bool moves(Place& place) const {
    const Node& node = graph_.node(place.value.node);
    if (node.op->kind != Kind::movement && node.op->kind != Kind::reshape) return false;
    const Value from = graph_.inputs(place.value.node)[0];
    const Type& type = graph_.type(from);
    std::vector<Along> axes;
    if (node.op->kind == Kind::movement) {
      const Type* types[] = {&type};
      for (const AxisMap& map : node.op->index_map(Call{*node.op, types, *node.attributes})) {
        Along& axis = axes.emplace_back(Along{-1, map.offset, 0});
        if (map.result_axis < 0 || map.stride == 0) continue;
        const Along& of = place.axes[map.result_axis];
        axis = {of.axis, map.offset + of.offset * map.stride, of.stride * map.stride};
      }
    } else {
      const Shape& shape = graph_.type(place.value).shape;
      if (!by_ones(shape, type.shape)) return false;
      size_t next = 0;
      for (const Extent& extent : type.shape) {
        if (extent.is(1)) {
          axes.push_back({});
          continue;
        }
        while (shape[next].is(1)) next++;
        axes.push_back(place.axes[next++]);
      }
    }
    place = {from, std::move(axes)};
    return true;
  }

  Place operand(const Place& place, size_t i) const {
    return source({graph_.inputs(place.value.node)[i], place.axes});
  }

  // Whether the element is the same for all rows or columns of the result.
  bool is_coefficient(const Place& whole) {
    std::vector<Place> pending{whole};
    while (!pending.empty()) {
      const Place place = std::move(pending.back());
      pending.pop_back();
      if (std::none_of(place.axes.begin(), place.axes.end(),
                       [&](const Along& along) { return along.axis >= shared_; }))
        continue;
      if (graph_.node(place.value.node).op->kind != Kind::elementwise || ++steps_ > most_steps) return false;
      for (size_t i = 0; i < graph_.inputs(place.value.node).size(); i++)
        pending.push_back(operand(place, i));
    }
    return true;
  }

  // The operand of a product that is not a coefficient, if one of them is.
  std::optional<Place> scaled(const Place& place) {
    const Place x = operand(place, 0), y = operand(place, 1);
    if (is_coefficient(y)) return x;
    if (graph_.node(place.value.node).op != &ops::divide && is_coefficient(x)) return y;
    return std::nullopt;
  }

  // The values that a factor is a multiple of.
  std::vector<Place> cores(Place place) {
    std::vector<Place> out{place};
    while (out.size() < most_cores) {
      const Op* op = graph_.node(place.value.node).op;
      if (op == &ops::negate) {
        place = operand(place, 0);
      } else if (op == &ops::multiply || op == &ops::divide) {
        const std::optional<Place> of = scaled(place);
        if (!of) break;
        place = *of;
      } else {
        break;
      }
      out.push_back(place);
    }
    return out;
  }

  bool is_linear_in_one_of(const Place& place, const std::vector<Place>& cores) {
    return std::any_of(cores.begin(), cores.end(), [&](const Place& core) { return is_linear(place, core); });
  }

  bool is_linear(const Place& whole, const Place& core) {
    std::vector<Place> pending{whole};
    while (!pending.empty()) {
      const Place place = std::move(pending.back());
      pending.pop_back();
      if (place == core) continue;
      if (++steps_ > most_steps) return false;
      const Op* op = graph_.node(place.value.node).op;
      if (op == &ops::add || op == &ops::subtract) {
        pending.push_back(operand(place, 0));
        pending.push_back(operand(place, 1));
      } else if (op == &ops::negate) {
        pending.push_back(operand(place, 0));
      } else if (op == &ops::multiply || op == &ops::divide || op == &ops::fma) {
        const std::optional<Place> of = scaled(place);
        if (!of) return false;
        pending.push_back(*of);
        if (op == &ops::fma) pending.push_back(operand(place, 2));
      } else {
        return false;
      }
    }
    return true;
  }

  const Graph& graph_;
  uint32_t node_;
  int64_t shared_ = 0;  // batch and contracted axes: what both factors are taken at
  int steps_ = 0;
};

}  // namespace

bool is_symmetric(const Plan& plan, uint32_t contraction) {
  return Symmetry(plan, contraction).run(plan.options.fast_math);
}

}  // namespace wengert
