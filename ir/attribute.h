// Attributes: the named constants of a node (axes, shapes, a literal), part of its identity. Immutable
// values.
#pragma once
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ir/tensor.h"
#include "ir/type.h"

namespace wengert {

using AttributeValue = std::variant<int64_t, std::string, Axes, Shape, Extent, Type, Tensor>;

class Attributes {
 public:
  using Entry = std::pair<std::string, AttributeValue>;
  Attributes() = default;
  Attributes(std::initializer_list<Entry> entries);
  explicit Attributes(std::vector<Entry> entries);

  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }  ///< sorted by name
  /// Null when there is no such attribute of this kind.
  template <class T>
  const T* find(std::string_view name) const {
    const AttributeValue* value = lookup(name);
    return value ? std::get_if<T>(value) : nullptr;
  }
  /// Throws Error(argument) when there is no such attribute of this kind.
  template <class T>
  const T& get(std::string_view name) const {
    const T* value = find<T>(name);
    if (!value) missing(name);
    return *value;
  }
  const Axes& axes(std::string_view name = "axes") const { return get<Axes>(name); }

  size_t hash() const;
  friend bool operator==(const Attributes&, const Attributes&) = default;

 private:
  const AttributeValue* lookup(std::string_view name) const;
  [[noreturn]] void missing(std::string_view name) const;
  std::vector<Entry> entries_;
};

}  // namespace wengert
