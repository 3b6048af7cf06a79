// What a body computes, as words: equal words are equal bodies.
#pragma once
#include <cstdint>
#include <vector>

#include "ir/body.h"

namespace wengert {

/// Adds them to `words`; of a region, its arguments as they are.
void add_contents(std::vector<uint64_t>& words, const Body& body);
void add_contents(std::vector<uint64_t>& words, const Region& region);

}  // namespace wengert
