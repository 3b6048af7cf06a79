// .npy files: what NumPy writes is read, what is wrong is refused with its reason.
#include "frontend/io/npy.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "frontend/io/files.h"
#include "tests/io/folder.h"

using namespace wengert;
using namespace std::string_literals;

namespace {

std::string dict(const std::string& descr, const std::string& order, const std::string& shape) {
  return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

std::string file(std::string header, const std::string& elements, int version = 1) {
  const size_t prefix = version == 1 ? 10 : 12;
  header.append(63 - (prefix + header.size()) % 64, ' ');
  header += '\n';
  std::string out = "\x93NUMPY"s + static_cast<char>(version) + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); i++) out += static_cast<char>(header.size() >> 8 * i & 0xFF);
  return out + header + elements;
}

template <class T>
std::string raw(std::initializer_list<T> values) {
  return std::string(reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T));
}

Tensor parse(const std::string& bytes) { return parse_npy(bytes, "a.npy"); }

std::string swapped(std::string bytes, size_t width) {
  for (size_t i = 0; i < bytes.size(); i += width) std::reverse(bytes.begin() + i, bytes.begin() + i + width);
  return bytes;
}

}  // namespace

TEST_CASE("every element type and version is read") {
  CHECK(parse(file(dict("'<f8'", "False", "(2,)"), raw({1.5, -2.0}))).same_bits(Tensor::vector({1.5, -2})));
  for (int version : {1, 2, 3})
    CHECK(parse(file(dict("'<f4'", "False", "()"), raw({0.25f}), version)).at(0) == 0.25);
  const Tensor i4 = parse(file(dict("'<i4'", "False", "(1, 2)"), raw<int32_t>({-3, 7})));
  CHECK(i4.dtype == Dtype::i32);
  CHECK(i4.shape == std::vector<int64_t>{1, 2});
  CHECK(i4.at(1) == 7);
  CHECK(parse(file(dict("'<i8'", "False", "(1,)"), raw<int64_t>({1LL << 60}))).data<int64_t>()[0] ==
        1LL << 60);
  const Tensor truth = parse(file(dict("'|b1'", "False", "(3,)"), "\x00\x01\x07"s));
  CHECK(truth.dtype == Dtype::boolean);
  CHECK(truth.data<uint8_t>()[2] == 1);  // a bool is 0 or 1
}

TEST_CASE("header spellings") {
  CHECK(parse(file("{\"shape\":(2L,),\"descr\":\"f8\",\"fortran_order\":False}", raw({1.0, 2.0}))).at(1) ==
        2);
  CHECK(parse(file(dict("'=f8'", "False", "(2, 0, 3)"), "")).shape == std::vector<int64_t>{2, 0, 3});
}

TEST_CASE("big endian") {
  CHECK(parse(file(dict("'>f8'", "False", "(2,)"), swapped(raw({1.5, -2.0}), 8)))
            .same_bits(Tensor::vector({1.5, -2})));
  CHECK(parse(file(dict("'>i4'", "False", "(1,)"), "\0\0\1\2"s)).at(0) == 258);
}

TEST_CASE("Fortran order is copied into C order") {
  const Tensor got = parse(file(dict("'<f8'", "True", "(2, 3)"), raw({1.0, 4.0, 2.0, 5.0, 3.0, 6.0})));
  CHECK(got.same_bits(Tensor::of({2, 3}, {1, 2, 3, 4, 5, 6})));
  const Tensor deep =
      parse(file(dict("'<f8'", "True", "(2, 2, 2)"), raw({0.0, 4.0, 2.0, 6.0, 1.0, 5.0, 3.0, 7.0})));
  CHECK(deep.same_bits(Tensor::of({2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7})));
  CHECK(parse(file(dict("'<f8'", "True", "(0, 3)"), "")).count() == 0);
}

TEST_CASE("what is wrong is said") {
  const std::string good = file(dict("'<f8'", "False", "(2,)"), raw({1.0, 2.0}));
  CHECK_MESSAGE_HAS(parse(good.substr(0, good.size() - 3)),
                    "truncated: f64[2] needs 16 bytes of elements and it has 13");
  CHECK_MESSAGE_HAS(parse(good + "x"),
                    "too long for its header: f64[2] needs 16 bytes of elements and it has 17");
  CHECK_MESSAGE_HAS(parse(""), "not a .npy file");
  for (size_t length = 1; length < 6; length++) CHECK_MESSAGE_HAS(parse(good.substr(0, length)), "truncated");
  for (size_t length = 6; length < good.size() - 16; length += 7)
    CHECK_MESSAGE_HAS(parse(good.substr(0, length)), "truncated: it ends in its header");
  CHECK_MESSAGE_HAS(parse("1,2,3\n"), "not a .npy file");
  CHECK_MESSAGE_HAS(parse("PK\3\4"), ".npz");
  CHECK_MESSAGE_HAS(parse(file(dict("'<f8'", "False", "(2,)"), raw({1.0, 2.0}), 4)), "version 4");
  CHECK_MESSAGE_HAS(parse(file(dict("'<f2'", "False", "(1,)"), "ab")), "elements of type '<f2'");
  CHECK_MESSAGE_HAS(parse(file(dict("'<U3'", "False", "(1,)"), "ab")), "elements of type '<U3'");
  CHECK_MESSAGE_HAS(parse(file(dict("[('a', '<f8')]", "False", "(1,)"), "ab")), "records with named fields");
  CHECK_MESSAGE_HAS(parse(file(dict("'<f8'", "Maybe", "(1,)"), "ab")), "neither True nor False");
  CHECK_MESSAGE_HAS(parse(file(dict("'<f8'", "False", "(-1,)"), "ab")), "an extent that is no size");
  CHECK_MESSAGE_HAS(parse(file(dict("'<f8'", "False", "(1.5,)"), "ab")), "its header lacks");
  CHECK_MESSAGE_HAS(parse(file("{'descr': '<f8', 'shape': (1,)}", "")),
                    "lacks descr, fortran_order or shape");
  CHECK_MESSAGE_HAS(parse(file(dict("'<f8'", "False", "(1,)") + "{}", "")), "something behind its dict");
  CHECK_MESSAGE_HAS(parse(file("{'descr': '<f8', 'descr': '<f8'}", "")), "repeated key 'descr'");
  CHECK_MESSAGE_HAS(parse(file("[1, 2]", "")), "lacks a '{'");
}

TEST_CASE("absurd sizes overflow nothing") {
  CHECK_MESSAGE_HAS(parse(file(dict("'<f8'", "False", "(9223372036854775807, 8)"), "")), "overflows 64 bits");
  CHECK_MESSAGE_HAS(parse(file(dict("'<f8'", "False", "(99999999999999999999,)"), "")), "overflows 64 bits");
  CHECK_MESSAGE_HAS(parse(file(dict("'<f8'", "False", "(1000000000000,)"), "")), "truncated");
  CHECK(parse(file(dict("'<f8'", "False", "(9223372036854775807, 0)"), "")).count() == 0);
}

TEST_CASE("what is written is read back") {
  const Folder folder;
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor tensors[] = {Tensor::of({2, 3}, {1, -0.0, infinity, 4, std::nan(""), 6}),
                            Tensor::scalar(Dtype::f32, 2.5), Tensor::scalar(Dtype::i64, -7),
                            Tensor(Dtype::i32, {4}), Tensor(Dtype::boolean, {2, 0})};
  for (const Tensor& tensor : tensors) {
    const std::string bytes = npy_bytes(tensor);
    CHECK((bytes.size() - tensor.bytes.size()) % 64 == 0);
    write_npy(folder / "t.npy", tensor);
    CHECK(read_npy(folder / "t.npy").same_bits(tensor));
  }
  CHECK(folder.count() == 1);  // no temporary file is left
  CHECK_MESSAGE_HAS(read_npy(folder / "none.npy"),
                    "cannot read '" + folder.path + "/none.npy': No such file");
}
