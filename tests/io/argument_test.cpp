// Literals and files as arguments, and tensors as text and JSON.
#include "frontend/io/argument.h"

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "frontend/io/files.h"
#include "frontend/io/npy.h"
#include "frontend/io/tensor_text.h"
#include "tests/io/folder.h"

using namespace wengert;

static Tensor argument(const std::string& value, Dtype dtype = Dtype::f64, bool cast = false) {
  return read_argument("x", value, dtype, cast);
}

TEST_CASE("literals") {
  CHECK(argument("3").same_bits(Tensor::scalar(Dtype::f64, 3)));
  CHECK(argument(" -1e-3 ").at(0) == -1e-3);
  CHECK(argument("+.5").at(0) == .5);
  CHECK(argument("true", Dtype::boolean).at(0) == 1);
  CHECK(argument("-inf").at(0) == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(argument("NaN").at(0)));
  CHECK(argument("[1, 2,3]").same_bits(Tensor::vector({1, 2, 3})));
  CHECK(argument("[1, 2, 3,]").same_bits(Tensor::vector({1, 2, 3})));
  CHECK(argument("[[1, 2],\n [3, 4]]").same_bits(Tensor::of({2, 2}, {1, 2, 3, 4})));
  CHECK(argument("[[[1], [2]]]").shape == std::vector<int64_t>{1, 2, 1});
  CHECK(argument("[]").shape == std::vector<int64_t>{0});
  CHECK(argument("[[], []]").shape == std::vector<int64_t>{2, 0});
  CHECK(argument("[1, 2]", Dtype::i32).dtype == Dtype::i32);
  for (const char* text : {"9007199254740993", "9007199254740993.0", "9.007199254740993e15"})
    CHECK(argument(text, Dtype::i64).data<int64_t>()[0] == 9007199254740993);
  CHECK(argument("9223372036854775807.0", Dtype::i64).data<int64_t>()[0] == INT64_MAX);
  CHECK_MESSAGE_HAS(argument("9007199254740993.5", Dtype::i64), "is not an integer");
  // Nearer to an integer than any number that has one's bits: the digits decide.
  for (const char* text : {"9007199254740993.0000000001", "1.00000000000000000000000000000001", "1e-5000",
                           "90071992547409930000001e-7", "9223372036854775806.999999999999"})
    CHECK_MESSAGE_HAS(argument(text, Dtype::i64), "is not an integer");
  for (const char* text : {"12.000000000000000000000", "120e-1", "0.12e+2", "12000000000000000000000000e-24",
                           "0.00000000000000000000000012e26"})
    CHECK(argument(text, Dtype::i64).data<int64_t>()[0] == 12);
  for (const char* text : {"0.000", "-0", "0e-9999", "0e99999999999999999999", "0.e1"})
    CHECK(argument(text, Dtype::i32).data<int32_t>()[0] == 0);
  CHECK(argument("0.1", Dtype::f32).data<float>()[0] == 0.1f);
  const std::string deep(100000, '[');
  CHECK(argument(deep + "1" + std::string(100000, ']')).shape.size() == 100000);
}

TEST_CASE("bad literals have a place") {
  CHECK_MESSAGE_HAS(argument(""), "<argument x>:1:1: a number is missing here");
  CHECK_MESSAGE_HAS(argument("2.5", Dtype::i64),
                    "<argument x>:1:1: '2.5' is not an integer, and i64 is wanted");
  CHECK_MESSAGE_HAS(argument("[1, 2.5]", Dtype::i32), "<argument x>:1:5: '2.5' is not an integer");
  CHECK_MESSAGE_HAS(argument("9223372036854775808", Dtype::i64), "is out of range for i64");
  CHECK_MESSAGE_HAS(argument("1e39", Dtype::f32), "'1e39' is out of range for f32");
  CHECK_MESSAGE_HAS(argument("[1, 2"), "<argument x>:1:6: a ']' is missing");
  CHECK_MESSAGE_HAS(argument("[1 2]"), "<argument x>:1:4: ',' or ']' is expected, not '2'");
  CHECK_MESSAGE_HAS(argument("[1,,2]"), "<argument x>:1:4: a number is expected, not ','");
  CHECK_MESSAGE_HAS(argument("1 2"), "<argument x>:1:3: something follows the value");
  CHECK_MESSAGE_HAS(argument("[1]]"), "<argument x>:1:4: something follows the value");
  CHECK_MESSAGE_HAS(argument("[[1, 2],\n [3]]"),
                    "<argument x>:2:4: this list is of 1 and one before it of 2");
  CHECK_MESSAGE_HAS(argument("[1, [2]]"), "<argument x>:1:5: a list stands beside numbers");
  CHECK_MESSAGE_HAS(argument("[[1], 2]"), "<argument x>:1:7: a number stands beside a list");
  CHECK_MESSAGE_HAS(argument("[[], [[]]]"), "<argument x>:1:7: this list is deeper");
  CHECK_MESSAGE_HAS(argument("[[], [1]]"), "this list is of 1 and one before it of 0");
  CHECK_MESSAGE_HAS(argument("[1, two]"), "<argument x>:1:5: 'two' is not a number");
  CHECK_MESSAGE_HAS(argument("1.2.3"), "'1.2.3' is not a number");
  CHECK_MESSAGE_HAS(argument("hello"), "the argument x is 'hello', which is neither");
  CHECK_MESSAGE_HAS(argument("data.txt"), "nor a .npy or .csv file");
}

TEST_CASE("names and values are split") {
  CHECK(split_argument(" x =a=b") == std::pair<std::string, std::string>("x", "a=b"));
  CHECK_MESSAGE_HAS(split_argument("x"), "'x' is no argument: write NAME=VALUE");
  CHECK_MESSAGE_HAS(split_argument("=3"), "'=3' is no argument");
}

TEST_CASE("files as arguments") {
  const Folder folder;
  write_npy(folder / "a.npy", Tensor::vector({1.5, -2.5}));
  write_file(folder / "t.csv", "569,30,malignant\n1,2\n3,4\n");
  CHECK(argument(folder / "a.npy").same_bits(Tensor::vector({1.5, -2.5})));
  CHECK(argument(folder / "t.csv[skip=1,cols=0:1]").same_bits(Tensor::vector({1, 3})));
  CHECK_MESSAGE_HAS(argument(folder / "a.npy", Dtype::i64),
                    "holds f64, and the parameter x is i64; --cast converts it");
  CHECK(argument(folder / "a.npy", Dtype::i64, true).at(1) == -2);
  CHECK_MESSAGE_HAS(argument(folder / "b.npy"), "No such file");
}

TEST_CASE("casts that do not fit are refused") {
  const Folder folder;
  write_npy(folder / "a.npy", Tensor::vector({-2147483648.5, 2147483647.5, -0.5}));
  const Tensor got = argument(folder / "a.npy", Dtype::i32, true);
  const int32_t want[] = {-2147483647 - 1, 2147483647, 0};
  for (int i = 0; i < 3; i++) CHECK(got.data<int32_t>()[i] == want[i]);
  CHECK(argument(folder / "a.npy", Dtype::boolean, true).at(0) == 1);
  CHECK(argument(folder / "a.npy", Dtype::f32, true).at(2) == -0.5);
  for (const double value : {std::nan(""), 1e300, -1e300, 2147483648.0}) {
    write_npy(folder / "b.npy", Tensor::vector({1, value}));
    CHECK_MESSAGE_HAS(argument(folder / "b.npy", Dtype::i32, true),
                      "element 1, counted from 0, does not fit i32");
  }
}

TEST_CASE("text reads back as a literal") {
  const Tensor tensor = Tensor::of({2, 2, 1}, {0.1, -0.0, std::nan(""), -HUGE_VAL});
  CHECK(text(tensor) == "[[[0.10000000000000001],\n  [-0]],\n [[nan],\n  [-inf]]]");
  CHECK(argument(text(tensor)).same_bits(tensor));
  CHECK(text(Tensor::vector({1, 2.5})) == "[1, 2.5]");
  CHECK(text(Tensor::scalar(Dtype::f32, 0.1)) == "0.100000001");
  CHECK(text(Tensor::scalar(Dtype::i64, 12)) == "12");
  CHECK(text(Tensor::scalar(Dtype::boolean, 1)) == "true");
  CHECK(text(Tensor(Dtype::f64, {0})) == "[]");
  CHECK(text(Tensor(Dtype::f64, {0, 3})) == "[]");
  CHECK(argument(text(Tensor(Dtype::f64, {2, 3, 0}))).shape == std::vector<int64_t>{2, 3, 0});
}

TEST_CASE("JSON") {
  const Tensor tensor = Tensor::of({2, 2}, {0.1, std::nan(""), HUGE_VAL, -HUGE_VAL});
  CHECK(to_json(tensor).dump() == "[[0.1,\"NaN\"],[\"Infinity\",\"-Infinity\"]]");
  CHECK(to_json(Tensor::scalar(Dtype::f64, 1.0 / 3)).get<double>() == 1.0 / 3);
  CHECK(to_json(Tensor::scalar(Dtype::i64, 3)).dump() == "3");
  CHECK(to_json(Tensor::scalar(Dtype::boolean, 0)).dump() == "false");
  CHECK(to_json(Tensor(Dtype::f64, {2, 0})).dump() == "[[],[]]");
  CHECK(to_json(Tensor(Dtype::f64, {0, 2})).dump() == "[]");
}
