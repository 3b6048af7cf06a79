// Shared by the tests of the text language: lowers a text and evaluates it.
#pragma once
#include <doctest/doctest.h>

#include <string>

#include "frontend/language/lower.h"
#include "ir/evaluate.h"
#include "ir/verify.h"

namespace wengert::language {

inline Program program_of(const std::string& text, std::string_view function = "f",
                          const Bindings& binds = {}) {
  Program program = lower(parse_module(text, "test.wg"), function, binds);
  verify(program);
  return program;
}

inline std::vector<Tensor> values_of(const std::string& text, const std::vector<Tensor>& arguments = {},
                                     std::string_view function = "f") {
  return evaluate(program_of(text, function), arguments).outputs;
}

inline Tensor value_of(const std::string& text, const std::vector<Tensor>& arguments = {}) {
  return values_of(text, arguments).at(0);
}

inline Tensor scalar(double x) { return Tensor::scalar(Dtype::f64, x); }
inline Tensor integers(std::vector<int64_t> shape, std::vector<int64_t> values) {
  Tensor out(Dtype::i64, std::move(shape));
  for (size_t i = 0; i < values.size(); i++) out.data<int64_t>()[i] = values[i];
  return out;
}

/// The error that the text gives when `f` is lowered; empty when there is none.
inline std::string error_of(const std::string& text, std::string_view function = "f") {
  try {
    lower(parse_module(text, "test.wg"), function);
  } catch (const Error& e) { return e.what(); }
  return "";
}

/// The body of a function without parameters.
inline Tensor expression(const std::string& body) { return value_of("fn f() { " + body + " }"); }

/// That two bodies give the same bits, type and shape.
inline void check_same(const std::string& a, const std::string& b) {
  INFO(a);
  INFO(b);
  const Tensor x = expression(a), y = expression(b);
  CHECK(x.dtype == y.dtype);
  CHECK(x.shape == y.shape);
  CHECK(x.same_bits(y));
}

}  // namespace wengert::language
