#include "frontend/io/npy.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "frontend/io/files.h"
#include "ir/error.h"

namespace wengert {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

struct Header {
  std::string element;
  bool fortran = false;
  std::vector<int64_t> shape;
};

/// Reads the header, a Python dict of one string, one bool and one tuple of integers, in any order.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  Header read() {
    bool have_element = false, have_order = false, have_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !have_element)
        have_element = true, header_.element = element();
      else if (key == "fortran_order" && !have_order)
        have_order = true, header_.fortran = boolean();
      else if (key == "shape" && !have_shape)
        have_shape = true, tuple();
      else
        fail(fmt::format("has an unknown or repeated key '{}'", key));
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    space();
    if (at_ != text_.size()) fail("has something behind its dict");
    if (!have_element || !have_order || !have_shape) fail("lacks descr, fortran_order or shape");
    return header_;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Code::file, fmt::format("'{}' is not a valid .npy file: its header {}", path_, what));
  }
  void space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      at_++;
  }
  bool accept(char c) {
    space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    at_++;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(fmt::format("lacks a '{}' at character {}", c, at_));
  }
  std::string quoted() {
    space();
    const char quote = at_ < text_.size() ? text_[at_] : ' ';
    const size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : text_.npos;
    if (end == text_.npos) fail(fmt::format("lacks a quoted word at character {}", at_));
    const std::string word(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return word;
  }
  std::string element() {
    space();
    if (at_ < text_.size() && text_[at_] == '[')
      throw Error(Code::file,
                  fmt::format("'{}' holds records with named fields; save one field of them", path_));
    return quoted();
  }
  bool boolean() {
    space();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return value;
    }
    fail("says neither True nor False for fortran_order");
  }
  void tuple() {
    expect('(');
    while (!accept(')')) {
      int64_t extent = 0;
      space();
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), extent);
      if (error == std::errc::result_out_of_range)
        throw Error(Code::size, fmt::format("an extent of '{}' overflows 64 bits", path_));
      if (error != std::errc() || extent < 0) fail("has an extent that is no size");
      at_ = static_cast<size_t>(end - text_.data());
      accept('L');  // Python 2
      header_.shape.push_back(extent);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
  }

  std::string_view text_;
  const std::string& path_;
  size_t at_ = 0;
  Header header_;
};

struct Element {
  Dtype dtype;
  bool swapped;
};

std::optional<Element> element_of(std::string_view text) {
  constexpr bool little = std::endian::native == std::endian::little;
  constexpr std::pair<std::string_view, Dtype> known[] = {
      {"b1", Dtype::boolean}, {"i4", Dtype::i32}, {"i8", Dtype::i64}, {"f4", Dtype::f32}, {"f8", Dtype::f64}};
  char order = '=';
  if (text.size() == 3) order = text[0], text.remove_prefix(1);
  if (std::string_view("<>=|").find(order) == std::string_view::npos) return std::nullopt;
  for (const auto& [code, dtype] : known)
    if (text == code) return Element{dtype, order == (little ? '>' : '<')};
  return std::nullopt;
}

std::string_view code_of(Dtype dtype) {
  constexpr std::string_view codes[] = {"|b1", "<i4", "<i8", "<f4", "<f8"};
  return codes[static_cast<int>(dtype)];
}

void reverse_elements(std::byte* bytes, size_t count, size_t width) {
  for (size_t i = 0; i < count; i++) std::reverse(bytes + i * width, bytes + (i + 1) * width);
}

/// Fortran order (first index fastest) into C order.
Tensor row_major(const Tensor& in) {
  Tensor out(in.dtype, in.shape);
  const size_t width = size_of(in.dtype), rank = in.shape.size();
  std::vector<int64_t> index(rank, 0), stride(rank, 1);
  for (size_t a = 1; a < rank; a++) stride[a] = stride[a - 1] * in.shape[a - 1];
  int64_t source = 0;
  for (int64_t i = 0, count = in.count(); i < count; i++) {
    std::memcpy(out.bytes.data() + i * width, in.bytes.data() + source * width, width);
    for (size_t a = rank; a-- > 0;) {
      source += stride[a];
      if (++index[a] < in.shape[a]) break;
      source -= stride[a] * in.shape[a];
      index[a] = 0;
    }
  }
  return out;
}

/// The header's text, and the bytes behind it.
std::pair<std::string_view, std::string_view> split(std::string_view bytes, const std::string& path) {
  if (bytes.starts_with("PK"))
    throw Error(Code::file,
                fmt::format("'{}' is a zip archive (.npz); save one array of it with numpy.save", path));
  if (!bytes.starts_with(magic.substr(0, bytes.size())) || bytes.empty())
    throw Error(Code::file, fmt::format("'{}' is not a .npy file: it does not begin with \\x93NUMPY", path));
  const auto truncated = [&] {
    return Error(Code::file, fmt::format("'{}' is truncated: it ends in its header", path));
  };
  if (bytes.size() < 10) throw truncated();
  const int version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3)
    throw Error(Code::file,
                fmt::format("'{}' is a .npy file of version {}; 1 to 3 are known", path, version));
  const size_t width = version == 1 ? 2 : 4;
  if (bytes.size() < 8 + width) throw truncated();
  size_t length = 0;
  for (size_t i = 0; i < width; i++)
    length |= static_cast<size_t>(static_cast<unsigned char>(bytes[8 + i])) << 8 * i;
  bytes.remove_prefix(8 + width);
  if (bytes.size() < length) throw truncated();
  return {bytes.substr(0, length), bytes.substr(length)};
}

}  // namespace

Tensor parse_npy(std::string_view bytes, const std::string& path) {
  const auto [text, data] = split(bytes, path);
  const Header header = HeaderReader(text, path).read();
  const std::optional<Element> element = element_of(header.element);
  if (!element)
    throw Error(Code::file,
                fmt::format("'{}' holds elements of type '{}'; bool, i4, i8, f4 and f8 can be read: "
                            "convert it, for example with a.astype('f8')",
                            path, header.element));
  size_t wanted = size_of(element->dtype);
  bool overflow = false, empty = false;
  for (int64_t extent : header.shape) {
    empty |= extent == 0;
    overflow |= extent != 0 && __builtin_mul_overflow(wanted, static_cast<size_t>(extent), &wanted);
  }
  const std::string shape = fmt::format("[{}]", fmt::join(header.shape, ", "));
  if (empty)
    wanted = 0;
  else if (overflow)
    throw Error(Code::size, fmt::format("the shape {} of '{}' overflows 64 bits", shape, path));
  if (data.size() != wanted)
    throw Error(Code::file, fmt::format("'{}' is {}: {}{} needs {} bytes of elements and it has {}", path,
                                        data.size() < wanted ? "truncated" : "too long for its header",
                                        name(element->dtype), shape, wanted, data.size()));
  Tensor tensor(element->dtype, header.shape);
  if (wanted != 0) std::memcpy(tensor.bytes.data(), data.data(), wanted);
  const size_t width = size_of(element->dtype);
  if (element->swapped && width > 1) reverse_elements(tensor.bytes.data(), wanted / width, width);
  if (element->dtype == Dtype::boolean)
    for (std::byte& byte : tensor.bytes) byte = std::byte(byte != std::byte(0));
  return header.fortran && header.shape.size() > 1 ? row_major(tensor) : tensor;
}

Tensor read_npy(const std::string& path) { return parse_npy(read_file(path), path); }

std::string npy_bytes(const Tensor& tensor) {
  std::string shape;
  for (int64_t extent : tensor.shape)
    shape += fmt::format("{},{}", extent, tensor.shape.size() == 1 ? "" : " ");
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", code_of(tensor.dtype), shape);
  // Magic, version and length are 10 bytes; the elements start at a multiple of 64.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  if (header.size() > 0xFFFF)
    throw Error(Code::size,
                fmt::format("a .npy header of version 1 holds 65535 bytes; rank {} is too much for it",
                            tensor.shape.size()));
  std::string bytes(magic);
  bytes += {'\1', '\0', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  bytes += header;
  const size_t start = bytes.size(), width = size_of(tensor.dtype);
  bytes.append(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
  if constexpr (std::endian::native == std::endian::big)
    reverse_elements(reinterpret_cast<std::byte*>(bytes.data()) + start, tensor.bytes.size() / width, width);
  return bytes;
}

void write_npy(const std::string& path, const Tensor& tensor) { write_file(path, npy_bytes(tensor)); }

}  // namespace wengert
