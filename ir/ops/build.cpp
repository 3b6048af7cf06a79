#include "ir/ops/build.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"

namespace wengert::build {

Graph& graph_of(std::initializer_list<const Operand*> operands, std::string_view what) {
  Graph* graph = nullptr;
  for (const Operand* operand : operands) {
    if (operand->weak != Operand::Weak::none) continue;
    if (operand->expr.absent())
      throw Error(Code::argument, fmt::format("{}: an operand is absent", what), operand->at);
    if (graph && graph != &operand->expr.graph())
      throw Error(Code::argument, fmt::format("{}: the operands belong to two graphs", what), operand->at);
    graph = &operand->expr.graph();
  }
  if (!graph)
    throw Error(Code::argument, fmt::format("{}: no operand is an expression", what),
                (*operands.begin())->at);
  return *graph;
}

Place place_of(const Operand& x) {
  if (x.weak != Operand::Weak::none || x.expr.absent()) return x.at;
  const Graph& graph = x.expr.graph();
  return graph.current_place() ? graph.place_of(graph.current_place()) : Place(x.at);
}

void require_arrays(std::initializer_list<const Operand*> operands, std::string_view what) {
  graph_of(operands, what);
  for (const Operand* x : operands)
    if (x->weak != Operand::Weak::none)
      throw Error(Code::type, fmt::format("{}: a number has no axes", what), x->at);
}

Expr float_of(const Operand& x, std::string_view what) {
  graph_of({&x}, what);
  return is_float(x.expr.dtype()) ? x.expr : convert(x.expr, Dtype::f64);
}

Axes axes_of(const Operand& x, Axes axes, std::string_view what, int64_t added) {
  graph_of({&x}, what);
  try {
    return normalize_axes(std::move(axes), x.expr.rank() + added, what);
  } catch (const Error& e) { throw Error(e.code(), e.message(), place_of(x)); }
}

Graph& graph_of(std::span<const Expr> operands, std::string_view what, std::source_location at) {
  if (operands.empty()) throw Error(Code::argument, fmt::format("{}: no operands", what), at);
  for (const Expr& operand : operands) {
    const Operand first(operands[0], at), placed(operand, at);
    graph_of({&first, &placed}, what);
  }
  return operands[0].graph();
}

Expr expr_of(const Operand& x, Graph& graph, Dtype weak_type) {
  if (x.weak == Operand::Weak::none) {
    if (x.expr.absent()) throw Error(Code::argument, "an operand is absent", x.at);
    return x.expr;
  }
  if (x.weak == Operand::Weak::floating || is_float(weak_type)) return constant(graph, weak_type, x.number);
  return constant(graph, weak_type, x.integer);
}

namespace {

// The dtype of a weak number among operands whose strong dtypes promote to `strong`.
Dtype weak_dtype(Operand::Weak weak, std::optional<Dtype> strong) {
  switch (weak) {
    case Operand::Weak::floating: return strong && is_float(*strong) ? *strong : Dtype::f64;
    case Operand::Weak::integer: return strong && *strong != Dtype::boolean ? *strong : Dtype::i64;
    default: return strong.value_or(Dtype::boolean);
  }
}

std::vector<Expr> promote_to(std::initializer_list<const Operand*> operands, std::string_view what,
                             bool floats) {
  Graph& graph = graph_of(operands, what);
  std::optional<Dtype> strong;
  for (const Operand* x : operands)
    if (x->weak == Operand::Weak::none) strong = strong ? promote(*strong, x->expr.dtype()) : x->expr.dtype();
  Dtype common = *strong;
  for (const Operand* x : operands)
    if (x->weak != Operand::Weak::none) common = promote(common, weak_dtype(x->weak, strong));
  if (floats && !is_float(common)) common = Dtype::f64;
  std::vector<Expr> out;
  Shape shape;
  for (const Operand* x : operands) {
    Expr e = convert(expr_of(*x, graph, common), common);
    std::optional<Shape> joined = broadcast_shapes(shape, e.shape());
    if (!joined) {
      std::string shapes;
      for (const Operand* o : operands)
        shapes += (shapes.empty() ? "" : ", ") +
                  (o->weak == Operand::Weak::none ? text(o->expr.type()) : "a number");
      throw Error(Code::type,
                  fmt::format("{}({}): the shapes do not broadcast; axes, aligned from the right, must be "
                              "equal or literally 1",
                              what, shapes),
                  place_of(*x));
    }
    shape = *joined;
    out.push_back(e);
  }
  for (Expr& e : out) e = broadcast_to(e, shape);
  return out;
}

}  // namespace

std::vector<Expr> promoted(std::initializer_list<const Operand*> operands, std::string_view what) {
  return promote_to(operands, what, false);
}
std::vector<Expr> promoted_floats(std::initializer_list<const Operand*> operands, std::string_view what) {
  return promote_to(operands, what, true);
}

Expr unary(const Op& op, const Operand& x) {
  PlaceScope place(x);
  Graph& graph = graph_of({&x}, op.name);
  return graph.make(op, {x.expr});
}

Expr float_unary(const Op& op, const Operand& x) {
  PlaceScope place(x);
  Graph& graph = graph_of({&x}, op.name);
  return graph.make(op, {is_float(x.expr.dtype()) ? x.expr : convert(x.expr, Dtype::f64)});
}

static Expr of_two(const Op& op, const Operand& a, const Operand& b, bool floats) {
  PlaceScope place(placed(a, b));
  std::vector<Expr> x = promote_to({&a, &b}, op.name, floats);
  return x[0].graph().make(op, {x[0], x[1]});
}
Expr binary(const Op& op, const Operand& a, const Operand& b) { return of_two(op, a, b, false); }
Expr float_binary(const Op& op, const Operand& a, const Operand& b) { return of_two(op, a, b, true); }

std::vector<Type> same_type(const Call& call) {
  for (size_t i = 1; i < call.operands.size(); i++) {
    call.require(call[i].dtype == call[0].dtype, "the operands have different dtypes");
    call.require(call[i].shape == call[0].shape, "the operands have different shapes");
  }
  return {call[0]};
}
std::vector<Type> same_float_type(const Call& call) {
  call.require(is_float(call[0].dtype), "wants floating-point operands");
  return same_type(call);
}
std::vector<Type> same_number_type(const Call& call) {
  call.require(call[0].dtype != Dtype::boolean, "wants numbers, not bool");
  return same_type(call);
}
std::vector<Type> same_integer_type(const Call& call) {
  call.require(is_integer(call[0].dtype), "wants integers");
  return same_type(call);
}
std::vector<Type> same_bits_type(const Call& call) {
  call.require(!is_float(call[0].dtype), "wants integers or bool");
  return same_type(call);
}
std::vector<Type> compared_type(const Call& call) { return {same_type(call)[0].with(Dtype::boolean)}; }
void require_extents(const Call& call, const Shape& shape) {
  for (const Extent& extent : shape)
    if (extent.is_number() && *extent.number() < 0)
      call.fail(fmt::format("the shape {} has a negative extent", text(shape)));
}

}  // namespace wengert::build
