// What the parser refuses: the place, and what it says.
#include <doctest/doctest.h>

#include "ir/error.h"
#include "ir/parse.h"

using namespace wengert;

namespace {

struct Mistake {
  const char* lines;    // after "wengert 1"
  const char* message;  // how what() begins
  Code code;
};

const Mistake mistakes[] = {
    {"%0 = sinn", "t:2:6: there is no op 'sinn'", Code::name},
    {"%0 = input {name=\"x\", type=f64}\n%1 = multply %0, %0",
     "t:3:6: there is no op 'multply'; the nearest is 'multiply'", Code::name},
    {"%0 = input {name=\"x\", type=f64}\n%1 = add %0, %3", "t:3:14: %3 is not defined above", Code::name},
    {"%0 = input {name=\"x\", type=f64}\n%1 = add %0, %1", "t:3:14: %1 is not defined above", Code::name},
    {"%0 = input {name=\"x\", type=f64}\n%1 = add %0, %0.1", "t:3:14: %0 has 1 results, numbered from 0",
     Code::name},
    {"%0 = input {name=\"x\", type=f64}\n%0 = add %0, %0", "t:3:1: node numbers must rise: %0 comes after %0",
     Code::name},
    {"%0 = input {name=\"x\", type=f64}\n%1 = add %0, %0 : f32", "t:3:19: add gives f64 here, not f32",
     Code::type},
    {"%0 = input {name=\"x\", type=f64}\n%1 = add %0", "t:3:6: add: add takes 2 operands, not 1",
     Code::argument},
    {"%0 = input {name=\"x\", type=f64}\n%1 = input {name=\"y\", type=f64[3]}\n%2 = add %0, %1",
     "t:4:6: add(f64, f64[3]): the operands have different shapes", Code::type},
    {"%0 = input {name=\"x\", type=f64}\n%1 = input {name=\"x\", type=f64}",
     "t:3:6: there is already an input 'x'", Code::name},
    {"%0 = input {type=f64}", "t:2:6: an input needs the attribute name=\"…\"", Code::argument},
    {"%0 = constant", "t:2:6: constant: the attribute 'value' is missing or of another kind", Code::argument},
    {"%0 = constant {value=3}", "t:2:6: constant: the attribute 'value' is missing or of another kind",
     Code::argument},
    {"%0 = constant {value=f64(1), value=f64(2)}", "t:2:30: the attribute 'value' is given twice",
     Code::name},
    {"%0 = constant {value=f64(1, 2)}", "t:2:27: expected ')' behind the 1 values of f64, found ','",
     Code::syntax},
    {"%0 = constant {value=f64[3](1, 2)}", "t:2:33: expected ',', found ')'", Code::syntax},
    {"%0 = constant {value=f64[N](1, 2)}", "t:2:28: the literal's extent N is not a number, found '('",
     Code::syntax},
    {"%0 = constant {value=f64[-1]()}", "t:2:29: an array extent is negative: -1", Code::size},
    {"%0 = constant {value=f64[4294967296, 4294967296]()}", "t:2:49: an array's size overflows 64 bits",
     Code::size},
    {"%0 = constant {value=i32(2147483648)}", "t:2:26: 2147483648 does not fit i32", Code::syntax},
    {"%0 = constant {value=i64(9223372036854775808)}",
     "t:2:26: the integer does not fit 64 bits, found '9223372036854775808'", Code::syntax},
    {"%0 = constant {value=bool(1)}", "t:2:27: expected true or false", Code::syntax},
    {"%0 = constant {value=f64(one)}", "t:2:26: expected a number, found 'one'", Code::syntax},
    {"%0 = constant {value=f64(1e999)}", "t:2:26: the number does not fit f64, found '1e999'", Code::syntax},
    {"%0 = constant {value=f65(1)}", "t:2:22: expected a type (bool, i32, i64, f32 or f64), found 'f65'",
     Code::syntax},
    {"%0 = constant {value f64(1)}", "t:2:22: expected '=', found 'f64'", Code::syntax},
    {"%0 = constant {value=f64(1)", "t:2:28: expected '}', found the end of the line", Code::syntax},
    {"%0 = constant {value=f64(1)} f64", "t:2:30: expected the end of the line, found 'f64'", Code::syntax},
    {"%0 = input {name=\"x, type=f64}", "t:2:31: the string has no closing quote, found the end of the line",
     Code::syntax},
    {"%0 = input {name=\"\\q\", type=f64}", "t:2:20: unknown escape in a string, found 'q'", Code::syntax},
    {"%0 = input {name=\"x\", type=f64[N,]}", "t:2:34: expected an extent", Code::syntax},
    {"%0 = input {name=\"x\", type=f64[99999999999999999999]}", "t:2:32: an extent overflows 64 bits",
     Code::size},
    {"%0 = input {name=\"x\", type=f64}\noutput y = %1", "t:3:12: %1 is not defined above", Code::name},
    {"%0 = input {name=\"x\", type=f64}\noutput y = %0\noutput y = %0",
     "t:4:8: there is already an output 'y'", Code::name},
    {"%0 = input {name=\"x\", type=f64}\noutput y %0", "t:3:10: expected '=', found '%'", Code::syntax},
    {"return %0", "t:2:1: expected a node (%0 = …), 'program' or 'output'", Code::syntax},
    {"%x = constant", "t:2:2: expected the node's number, found 'x'", Code::syntax},
};

}  // namespace

TEST_CASE("mistakes in the text name their place and what is wrong") {
  for (const Mistake& mistake : mistakes) {
    const std::string text = std::string("wengert 1\n") + mistake.lines;
    CAPTURE(text);
    try {
      parse(text, "t");
      FAIL_CHECK("the parser took it");
    } catch (const Error& e) {
      const std::string said = e.what();
      CAPTURE(said);
      CHECK(said.starts_with(mistake.message));
      CHECK(e.code() == mistake.code);
    }
  }
}

TEST_CASE("the first line") {
  auto message = [](std::string_view text) -> std::string {
    try {
      parse(text, "t");
    } catch (const Error& e) { return e.what(); }
    return "";
  };
  CHECK(message("") == "t:1:1: expected 'wengert 1', found the end of the text");
  CHECK(message("# only a comment\n") == "t:2:1: expected 'wengert 1', found the end of the text");
  CHECK(message("program x") == "t:1:1: the first line must be 'wengert 1'");
  CHECK(message("\nwengert 2") == "t:2:1: this is version 2 of the text form; version 1 is known");
  CHECK(message("wengert one") == "t:1:9: expected an integer, found 'one'");
}
