#include "ir/attribute.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/error.h"
#include "ir/hash.h"

namespace wengert {
namespace {

struct Hash {
  size_t operator()(int64_t x) const { return std::hash<int64_t>()(x); }
  size_t operator()(const std::string& x) const { return std::hash<std::string>()(x); }
  size_t operator()(const Axes& x) const {
    size_t h = 1;
    for (int64_t axis : x) h = mixed(h, static_cast<size_t>(axis));
    return h;
  }
  size_t operator()(const Shape& x) const {
    size_t h = 2;
    for (const Extent& extent : x) h = mixed(h, extent.hash());
    return h;
  }
  size_t operator()(const Extent& x) const { return x.hash(); }
  size_t operator()(const Type& x) const { return x.hash(); }
  size_t operator()(const Tensor& x) const {
    const std::string_view raw(reinterpret_cast<const char*>(x.bytes.data()), x.bytes.size());
    return mixed((*this)(x.shape), std::hash<std::string_view>()(raw)) + static_cast<size_t>(x.dtype);
  }
};

}  // namespace

Attributes::Attributes(std::initializer_list<Entry> entries) : Attributes(std::vector<Entry>(entries)) {}

Attributes::Attributes(std::vector<Entry> entries) : entries_(std::move(entries)) {
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.first < b.first; });
}

const AttributeValue* Attributes::lookup(std::string_view name) const {
  for (const Entry& entry : entries_)
    if (entry.first == name) return &entry.second;
  return nullptr;
}

void Attributes::missing(std::string_view name) const {
  throw Error(Code::argument, fmt::format("the attribute '{}' is missing or of another kind", name));
}

size_t Attributes::hash() const {
  size_t h = entries_.size();
  for (const Entry& entry : entries_)
    h = mixed(mixed(h, std::hash<std::string>()(entry.first)), std::visit(Hash(), entry.second));
  return h;
}

}  // namespace wengert
