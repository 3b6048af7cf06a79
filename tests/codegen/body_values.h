// Numbers to run bodies on, and what makes results equal.
#pragma once
#include <cstddef>
#include <random>
#include <vector>

#include "ir/dtype.h"

namespace wengert::test {

/// Bytes of `count` values for the input number `which`: first every pair of special values, then random
/// ones.
std::vector<std::byte> sample_values(Dtype dtype, size_t which, size_t count, std::mt19937_64& random);

/// The same bits, or both NaN.
bool same_element(Dtype dtype, const std::byte* a, const std::byte* b);
/// For messages.
double shown(Dtype dtype, const std::byte* at);

}  // namespace wengert::test
