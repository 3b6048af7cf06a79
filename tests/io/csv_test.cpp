// CSV tables: headers, columns, and every malformed file with the place of its fault.
#include "frontend/io/csv.h"

#include <cmath>

#include "frontend/io/files.h"
#include "tests/io/folder.h"

using namespace wengert;

static Tensor table(const std::string& text, const std::string& options = "", Dtype dtype = Dtype::f64) {
  return parse_csv(text, "t.csv", dtype, parse_csv_options(options));
}

TEST_CASE("tables and vectors") {
  CHECK(table("1,2\n3,4\n").same_bits(Tensor::of({2, 2}, {1, 2, 3, 4})));
  CHECK(table("1\n2\n3").same_bits(Tensor::vector({1, 2, 3})));
  CHECK(table("1,2,3\n").shape == std::vector<int64_t>{1, 3});
  CHECK(table("\xEF\xBB\xBF 1 ,\t2\r\n\r\n3,4\r\n  \n").same_bits(Tensor::of({2, 2}, {1, 2, 3, 4})));
  CHECK(table("\"1\",\" 2\"\n").same_bits(Tensor::of({1, 2}, {1, 2})));
  const Tensor odd = table("nan,inf\n-Inf,+1e3\n.5,-0\n");
  CHECK(std::isnan(odd.at(0)));
  CHECK(odd.at(1) == HUGE_VAL);
  CHECK(odd.at(2) == -HUGE_VAL);
  CHECK(odd.at(3) == 1000);
  CHECK(std::signbit(odd.at(5)));
}

TEST_CASE("the header is found or skipped") {
  CHECK(table("a,b\n1,2\n").same_bits(Tensor::of({1, 2}, {1, 2})));
  CHECK(table("\"a, b\",c\n1,2\n").same_bits(Tensor::of({1, 2}, {1, 2})));
  CHECK(table("\"a \"\"x\"\", b\",c\n1,2\n").same_bits(Tensor::of({1, 2}, {1, 2})));
  CHECK(table("569,30,malignant\n1,2\n3,4\n", "skip=1").same_bits(Tensor::of({2, 2}, {1, 2, 3, 4})));
  CHECK(table("7,8\n1,2\n", "skip=1").same_bits(Tensor::of({1, 2}, {1, 2})));
  CHECK(table("name,x\nanna,1\nbert,2\n", "cols=1").same_bits(Tensor::vector({1, 2})));
  CHECK(table("a,b\n").shape == std::vector<int64_t>{0, 2});
  CHECK(table(",a,NA\n0,1,2\n").shape == std::vector<int64_t>{1, 3});
}

TEST_CASE("a first row of missing numbers is no header") {
  CHECK_MESSAGE_HAS(table("NA,NA\n1,2\n"), "t.csv:1:1: 'NA' is not a number; write nan for a missing number");
  CHECK_MESSAGE_HAS(table("name,x\nanna,1\n", "cols=1,skip=0"), "'x' is not a number");
  CHECK_MESSAGE_HAS(table("anna,null\nbert,1\n", "cols=1"), "t.csv:1:6: 'null' is not a number");
  CHECK_MESSAGE_HAS(table("1,2\n3,N/A\n"), "t.csv:2:3: 'N/A' is not a number; write nan");
  CHECK_MESSAGE_HAS(table(",\n1,2\n"), "t.csv:1:1: an empty cell");
  CHECK(table("NA,NA\n1,2\n", "skip=1").same_bits(Tensor::of({1, 2}, {1, 2})));
}

TEST_CASE("numbers with something else than commas between them are no header") {
  CHECK_MESSAGE_HAS(table("1;2\n"), "t.csv:1:1: '1;2' is not one number; commas are between cells");
  CHECK_MESSAGE_HAS(table("1 2 3\n4 5 6\n"), "t.csv:1:1: '1 2 3' is not one number");
  CHECK_MESSAGE_HAS(table("a,1.5\t| -2\n"), "t.csv:1:3: '1.5\t| -2' is not one number");
  CHECK(table("1;2\n3\n", "skip=1").same_bits(Tensor::vector({3})));
  CHECK(table("2024-01-01,1st half,x;y\n1,2,3\n").shape == std::vector<int64_t>{1, 3});
}

TEST_CASE("columns that no table has") {
  CHECK_MESSAGE_HAS(table("1,2\n", "cols=9223372036854775807"),
                    "the columns 9223372036854775807:2 are not in");
  CHECK_MESSAGE_HAS(table("1,2\n", "cols=-9223372036854775808"), "are not in this table of 2 columns");
}

TEST_CASE("one column as a matrix") {
  CHECK(parse_csv("1\n2\n", "t.csv", Dtype::f64, {.matrix = true}).same_bits(Tensor::of({2, 1}, {1, 2})));
  CHECK(parse_csv("1,2\n", "t.csv", Dtype::f64, {.matrix = true}).same_bits(Tensor::of({1, 2}, {1, 2})));
}

TEST_CASE("columns are chosen") {
  const std::string text = "0,1,2,3\n10,11,12,13\n";
  CHECK(table(text, "cols=3").same_bits(Tensor::vector({3, 13})));
  CHECK(table(text, "cols=-1").same_bits(Tensor::vector({3, 13})));
  CHECK(table(text, "cols=1:3").same_bits(Tensor::of({2, 2}, {1, 2, 11, 12})));
  CHECK(table(text, "cols=:-2").same_bits(Tensor::of({2, 2}, {0, 1, 10, 11})));
  CHECK(table(text, "cols=2:,skip=1").same_bits(Tensor::of({1, 2}, {12, 13})));
  CHECK(table(text, "skip=0, cols=3,0:2").same_bits(Tensor::of({2, 3}, {3, 0, 1, 13, 10, 11})));
}

TEST_CASE("cells take the wanted element type") {
  CHECK(table("1\n2.0\n1e3\n", "", Dtype::i32).at(2) == 1000);
  CHECK(table("9007199254740993\n", "", Dtype::i64).data<int64_t>()[0] == 9007199254740993);
  CHECK(table("true\nfalse\n1\n0\n", "skip=0", Dtype::boolean).at(2) == 1);
  CHECK(table("0.1\n", "", Dtype::f32).data<float>()[0] == 0.1f);
  CHECK_MESSAGE_HAS(table("1\n2.5\n", "", Dtype::i64),
                    "t.csv:2:1: '2.5' is not an integer, and i64 is wanted");
  CHECK_MESSAGE_HAS(table("1\n3e9\n", "", Dtype::i32), "t.csv:2:1: '3e9' is out of range for i32");
  CHECK_MESSAGE_HAS(table("1\n2\n", "", Dtype::boolean), "t.csv:2:1: '2' is neither true (1) nor false (0)");
  CHECK_MESSAGE_HAS(table("1\n1e400\n"), "t.csv:2:1: '1e400' is out of range for f64");
  CHECK(table("1e-400\n").at(0) == 0);
}

TEST_CASE("other encodings are no table") {
  CHECK_MESSAGE_HAS(table(std::string("\xFF\xFE"
                                      "1\0,\0"
                                      "2\0",
                                      8)),
                    "save it as UTF-8");
}

TEST_CASE("faults have a place") {
  CHECK_MESSAGE_HAS(table("1,2\n3,x4\n"), "t.csv:2:3: 'x4' is not a number");
  CHECK_MESSAGE_HAS(table("1,2\n3,\n"), "t.csv:2:3: an empty cell");
  CHECK_MESSAGE_HAS(table("1,2\n3\n"), "t.csv:2:2: this row has 1 cells and the first one 2");
  CHECK_MESSAGE_HAS(table("1,2\n3,4,5\n"), "t.csv:2:5: this row has 3 cells and the first one 2");
  CHECK_MESSAGE_HAS(table("a,b,c\n3,4\n"), "t.csv:2:4: this row has 2 cells and the first one 3");
  CHECK_MESSAGE_HAS(table("569,30,malignant\n1,2,3\n"), "t.csv:1:8: 'malignant' is not a number");
  CHECK_MESSAGE_HAS(table("569,30,malignant\n1,2,3\n"), "if it is a header, say [skip=1]");
  CHECK_MESSAGE_HAS(table("1;2\n3;4\n", "skip=0"), "t.csv:1:1: '1;2' is not a number");
  CHECK_MESSAGE_HAS(table("1,2\n", "cols=2"),
                    "t.csv:1:1: the columns 2:3 are not in this table of 2 columns");
  CHECK_MESSAGE_HAS(table("1,2\n", "cols=-3:"), "the columns -3:2 are not in");
  CHECK_MESSAGE_HAS(table(""), "'t.csv' has no rows of numbers");
  CHECK_MESSAGE_HAS(table("1\n", "skip=3"), "'t.csv' has 1 lines, fewer than skip=3");
  CHECK_MESSAGE_HAS(table("1\n", "skip=x"), "'x' is no number of lines");
  CHECK_MESSAGE_HAS(table("1\n", "skip=-1"), "skip is negative");
  CHECK_MESSAGE_HAS(table("1\n", "columns=1"),
                    "'columns' is no option of a CSV file; there are skip and cols");
  CHECK_MESSAGE_HAS(table("1\n", "3"), "'3' is no option of a CSV file");
  CHECK_MESSAGE_HAS(read_csv("/nowhere/t.csv", Dtype::f64), "cannot read '/nowhere/t.csv': No such file");
}
