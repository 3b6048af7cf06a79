// Result types of calls that have been checked: a type rule sees nothing but its op, the attributes and the
// operand types, so equal calls needn't ask it again. A cache of a fixed size; types and attributes are known
// by their addresses, which must stay what they are while it lives.
#pragma once
#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "ir/attribute.h"
#include "ir/hash.h"

namespace wengert {

struct Op;

class TypeCache {
 public:
  /// Null when it doesn't know.
  const std::vector<Type>* find(const Op& op, const Attributes* attributes,
                                std::span<const Type* const> operands) const {
    if (entries_.empty() || operands.size() > most_operands) return nullptr;
    const Entry& entry = entries_[slot(op, attributes, operands)];
    return entry.op == &op && entry.attributes == attributes && entry.count == operands.size() &&
                   std::equal(operands.begin(), operands.end(), entry.operands.begin())
               ? entry.types
               : nullptr;
  }
  void add(const Op& op, const Attributes* attributes, std::span<const Type* const> operands,
           const std::vector<Type>* types) {
    if (operands.size() > most_operands) return;
    if (entries_.empty()) entries_.resize(size);
    Entry& entry = entries_[slot(op, attributes, operands)];
    entry = {&op, attributes, operands.size(), {}, types};
    std::copy(operands.begin(), operands.end(), entry.operands.begin());
  }

 private:
  static constexpr size_t size = 256, most_operands = 3;
  struct Entry {
    const Op* op = nullptr;
    const Attributes* attributes = nullptr;
    size_t count = 0;
    std::array<const Type*, most_operands> operands = {};
    const std::vector<Type>* types = nullptr;
  };
  static size_t slot(const Op& op, const Attributes* attributes, std::span<const Type* const> operands) {
    size_t h = mixed(mixed(0, &op), attributes);
    for (const Type* type : operands) h = mixed(h, type);
    return h % size;
  }
  std::vector<Entry> entries_;
};

}  // namespace wengert
