#include "frontend/io/tensor_text.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wengert {

static void append_element(std::string& out, const Tensor& tensor, int64_t i) {
  const auto to = std::back_inserter(out);
  switch (tensor.dtype) {
    case Dtype::boolean: out += tensor.data<uint8_t>()[i] ? "true" : "false"; break;
    case Dtype::i32: fmt::format_to(to, "{}", tensor.data<int32_t>()[i]); break;
    case Dtype::i64: fmt::format_to(to, "{}", tensor.data<int64_t>()[i]); break;
    case Dtype::f32:
    case Dtype::f64: {
      const double x = tensor.at(i);
      if (std::isnan(x))
        out += "nan";  // its sign says nothing
      else
        fmt::format_to(to, "{:.{}g}", x, tensor.dtype == Dtype::f32 ? 9 : 17);
      break;
    }
  }
}

std::string text(const Tensor& tensor) {
  // Without elements, the lists at the first empty axis take their place: [[], []] for the shape [2, 0].
  const bool empty = tensor.count() == 0;
  size_t rank = tensor.shape.size();
  int64_t count = tensor.count();
  if (empty) {
    rank = static_cast<size_t>(std::find(tensor.shape.begin(), tensor.shape.end(), 0) - tensor.shape.begin());
    count =
        std::accumulate(tensor.shape.begin(), tensor.shape.begin() + rank, int64_t{1}, std::multiplies<>());
  }
  std::string out(rank, '[');
  for (int64_t i = 0; i < count; i++) {
    if (empty)
      out += "[]";
    else
      append_element(out, tensor, i);
    size_t ended = 0;  // lists that end behind this element
    int64_t block = 1;
    while (ended < rank && (i + 1) % (block *= tensor.shape[rank - 1 - ended]) == 0) ended++;
    out.append(ended, ']');
    if (i + 1 == count) break;
    out += ended == 0 ? ", " : ",\n";
    if (ended != 0) out.append(rank - ended, ' ').append(ended, '[');
  }
  return out;
}

static nlohmann::ordered_json json_element(const Tensor& tensor, int64_t i) {
  const auto number = [](double value) -> nlohmann::ordered_json {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return value;
  };
  switch (tensor.dtype) {
    case Dtype::boolean: return tensor.data<uint8_t>()[i] != 0;
    case Dtype::i32: return tensor.data<int32_t>()[i];
    case Dtype::i64: return tensor.data<int64_t>()[i];
    case Dtype::f32: return number(tensor.data<float>()[i]);
    case Dtype::f64: return number(tensor.data<double>()[i]);
  }
  return nullptr;
}

nlohmann::ordered_json to_json(const Tensor& tensor) {
  using Json = nlohmann::ordered_json;
  if (tensor.shape.empty()) return json_element(tensor, 0);
  // From the innermost lists outwards.
  size_t axis = tensor.shape.size() - 1;
  std::vector<Json> values;
  values.reserve(static_cast<size_t>(tensor.count()));
  for (int64_t i = 0, count = tensor.count(); i < count; i++) values.push_back(json_element(tensor, i));
  for (;; axis--) {
    int64_t lists = 1;
    for (size_t a = 0; a < axis; a++) lists *= tensor.shape[a];
    const auto extent = static_cast<size_t>(tensor.shape[axis]);
    std::vector<Json> outer(static_cast<size_t>(lists), Json::array());
    for (size_t l = 0; l < outer.size(); l++)
      for (size_t i = 0; i < extent; i++) outer[l].push_back(std::move(values[l * extent + i]));
    values = std::move(outer);
    if (axis == 0) return std::move(values[0]);
  }
}

}  // namespace wengert
