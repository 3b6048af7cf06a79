#include "ir/interpret.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "ir/error.h"

namespace wengert {
namespace {

constexpr size_t block = 64;  // lanes interpreted together
constexpr size_t slot = block * 8;

template <class T>
using Bits =
    std::conditional_t<sizeof(T) == 1, uint8_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>;

template <class T>
T ieee_minimum(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<T>::quiet_NaN();
    if (a == b) return std::signbit(a) ? a : b;
  }
  return a < b ? a : b;
}
template <class T>
T ieee_maximum(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<T>::quiet_NaN();
    if (a == b) return std::signbit(a) ? b : a;
  }
  return a > b ? a : b;
}

template <class To, class From>
To convert(From x, bool to_bool) {
  if (to_bool) return static_cast<To>(x != From(0));
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr From low = static_cast<From>(std::numeric_limits<To>::min());  // a power of two: exact
    if (std::isnan(x)) return 0;
    if (x < low) return std::numeric_limits<To>::min();
    if (x >= -low) return std::numeric_limits<To>::max();
    return static_cast<To>(x);
  } else if constexpr (std::is_integral_v<From> && std::is_integral_v<To>) {
    return static_cast<To>(static_cast<Bits<To>>(static_cast<std::make_unsigned_t<To>>(x)));
  } else {
    return static_cast<To>(x);
  }
}

template <class T>
T integer_divide(T a, T b) {
  if (b == 0) return 0;
  if (b == -1) return static_cast<T>(Bits<T>(0) - static_cast<Bits<T>>(a));
  return a / b;
}
template <class T>
T integer_remainder(T a, T b) {
  if (b == 0) return a;
  if (b == -1) return 0;
  return a % b;
}
template <class T>
T high_product(T a, T b) {
  if constexpr (sizeof(T) == 8)
    return static_cast<T>(
        (static_cast<unsigned __int128>(static_cast<uint64_t>(a)) * static_cast<uint64_t>(b)) >> 64);
  else
    return static_cast<T>((static_cast<uint64_t>(static_cast<uint32_t>(a)) * static_cast<uint32_t>(b)) >> 32);
}

struct Frame {
  const Body& body;
  std::byte* memory;  // slot bytes per value
  size_t lanes;
  template <class T>
  T* at(uint32_t value) {
    return reinterpret_cast<T*>(memory + slot * value);
  }
};

void run_region(Frame& frame, uint32_t at, const Region& region);

template <class T>
void run_arithmetic(Frame& f, const Instruction& in, T* out) {
  using U = Bits<T>;
  const T* a = f.at<T>(in.operands[0]);
  const T* b = f.at<T>(in.operands[1]);
  auto unary = [&](auto op) {
    for (size_t i = 0; i < f.lanes; i++) out[i] = op(a[i]);
  };
  auto binary = [&](auto op) {
    for (size_t i = 0; i < f.lanes; i++) out[i] = op(a[i], b[i]);
  };
  auto wrong = [] { throw Error(Code::internal, "op body: primitive on a type it does not take"); };
  switch (in.prim) {
    case Prim::minimum: return binary([](T x, T y) { return ieee_minimum(x, y); });
    case Prim::maximum: return binary([](T x, T y) { return ieee_maximum(x, y); });
    default: break;
  }
  if constexpr (std::is_floating_point_v<T>) {
    const T* c = f.at<T>(in.operands[2]);
    switch (in.prim) {
      case Prim::add: return binary([](T x, T y) { return x + y; });
      case Prim::subtract: return binary([](T x, T y) { return x - y; });
      case Prim::multiply: return binary([](T x, T y) { return x * y; });
      case Prim::divide: return binary([](T x, T y) { return x / y; });
      case Prim::fma:
        for (size_t i = 0; i < f.lanes; i++) out[i] = std::fma(a[i], b[i], c[i]);
        return;
      case Prim::negate: return unary([](T x) { return -x; });
      case Prim::absolute: return unary([](T x) { return std::fabs(x); });
      case Prim::copysign: return binary([](T x, T y) { return std::copysign(x, y); });
      case Prim::square_root: return unary([](T x) { return std::sqrt(x); });
      case Prim::floor: return unary([](T x) { return std::floor(x); });
      case Prim::ceil: return unary([](T x) { return std::ceil(x); });
      case Prim::truncate: return unary([](T x) { return std::trunc(x); });
      case Prim::round_even: return unary([](T x) { return std::nearbyint(x); });
      default: return wrong();
    }
  } else if constexpr (sizeof(T) > 1) {
    constexpr U width = sizeof(T) * 8;
    switch (in.prim) {
      case Prim::add: return binary([](T x, T y) { return T(U(x) + U(y)); });
      case Prim::subtract: return binary([](T x, T y) { return T(U(x) - U(y)); });
      case Prim::multiply: return binary([](T x, T y) { return T(U(x) * U(y)); });
      case Prim::divide: return binary([](T x, T y) { return integer_divide(x, y); });
      case Prim::remainder: return binary([](T x, T y) { return integer_remainder(x, y); });
      case Prim::negate: return unary([](T x) { return T(U(0) - U(x)); });
      case Prim::absolute: return unary([](T x) { return x < 0 ? T(U(0) - U(x)) : x; });
      case Prim::shift_left: return binary([](T x, T y) { return U(y) >= width ? T(0) : T(U(x) << U(y)); });
      case Prim::shift_right_logical:
        return binary([](T x, T y) { return U(y) >= width ? T(0) : T(U(x) >> U(y)); });
      case Prim::shift_right_arithmetic:
        return binary([](T x, T y) { return U(y) >= width ? T(x < 0 ? -1 : 0) : T(x >> U(y)); });
      case Prim::multiply_high: return binary([](T x, T y) { return high_product(x, y); });
      case Prim::population_count: return unary([](T x) { return T(std::popcount(U(x))); });
      case Prim::leading_zeros: return unary([](T x) { return T(std::countl_zero(U(x))); });
      case Prim::bit_and: return binary([](T x, T y) { return T(x & y); });
      case Prim::bit_or: return binary([](T x, T y) { return T(x | y); });
      case Prim::bit_xor: return binary([](T x, T y) { return T(x ^ y); });
      case Prim::bit_not: return unary([](T x) { return T(~x); });
      default: return wrong();
    }
  } else {
    switch (in.prim) {
      case Prim::bit_and: return binary([](T x, T y) { return T(x & y); });
      case Prim::bit_or: return binary([](T x, T y) { return T(x | y); });
      case Prim::bit_xor: return binary([](T x, T y) { return T(x ^ y); });
      case Prim::bit_not: return unary([](T x) { return T(x ^ 1); });
      default: return wrong();
    }
  }
}

void run_compare(Frame& f, const Instruction& in, uint8_t* out) {
  with_type(f.body.type(in.operands[0]), [&](auto tag) {
    using T = decltype(tag);
    const T* a = f.at<T>(in.operands[0]);
    const T* b = f.at<T>(in.operands[1]);
    for (size_t i = 0; i < f.lanes; i++) {
      switch (in.prim) {
        case Prim::equal: out[i] = a[i] == b[i]; break;
        case Prim::not_equal: out[i] = a[i] != b[i]; break;
        case Prim::less: out[i] = a[i] < b[i]; break;
        default: out[i] = a[i] <= b[i]; break;
      }
    }
  });
}

void run_convert(Frame& f, const Instruction& in, std::byte* raw) {
  with_type(f.body.type(in.operands[0]), [&](auto from) {
    with_type(in.type, [&](auto to) {
      auto* out = reinterpret_cast<decltype(to)*>(raw);
      const auto* a = f.at<decltype(from)>(in.operands[0]);
      const bool to_bool = in.type == Dtype::boolean;
      for (size_t i = 0; i < f.lanes; i++) out[i] = convert<decltype(to)>(a[i], to_bool);
    });
  });
}

void run(Frame& f) {
  const uint32_t base = static_cast<uint32_t>(f.body.inputs.size());
  for (uint32_t k = 0; k < f.body.code.size(); k++) {
    const Instruction& in = f.body.code[k];
    std::byte* raw = f.memory + slot * (base + k);
    switch (in.prim) {
      case Prim::constant:
        with_type(in.type, [&](auto tag) {
          auto value = std::bit_cast<decltype(tag)>(static_cast<Bits<decltype(tag)>>(in.bits));
          std::fill_n(reinterpret_cast<decltype(tag)*>(raw), f.lanes, value);
        });
        break;
      case Prim::equal:
      case Prim::not_equal:
      case Prim::less:
      case Prim::less_equal: run_compare(f, in, reinterpret_cast<uint8_t*>(raw)); break;
      case Prim::select:
        with_type(in.type, [&](auto tag) {
          using T = decltype(tag);
          const uint8_t* mask = f.at<uint8_t>(in.operands[0]);
          const T *a = f.at<T>(in.operands[1]), *b = f.at<T>(in.operands[2]);
          for (size_t i = 0; i < f.lanes; i++) reinterpret_cast<T*>(raw)[i] = mask[i] ? a[i] : b[i];
        });
        break;
      case Prim::convert: run_convert(f, in, raw); break;
      case Prim::bitcast:
        std::memcpy(raw, f.at<std::byte>(in.operands[0]), size_of(in.type) * f.lanes);
        break;
      case Prim::table:
        with_type(in.type, [&](auto tag) {
          using T = decltype(tag);
          const std::vector<uint64_t>& entries = f.body.tables[in.bits];
          const bool wide = f.body.type(in.operands[0]) == Dtype::i64;
          for (size_t i = 0; i < f.lanes; i++) {
            const int64_t index = wide ? f.at<int64_t>(in.operands[0])[i] : f.at<int32_t>(in.operands[0])[i];
            if (index < 0 || index >= static_cast<int64_t>(entries.size()))
              throw Error(Code::internal, "op body: table index out of range");
            reinterpret_cast<T*>(raw)[i] = std::bit_cast<T>(static_cast<Bits<T>>(entries[index]));
          }
        });
        break;
      case Prim::region: run_region(f, k, f.body.regions[in.bits]); break;
      case Prim::result: break;  // written by the region before it
      default:
        with_type(in.type, [&](auto tag) { run_arithmetic(f, in, reinterpret_cast<decltype(tag)*>(raw)); });
    }
  }
}

size_t values(const Body& body) { return body.inputs.size() + body.code.size(); }

// Runs the region that is instruction number `at`. Its results are the instructions right behind it, in
// order, unless some are not used; finish() drops unused ones, so each result finds its state by its number.
void run_region(Frame& frame, uint32_t at, const Region& region) {
  const Body& body = region.body.front();
  std::vector<std::byte> memory(slot * values(body));
  Frame inner{body, memory.data(), frame.lanes};
  const uint32_t base = static_cast<uint32_t>(frame.body.inputs.size());
  std::vector<std::vector<std::byte>> finals(region.states, std::vector<std::byte>(slot));
  if (region.kind == Region::Kind::repeat) {
    for (size_t i = 0; i < region.arguments.size(); i++)
      std::memcpy(memory.data() + slot * i, frame.at<std::byte>(region.arguments[i]), slot);
    uint8_t done[block] = {};
    for (uint32_t trip = 0; trip < region.limit; trip++) {
      if (std::all_of(done, done + frame.lanes, [](uint8_t d) { return d != 0; })) break;
      run(inner);
      std::vector<std::byte> next(slot * region.states);
      for (uint32_t s = 0; s < region.states; s++)
        std::memcpy(next.data() + slot * s, inner.at<std::byte>(body.outputs[s]), slot);
      uint8_t now[block];
      std::memcpy(now, inner.at<uint8_t>(body.outputs[region.states]), frame.lanes);
      for (uint32_t s = 0; s < region.states; s++) {
        const size_t width = size_of(body.type(s));
        for (size_t i = 0; i < frame.lanes; i++)
          if (!done[i])
            std::memcpy(memory.data() + slot * s + width * i, next.data() + slot * s + width * i, width);
      }
      for (size_t i = 0; i < frame.lanes; i++) done[i] |= now[i];
    }
    for (uint32_t s = 0; s < region.states; s++)
      std::memcpy(finals[s].data(), memory.data() + slot * s, slot);
  } else {
    const uint8_t* mask = frame.at<uint8_t>(region.arguments[0]);
    for (uint32_t s = 0; s < region.states; s++)
      std::memcpy(finals[s].data(), frame.at<std::byte>(region.arguments[1 + s]), slot);
    if (std::any_of(mask, mask + frame.lanes, [](uint8_t m) { return m != 0; })) {
      for (size_t i = 1 + region.states; i < region.arguments.size(); i++)
        std::memcpy(memory.data() + slot * (i - 1 - region.states), frame.at<std::byte>(region.arguments[i]),
                    slot);
      run(inner);
      for (uint32_t s = 0; s < region.states; s++) {
        const size_t width = size_of(body.type(body.outputs[s]));
        for (size_t i = 0; i < frame.lanes; i++)
          if (mask[i])
            std::memcpy(finals[s].data() + width * i, inner.at<std::byte>(body.outputs[s]) + width * i,
                        width);
      }
    }
  }
  const auto& code = frame.body.code;
  for (size_t k = at + 1; k < code.size() && code[k].prim == Prim::result && code[k].operands[0] == base + at;
       k++)
    std::memcpy(frame.memory + slot * (base + k), finals[code[k].bits].data(), slot);
}

}  // namespace

void interpret(const Body& body, std::span<const void* const> inputs, std::span<const int> strides,
               std::span<void* const> outputs, size_t count) {
  thread_local std::vector<std::byte> memory;
  memory.resize(std::max(memory.size(), slot * values(body)));
  for (size_t start = 0; start < count; start += block) {
    Frame frame{body, memory.data(), std::min(block, count - start)};
    for (uint32_t i = 0; i < body.inputs.size(); i++) {
      with_type(body.inputs[i], [&](auto tag) {
        using T = decltype(tag);
        const T* from = static_cast<const T*>(inputs[i]);
        if (strides[i] == 0)
          std::fill_n(frame.at<T>(i), frame.lanes, *from);
        else
          std::memcpy(frame.at<T>(i), from + start, sizeof(T) * frame.lanes);
      });
    }
    run(frame);
    for (uint32_t i = 0; i < body.outputs.size(); i++) {
      const size_t width = size_of(body.type(body.outputs[i]));
      std::memcpy(static_cast<std::byte*>(outputs[i]) + start * width, frame.at<std::byte>(body.outputs[i]),
                  frame.lanes * width);
    }
  }
}

}  // namespace wengert
