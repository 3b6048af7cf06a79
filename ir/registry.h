// All op records, sorted by name. User records join them.
#pragma once
#include <string_view>
#include <vector>

namespace wengert {

struct Op;

/// Null when there is none of that name. Thread-safe.
const Op* find_op(std::string_view name);
/// The built-in and registered records, sorted by name. Thread-safe.
std::vector<const Op*> all_ops();
/// Adds a record of a user's, checked for what its kind needs. It must outlive the process's use of Wengert.
/// Throws Error(name) for a taken name, Error(argument) for an incomplete record. Thread-safe.
void register_op(const Op& op);
/// Whether the record is one of Wengert's own.
bool is_built_in(const Op& op);
/// The name nearest to `name` by edits, or empty: for error messages.
std::string_view nearest_op(std::string_view name);

}  // namespace wengert
