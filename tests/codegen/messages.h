// What the tests of this folder ask of errors.
#pragma once
#include <doctest/doctest.h>

#include <string>

#include "ir/error.h"

namespace wengert::testing {

/// The message of the Error that f throws, of this code.
template <class F>
std::string message_of(F f, Code code) {
  try {
    f();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.message();
  }
  FAIL("no error");
  return {};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace wengert::testing
