// The hash of the tables in ir: parts are mixed in one after another.
#pragma once
#include <cstddef>

namespace wengert {

/// Ids, addresses and extents are small or neighbours: the multiplication spreads each part upwards, and what
/// it moved out of the low bits, by which tables find their slots, comes back down.
constexpr size_t mixed(size_t hash, size_t part) {
  hash = (hash ^ part) * 0x9E3779B97F4A7C15ull;
  return hash ^ (hash >> 32);
}
inline size_t mixed(size_t hash, const void* part) { return mixed(hash, reinterpret_cast<size_t>(part)); }

}  // namespace wengert
