// The places that nodes of a graph come from, each once, as small numbers. 0 is the unknown place.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/error.h"

namespace wengert {

class PlaceTable {
 public:
  uint32_t intern(const Place& place) { return intern(place.file, place.line, place.column); }
  /// A run of nodes of one call is interned once.
  uint32_t intern(const std::source_location& at);
  Place operator[](uint32_t id) const;

 private:
  struct Entry {
    uint32_t file = 0, line = 0, column = 0;
    bool operator==(const Entry&) const = default;
  };
  uint32_t intern(std::string_view file, uint32_t line, uint32_t column);
  uint32_t intern_file(std::string_view file);
  size_t slot(const Entry& entry) const;

  std::vector<Entry> entries_ = {{}};
  std::vector<uint32_t> table_;  // open addressing: an entry, or 0
  std::vector<std::string> files_;
  std::unordered_map<std::string, uint32_t> file_ids_;
  uint32_t last_file_ = 0;
  const char* last_file_name_ = nullptr;
  uint32_t last_line_ = 0, last_column_ = 0, last_id_ = 0;
};

}  // namespace wengert
