// Rows on slice, pad and concatenate. All exact. Bounds that are only known at run time are checked at the
// kernel's entry, and so is that no extent is negative. A row must not lose such a check: rows that drop a
// slice want its bounds proved, and rows that drop an array want it to be one that may go.
#include <algorithm>
#include <optional>

#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"
#include "passes/rules/rules.h"

namespace wengert::rules {
namespace {

using enum Exactness;

struct Cut {
  const Shape& starts;
  const Shape& limits;
  const Axes& steps;
  explicit Cut(const Attributes& a)
      : starts(a.get<Shape>("starts")), limits(a.get<Shape>("limits")), steps(a.axes("steps")) {}
};

bool not_negative(const Extent& e) { return e.is_number() && *e.number() >= 0; }
bool not_above(const Extent& a, const Extent& b) { return not_negative(b - a); }

bool proved(const Cut& cut, const Shape& shape, size_t axis) {
  return not_negative(cut.starts[axis]) && not_above(cut.starts[axis], cut.limits[axis]) &&
         not_above(cut.limits[axis], shape[axis]);
}
bool all_proved(const Cut& cut, const Shape& shape) {
  for (size_t i = 0; i < shape.size(); i++)
    if (!proved(cut, shape, i)) return false;
  return true;
}

// Steps of the inner slice other than 1 want numbers for the new limit. The outer slice's checks imply the
// inner's when the inner one only drops a known number of elements in front; what the new slice checks
// implies the outer's where the inner one leaves that end as it is.
Expr slice_twice(const Match& m) {
  const Cut outer(m.attributes(0)), inner(m.attributes(1));
  const Shape &shape = m['x'].shape(), &middle = m.input(0).shape();
  Shape starts, limits;
  Axes steps;
  for (size_t i = 0; i < shape.size(); i++) {
    const bool same_start = inner.starts[i].is(0),
               same_end = inner.limits[i] == shape[i] && inner.steps[i] == 1;
    const bool implied = not_negative(inner.starts[i]) && same_end;
    if (!implied && !proved(inner, shape, i)) return {};
    if (!same_start && !not_negative(outer.starts[i])) return {};
    if (!same_end && !not_above(outer.limits[i], middle[i])) return {};
    int64_t step = 0;
    if (__builtin_mul_overflow(inner.steps[i], outer.steps[i], &step)) return {};
    steps.push_back(step);
    starts.push_back(inner.starts[i] + outer.starts[i] * inner.steps[i]);
    if (inner.steps[i] == 1) {
      limits.push_back(inner.starts[i] + outer.limits[i]);
    } else {
      const Extent& count = m.type().shape[i];
      if (!count.is_number() || !starts[i].is_number()) return {};
      if (count.is(0)) starts[i] = inner.starts[i];  // the outer start may lie past the last element taken
      limits.push_back(count.is(0) ? starts[i] : starts[i] + (count - 1) * steps[i] + 1);
    }
  }
  return slice(m['x'], starts, limits, steps);
}

Expr slice_of_broadcast(const Match& m) {
  const Cut cut(m.attributes(0));
  const Shape& middle = m.attributes(1).get<Shape>("shape");
  const Axes& dimensions = m.attributes(1).axes("dimensions");
  const Expr x = m['x'];
  Shape starts(x.rank(), 0), limits = x.shape();
  Axes steps(x.rank(), 1);
  std::vector<bool> taken(middle.size(), false);
  for (size_t i = 0; i < dimensions.size(); i++) {
    const int64_t axis = dimensions[i];
    if (x.shape()[i].is(1) && !middle[axis].is(1)) continue;
    starts[i] = cut.starts[axis], limits[i] = cut.limits[axis], steps[i] = cut.steps[axis];
    taken[axis] = true;
  }
  for (size_t axis = 0; axis < middle.size(); axis++)
    if (!taken[axis] && !proved(cut, middle, axis)) return {};
  const Expr cut_x = slice(x, starts, limits, steps);
  // An axis that was not repeated but is cut to 1, or to 0, still fits.
  return broadcast_in_dim(cut_x, m.type().shape, dimensions);
}

// A slice that lies in the operand of the pad, or in the padding.
Expr slice_of_pad(const Match& m) {
  const Cut cut(m.attributes(0));
  const Shape& low = m.attributes(1).get<Shape>("low");
  const Shape& high = m.attributes(1).get<Shape>("high");
  if (!std::ranges::all_of(low, not_negative) || !std::ranges::all_of(high, not_negative)) return {};
  const Axes& interior = m.attributes(1).axes("interior");
  const Expr x = m['x'];
  Shape starts, limits;
  bool inside = true;
  for (size_t i = 0; i < low.size(); i++) {
    const Extent end = low[i] + x.shape()[i];
    const bool untouched = interior[i] == 0;
    if (untouched && (not_above(cut.limits[i], low[i]) || not_above(end, cut.starts[i]))) {
      const Shape padded = m.graph().type(m.input(0).value()).shape;
      return all_proved(cut, padded) ? broadcast_to(m['y'], m.type().shape) : Expr();
    }
    inside = inside && untouched && not_above(low[i], cut.starts[i]) && not_above(cut.limits[i], end);
    starts.push_back(cut.starts[i] - low[i]);
    limits.push_back(cut.limits[i] - low[i]);
  }
  return inside ? slice(x, starts, limits, cut.steps) : Expr();
}

// The part of a concatenation that a slice lies in, and where it begins; no part when there is none. Numbers
// are compared as such, before any arithmetic of extents: a slice of each of many parts looks at many.
struct Holder {
  std::optional<Value> part;
  Extent offset = 0;
};
Holder holder_of_slice(const Match& m) {
  const Expr whole = m['x'];
  if (&whole.op() != &ops::concatenate) return {};
  const Cut cut(m.attributes());
  const Graph& graph = m.graph();
  const auto axis = static_cast<size_t>(graph.node(whole.value().node).attributes->get<int64_t>("axis"));
  const std::optional<int64_t> start = cut.starts[axis].number(), limit = cut.limits[axis].number();
  Holder out;
  int64_t number = 0;  // the offset while all extents before are numbers
  bool numbers = start && limit;
  for (Value part : graph.inputs(whole.value().node)) {
    const Extent& extent = graph.type(part).shape[axis];
    if (numbers && extent.is_number()) {
      const int64_t end = number + *extent.number();
      if (number <= *start && *limit <= end) return {part, number};
      number = end;
      continue;
    }
    if (numbers) out.offset = number;
    numbers = false;
    const Extent end = out.offset + extent;
    if (not_above(out.offset, cut.starts[axis]) && not_above(cut.limits[axis], end)) {
      out.part = part;
      return out;
    }
    out.offset = end;
  }
  return {};
}
// The parts beside it go: were one's extent negative, the slice might end behind the whole.
bool lies_in_one_part(const Match& m) {
  const Holder holder = holder_of_slice(m);
  if (!holder.part) return false;
  const Graph& graph = m.graph();
  const Shape& kept = graph.type(*holder.part).shape;
  return std::ranges::all_of(graph.inputs(m['x'].value().node), [&](Value part) {
    return part == *holder.part || may_go(graph.type(part).shape, {&kept});
  });
}
Expr slice_of_part(const Match& m) {
  const Holder holder = holder_of_slice(m);
  const Cut cut(m.attributes());
  const auto axis = static_cast<size_t>(m.graph().node(m['x'].value().node).attributes->get<int64_t>("axis"));
  Shape starts = cut.starts, limits = cut.limits;
  starts[axis] = starts[axis] - holder.offset, limits[axis] = limits[axis] - holder.offset;
  return slice(Expr(m.graph(), *holder.part), starts, limits, cut.steps);
}

bool pads_nothing(const Match& m) {
  auto zero = [](const Extent& e) { return e.is(0); };
  const Shape &low = m.attributes().get<Shape>("low"), &high = m.attributes().get<Shape>("high");
  return std::ranges::all_of(low, zero) && std::ranges::all_of(high, zero) &&
         m['x'].shape() == m.type().shape;
}

// The same value around the same value.
Expr pad_twice(const Match& m) {
  Shape low = m.attributes(0).get<Shape>("low"), high = m.attributes(0).get<Shape>("high");
  for (size_t i = 0; i < low.size(); i++) {
    for (size_t level : {0, 1})
      if (m.attributes(level).axes("interior")[i] != 0) return {};
    low[i] = low[i] + m.attributes(1).get<Shape>("low")[i];
    high[i] = high[i] + m.attributes(1).get<Shape>("high")[i];
    if (!low[i].is_number() || !high[i].is_number()) return {};
  }
  return pad(m['x'], m['y'], low, high, m.attributes(0).axes("interior"));
}

bool pads_a_scalar(const Match& m) {
  return m['x'].rank() == 0 && may_go(m.attributes(1).get<Shape>("shape"), {&m.type().shape}) &&
         std::ranges::all_of(m.attributes(0).get<Shape>("low"), not_negative) &&
         std::ranges::all_of(m.attributes(0).get<Shape>("high"), not_negative);
}
Expr filled(const Match& m) { return broadcast_to(m['x'], m.type().shape); }

// Parts that are concatenations along the same axis are spread out; empty parts are dropped. A part of many
// is left whole beside few others: a chain that adds one part at a time would spread them again each time.
constexpr size_t always_spread = 64;

size_t parts_within(const Match& m, Value part) {
  const wengert::Node& node = m.graph().node(part.node);
  const int64_t axis = m.attributes().get<int64_t>("axis");
  return node.op == &ops::concatenate && node.attributes->get<int64_t>("axis") == axis ? node.input_count : 0;
}
bool is_spread(const Match& m, Value part, size_t all) {
  const size_t within = parts_within(m, part);
  return within > 0 && (within <= always_spread || within <= 2 * (all - within));
}
size_t all_parts(const Match& m) {
  size_t all = 0;
  for (Value part : m.inputs()) all += std::max<size_t>(1, parts_within(m, part));
  return all;
}
bool is_empty_part(const Match& m, Value part) {
  return m.graph().type(part).shape[static_cast<size_t>(m.attributes().get<int64_t>("axis"))].is(0);
}
bool can_flatten(const Match& m) {
  if (m.inputs().size() == 1) return true;
  const size_t all = all_parts(m);
  return std::ranges::any_of(m.inputs(),
                             [&](Value part) { return is_empty_part(m, part) || is_spread(m, part, all); });
}
Expr concatenate_flat(const Match& m) {
  std::vector<Expr> parts;
  const size_t all = all_parts(m);
  for (Value part : m.inputs()) {
    if (is_empty_part(m, part)) continue;
    if (is_spread(m, part, all))
      for (Value value : m.graph().inputs(part.node)) parts.push_back(Expr(m.graph(), value));
    else
      parts.push_back(Expr(m.graph(), part));
  }
  return parts.empty() ? m.input(0) : concatenate(parts, m.attributes().get<int64_t>("axis"));
}

// Neighbouring slices of one value are one slice.
struct Stretch {
  Expr x;
  Extent start, limit;
};
Stretch neighbouring_slices(const Match& m) {
  const auto axis = static_cast<size_t>(m.attributes().get<int64_t>("axis"));
  Expr x;
  Extent start, limit;
  for (size_t i = 0; i < m.inputs().size(); i++) {
    const Expr part = m.input(i);
    if (&part.op() != &ops::slice) return {};
    const Cut cut(*m.graph().node(part.value().node).attributes);
    const Expr from(m.graph(), m.graph().inputs(part.value().node)[0]);
    if (!all_proved(cut, from.shape()) || cut.steps[axis] != 1 ||
        (i > 0 && !(from.same(x) && cut.starts[axis] == limit)))
      return {};
    for (size_t k = 0; k < cut.starts.size(); k++)
      if (k != axis && (!cut.starts[k].is(0) || cut.limits[k] != from.shape()[k] || cut.steps[k] != 1))
        return {};
    if (i == 0) start = cut.starts[axis];
    x = from;
    limit = cut.limits[axis];
  }
  return {x, start, limit};
}
bool are_neighbouring_slices(const Match& m) { return neighbouring_slices(m).x.present(); }
Expr slice_of_stretch(const Match& m) {
  const Stretch stretch = neighbouring_slices(m);
  return slice_axis(stretch.x, m.attributes().get<int64_t>("axis"), stretch.start, stretch.limit);
}

// The number that all parts repeat, where they may go, or absent. The guards of an array whose every element
// is read are such.
Expr repeated_number(const Match& m) {
  Expr number;
  for (Value part : m.inputs()) {
    if (m.graph().node(part.node).op != &ops::broadcast_in_dim) return {};
    const Expr of(m.graph(), m.graph().inputs(part.node)[0]);
    if (of.rank() != 0 || (number.present() && !of.same(number))) return {};
    if (!may_go(m.graph().type(part).shape, {&m.type().shape})) return {};
    number = of;
  }
  return number;
}
bool repeats_a_number(const Match& m) { return repeated_number(m).present(); }
Expr repeated_throughout(const Match& m) { return broadcast_to(repeated_number(m), m.type().shape); }

Expr x_of(const Match& m) { return m['x']; }
bool cuts_nothing(const Match& m) {
  const Cut cut(m.attributes());
  return cut.limits == m['x'].shape() &&
         std::ranges::all_of(cut.starts, [](const Extent& e) { return e.is(0); }) &&
         std::ranges::all_of(cut.steps, [](int64_t step) { return step == 1; });
}

const Row rows[] = {
    {"slice of everything", "slice(x)", exact, x_of, cuts_nothing},
    {"slice of a slice", "slice(slice(x))", exact, slice_twice},
    {"slice of a broadcast", "slice(broadcast_in_dim(x))", exact, slice_of_broadcast},
    {"slice of a pad", "slice(pad(x, y))", exact, slice_of_pad},
    {"slice of a concatenation", "slice(x)", exact, slice_of_part, lies_in_one_part},
    {"pad by nothing", "pad(x, y)", exact, x_of, pads_nothing},
    {"pad of a pad", "pad(pad(x, y), y)", exact, pad_twice},
    {"pad of its own filling", "pad(broadcast_in_dim(x), x)", exact, filled, pads_a_scalar},
    {"concatenation of concatenations", "concatenate(...)", exact, concatenate_flat, can_flatten},
    {"concatenation of neighbouring slices", "concatenate(...)", exact, slice_of_stretch,
     are_neighbouring_slices},
    {"concatenation of one number", "concatenate(...)", exact, repeated_throughout, repeats_a_number},
};

}  // namespace

std::span<const Row> cutting() { return rows; }

}  // namespace wengert::rules
