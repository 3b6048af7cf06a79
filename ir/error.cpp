#include "ir/error.h"

#include <fmt/format.h>

namespace wengert {

static std::string located(const Place& place, const std::string& message) {
  if (!place.known()) return message;
  return fmt::format("{}:{}:{}: {}", place.file, place.line, place.column, message);
}

Error::Error(Code code, const std::string& message, Place place)
    : std::runtime_error(located(place, message)), code_(code), place_(std::move(place)), message_(message) {}

}  // namespace wengert
