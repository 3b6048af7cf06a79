#include "frontend/language/builtins.h"

#include <algorithm>
#include <map>

namespace wengert::language {
namespace {

const std::map<std::string_view, const Builtin*>& by_name() {
  static const std::map<std::string_view, const Builtin*> table = [] {
    std::map<std::string_view, const Builtin*> out;
    for (std::span<const Builtin> group :
         {elementwise_builtins(), reduction_builtins(), creation_builtins(), shape_builtins(),
          product_builtins(), loss_builtins(), derivative_builtins()})
      for (const Builtin& builtin : group) out.emplace(builtin.name, &builtin);
    return out;
  }();
  return table;
}

}  // namespace

std::vector<Builtin::Parameter> Builtin::parameters() const {
  std::vector<Parameter> out;
  std::string_view rest = signature.substr(1, signature.size() - 2);
  while (!rest.empty()) {
    // A default such as (0, 1) has no comma in any signature, so a comma always ends a parameter.
    const size_t end = std::min(rest.find(", "), rest.size());
    const std::string_view one = rest.substr(0, end);
    const size_t equals = one.find('=');
    out.push_back({one.substr(0, equals), equals == std::string_view::npos});
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return out;
}

const Builtin* find_builtin(std::string_view name) {
  const auto found = by_name().find(name);
  return found == by_name().end() ? nullptr : found->second;
}

const std::vector<const Builtin*>& all_builtins() {
  static const std::vector<const Builtin*> sorted = [] {
    std::vector<const Builtin*> out;
    for (const auto& [name, builtin] : by_name()) out.push_back(builtin);
    return out;
  }();
  return sorted;
}

}  // namespace wengert::language
