// A folder of a test's own, removed with it; and the check that something throws an Error with given words.
#pragma once
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "ir/error.h"

namespace wengert {

struct Folder {
  std::string path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wengert_io.XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    path = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string operator/(const std::string& name) const { return path + "/" + name; }
  size_t count() const {
    const std::filesystem::directory_iterator files(path);
    return static_cast<size_t>(std::distance(begin(files), end(files)));
  }
};

/// The message of the Error that f throws, with its place; "" when it throws none.
template <class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const Error& error) { return error.what(); }
  return {};
}

inline bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

#define CHECK_MESSAGE_HAS(expression, part)                                            \
  do {                                                                                 \
    const std::string message = message_of([&] { (void)(expression); });               \
    CHECK_MESSAGE(has(message, part), "'" << message << "' lacks '" << (part) << "'"); \
  } while (false)

}  // namespace wengert
