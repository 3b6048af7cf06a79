// What the form of an extent shows about its values.
#include <doctest/doctest.h>

#include "ir/extent.h"

using namespace wengert;

static Extent extent(std::string_view text) {
  size_t position = 0;
  Extent out = parse_extent(text, position);
  REQUIRE(position == text.size());
  return out;
}

TEST_CASE("extents that are shown to be never negative are so for all sizes") {
  const char* const shown[] = {
      "0",
      "7",
      "9223372036854775807",
      "N",
      "3*N*N*M + 2*M + 1",
      "floordiv(N + 1, 2)",
      "floordiv(N*M, 3)*N",
      "min(N, 4)",
      "min(N, 2*M)*M",
      "max(N - 9, 0)",
      "max(3 - N, M)",
      "max(min(N, -1), floordiv(M, 2)) + N",
      "min(max(N - 5, 0), M)",
  };
  for (const std::string text : shown) {
    CAPTURE(text);
    const Extent tried = extent(text);
    CHECK(never_negative(tried));
    for (int64_t n : {0, 1, 2, 3, 8, 10})
      for (int64_t m : {0, 1, 2, 7}) CHECK(tried.evaluate({{"N", n}, {"M", m}}) >= 0);
  }
}

TEST_CASE("extents that are negative for some sizes, or whose form does not show that they are not") {
  const char* const not_shown[] = {
      "-1",
      "-9223372036854775807",
      "N - 3",
      "-N",
      "N*N - 2*N + 1",
      "floordiv(N - 1, 2)",
      "floordiv(N, -2)",
      "floordiv(N, M)",
      "min(N, M - 1)",
      "min(N, -1)*M",
      "max(N - 1, M - 1)",
      "N - min(N, M)",
      "max(N, 0)*min(M, -2)",
  };
  for (const std::string text : not_shown) {
    CAPTURE(text);
    CHECK_FALSE(never_negative(extent(text)));
  }
}
