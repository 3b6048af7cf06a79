#include "benchmarks/harness/row.h"

#include <fmt/format.h>

#include "ir/error.h"

namespace wengert::benchmarks {

const Array& Row::input(std::string_view wanted) const {
  for (const auto& [name, array] : inputs)
    if (name == wanted) return array;
  throw Error(Code::name, fmt::format("the row {} has no input {}", name, wanted));
}

std::vector<std::pair<Array, Array>> Row::answers() const {
  std::vector<std::pair<Array, Array>> out;
  for (size_t i = 0; i < outputs.size(); i++) out.emplace_back(outputs[i], expected.at(i));
  return out;
}

}  // namespace wengert::benchmarks
