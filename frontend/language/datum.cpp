#include "frontend/language/datum.h"

#include <algorithm>

#include <fmt/format.h>

#include "frontend/language/builtins.h"
#include "frontend/language/syntax.h"
#include "ir/graph.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/leaves.h"
#include "ir/ops/movement.h"

namespace wengert::language {
namespace {

// The dtype that weak numbers of this kind have alone.
Dtype dtype_alone(Operand::Weak kind) {
  if (kind == Operand::Weak::floating) return Dtype::f64;
  return kind == Operand::Weak::integer ? Dtype::i64 : Dtype::boolean;
}

// Whether an array of that dtype gives way to `other`.
bool gives_way(Dtype weak, Dtype other) {
  if (is_float(weak)) return is_float(other);
  if (is_integer(weak)) return other != Dtype::boolean;
  return true;
}

// All numbers of a nested list of literals in row-major order, or false.
bool collect_literals(const Sequence& list, size_t depth, std::vector<int64_t>& shape,
                      std::vector<Literal>& out) {
  if (depth == shape.size()) {
    if (!out.empty()) return false;
    shape.push_back(static_cast<int64_t>(list.parts.size()));
  }
  if (shape[depth] != static_cast<int64_t>(list.parts.size())) return false;
  for (const Datum& part : list.parts) {
    if (const Literal* literal = part.as<Literal>()) {
      if (depth + 1 != shape.size()) return false;
      out.push_back(*literal);
    } else if (const Sequence* inner = part.as<Sequence>(); inner && inner->list) {
      if (!collect_literals(*inner, depth + 1, shape, out)) return false;
    } else {
      return false;
    }
  }
  return true;
}

Expr constant_of(Graph& graph, const std::vector<int64_t>& shape, const std::vector<Literal>& literals) {
  Operand::Weak kind = literals.empty() ? Operand::Weak::floating : Operand::Weak::boolean;
  for (const Literal& literal : literals) kind = std::max(kind, literal.kind);
  Tensor tensor(dtype_alone(kind), shape);
  for (size_t i = 0; i < literals.size(); i++)
    if (kind == Operand::Weak::integer)
      tensor.data<int64_t>()[i] = literals[i].integer;
    else
      tensor.set(static_cast<int64_t>(i), literals[i].number);
  return constant(graph, std::move(tensor));
}

Array array_of_list(Graph& graph, const Sequence& list) {
  std::vector<int64_t> shape;
  std::vector<Literal> literals;
  if (collect_literals(list, 0, shape, literals)) return {constant_of(graph, shape, literals), true};
  std::vector<Array> arrays;
  std::optional<Dtype> strong;
  bool weak = true;
  for (const Datum& part : list.parts) {
    arrays.push_back(array_of(graph, part));
    if (arrays.back().weak) continue;
    weak = false;
    const Dtype dtype = arrays.back().expr.dtype();
    strong = strong ? promote(*strong, dtype) : dtype;
  }
  std::vector<Expr> rows;
  Dtype common = strong.value_or(Dtype::boolean);
  for (const Array& array : arrays) {
    rows.push_back(beside(array, strong));
    common = promote(common, rows.back().dtype());
  }
  for (Expr& row : rows) {
    row = convert(row, common);
    if (row.shape() != rows[0].shape())
      throw Error(Code::type, fmt::format("the parts of a list have one shape; here {} and {}",
                                          text(rows[0].type()), text(row.type())));
  }
  return {stack(rows, 0), weak};
}

}  // namespace

Operand Literal::operand() const {
  if (kind == Operand::Weak::floating) return Operand(number);
  if (kind == Operand::Weak::integer) return Operand(integer);
  return Operand(integer != 0);
}

std::string Callable::name() const {
  if (mapped) return "vmap(" + mapped->name() + ")";
  return std::string(function ? function->name : builtin->name);
}

bool Datum::is_weak() const {
  if (const Array* array = as<Array>()) return array->weak;
  if (const Sequence* sequence = as<Sequence>()) {
    for (const Datum& part : sequence->parts)
      if (!part.is_weak()) return false;
    return true;
  }
  return as<Literal>() || as<Extent>();
}

std::optional<Extent> Datum::extent() const {
  if (const Extent* e = as<Extent>()) return *e;
  if (is_integer_literal()) return Extent(as<Literal>()->integer);
  return std::nullopt;
}

std::string describe(const Datum& datum) {
  struct {
    std::string operator()(const Nothing&) const { return "None"; }
    std::string operator()(const Array& x) const { return text(x.expr.type()); }
    std::string operator()(const Literal& x) const {
      if (x.kind == Operand::Weak::boolean) return x.integer ? "true" : "false";
      if (x.kind == Operand::Weak::integer) return fmt::format("the number {}", x.integer);
      return fmt::format("the number {}", x.number);
    }
    std::string operator()(const Extent& x) const { return fmt::format("the extent {}", x.text()); }
    std::string operator()(const Sequence& x) const {
      return fmt::format("a {} of {}", x.list ? "list" : "tuple", x.parts.size());
    }
    std::string operator()(const Dots&) const { return "'...'"; }
    std::string operator()(const Range&) const { return "a slice"; }
    std::string operator()(const Text& x) const { return fmt::format("the string \"{}\"", x.text); }
    std::string operator()(Dtype x) const { return fmt::format("the type {}", name(x)); }
    std::string operator()(const std::shared_ptr<const Callable>& x) const {
      return fmt::format("the function {}", x->name());
    }
  } visitor;
  return std::visit(visitor, datum.meaning);
}

Array array_of(Graph& graph, const Datum& datum) {
  if (const Array* array = datum.as<Array>()) return *array;
  if (const Literal* x = datum.as<Literal>()) {
    if (x->kind == Operand::Weak::integer) return {constant(graph, Dtype::i64, x->integer), true};
    return {constant(graph, dtype_alone(x->kind), x->number), true};
  }
  if (const Extent* extent = datum.as<Extent>()) return {extent_value(graph, *extent), true};
  if (const Sequence* list = datum.as<Sequence>(); list && list->list) return array_of_list(graph, *list);
  std::string hint;
  if (datum.as<std::shared_ptr<const Callable>>())
    hint = "; a function is called with its arguments in parentheses";
  if (const Sequence* tuple = datum.as<Sequence>())
    hint = tuple->parts.size() == 1 ? "; let (a,) = … takes it apart" : "; let (a, b) = … takes it apart";
  throw Error(Code::type, fmt::format("expected an array or a number, not {}{}", describe(datum), hint));
}

Expr beside(const Array& array, std::optional<Dtype> other) {
  if (!array.weak || !other || !gives_way(array.expr.dtype(), *other)) return array.expr;
  return convert(array.expr, *other);
}

std::vector<Operand> operands_of(Graph& graph, const std::vector<const Datum*>& data) {
  std::optional<Dtype> strong;
  bool any_array = false;
  for (const Datum* datum : data) {
    if (!datum->as<Literal>()) any_array = true;
    if (const Sequence* list = datum->as<Sequence>(); list && !datum->is_weak()) {
      const Dtype dtype = array_of(graph, *datum).expr.dtype();
      strong = strong ? promote(*strong, dtype) : dtype;
    }
    if (const Array* array = datum->as<Array>(); array && !array->weak)
      strong = strong ? promote(*strong, array->expr.dtype()) : array->expr.dtype();
  }
  std::vector<Operand> out;
  for (const Datum* datum : data) {
    if (const Literal* literal = datum->as<Literal>(); literal && any_array)
      out.push_back(literal->operand());
    else
      out.push_back(beside(array_of(graph, *datum), strong));
  }
  return out;
}

std::optional<Expr> in_dtype(Graph& graph, const Datum& datum, Dtype dtype) {
  const Array array = array_of(graph, datum);
  const Expr expr = beside(array, dtype);
  if (expr.dtype() != dtype) return std::nullopt;
  return expr;
}

}  // namespace wengert::language
