#include "ir/place_table.h"

#include <algorithm>

#include "ir/hash.h"

namespace wengert {

size_t PlaceTable::slot(const Entry& entry) const {
  size_t h = mixed(mixed(entry.file, entry.line), entry.column);
  while (table_[h & (table_.size() - 1)] != 0 && entries_[table_[h & (table_.size() - 1)]] != entry) h++;
  return h & (table_.size() - 1);
}

uint32_t PlaceTable::intern_file(std::string_view file) {
  if (!files_.empty() && files_[last_file_] == file) return last_file_;
  const auto [found, added] = file_ids_.try_emplace(std::string(file), files_.size());
  if (added) files_.emplace_back(file);
  return last_file_ = found->second;
}

uint32_t PlaceTable::intern(std::string_view file, uint32_t line, uint32_t column) {
  if (line == 0) return 0;
  if (entries_.size() * 2 > table_.size()) {
    table_.assign(std::max<size_t>(16, table_.size() * 2), 0);
    for (uint32_t id = 1; id < entries_.size(); id++) table_[slot(entries_[id])] = id;
  }
  const Entry entry{intern_file(file), line, column};
  uint32_t& id = table_[slot(entry)];
  if (id == 0) {
    id = static_cast<uint32_t>(entries_.size());
    entries_.push_back(entry);
  }
  return id;
}

uint32_t PlaceTable::intern(const std::source_location& at) {
  if (last_id_ != 0 && last_file_name_ == at.file_name() && last_line_ == at.line() &&
      last_column_ == at.column())
    return last_id_;
  last_file_name_ = at.file_name(), last_line_ = at.line(), last_column_ = at.column();
  return last_id_ = intern(at.file_name(), at.line(), at.column());
}

Place PlaceTable::operator[](uint32_t id) const {
  const Entry& entry = entries_[id];
  return id == 0 ? Place() : Place(files_[entry.file], entry.line, entry.column);
}

}  // namespace wengert
