// Sweeps every function over its range, in f64 and f32, against MPFR, and prints the largest error found:
//   accuracy [--samples N] [--only NAME] [--full [STRIDE]]
// --full takes in addition every STRIDE-th bit pattern of f32 (default 4099). Exit code 1 if a bound is
// exceeded.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "ir/interpret.h"
#include "references.h"

namespace {

using namespace wengert;
using tests::Interval;
using tests::Reference;

struct Options {
  size_t samples = 24000;
  uint32_t stride = 0;  // 0: not full
  std::string only;
};

template <class T>
class Sampler {
 public:
  explicit Sampler(const Reference& reference) : reference_(reference) {}

  T operator()() {
    const unsigned kind = random_() % 8;
    if (kind < 2) return any();
    if (kind < 4) return static_cast<T>(sign() * magnitude(-40, 12));
    if (kind < 5 && !reference_.near.empty()) {
      const double at = reference_.near[random_() % reference_.near.size()];
      const double step = magnitude(std::is_same_v<T, double> ? -53 : -24, -5);
      return static_cast<T>(at + sign() * step * (at == 0 ? 1 : std::fabs(at)));
    }
    if (reference_.intervals.empty()) return any();
    const Interval in = reference_.intervals[random_() % reference_.intervals.size()];
    if (in.low * in.high <= 0 || std::fabs(in.high / in.low) < 64)
      return static_cast<T>(in.low + (in.high - in.low) * unit());
    return static_cast<T>(
        std::copysign(magnitude(std::log2(std::fabs(in.low)), std::log2(std::fabs(in.high))), in.low));
  }

  std::mt19937_64 random_{20240229};

 private:
  T any() {  // any bit pattern but NaN and infinity: exponents uniform, subnormals included
    using Bits = std::conditional_t<std::is_same_v<T, double>, uint64_t, uint32_t>;
    for (;;) {
      const T x = std::bit_cast<T>(static_cast<Bits>(random_()));
      if (std::isfinite(x)) return x;
    }
  }
  double unit() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  double sign() { return random_() & 1 ? 1 : -1; }
  double magnitude(double low, double high) {
    return std::exp2(low + (high - low) * unit()) * (1 + unit() * 0x1p-20);
  }
  const Reference& reference_;
};

template <class T>
class Meter {
 public:
  Meter() {
    const mpfr_prec_t precision = std::is_same_v<T, double> ? 200 : 128;
    for (mpfr_ptr v : {x_, y_, exact_, error_}) mpfr_init2(v, precision);
  }
  ~Meter() {
    for (mpfr_ptr v : {x_, y_, exact_, error_}) mpfr_clear(v);
  }
  Meter(const Meter&) = delete;

  double ulps(const Reference& reference, T x, T y, T got) {
    mpfr_set_d(x_, x, MPFR_RNDN);
    mpfr_set_d(y_, y, MPFR_RNDN);
    reference.exact(exact_, x_, y_);
    constexpr double wrong = std::numeric_limits<double>::infinity();
    if (mpfr_nan_p(exact_)) return std::isnan(got) ? 0 : wrong;
    if (std::isnan(got)) return wrong;
    if (mpfr_inf_p(exact_)) return std::isinf(got) && (got < 0) == (mpfr_sgn(exact_) < 0) ? 0 : wrong;
    constexpr int digits = std::numeric_limits<T>::digits, top = std::numeric_limits<T>::max_exponent;
    constexpr int bottom = std::numeric_limits<T>::min_exponent;
    // An infinity stands for 2^top, the next number after the largest.
    if (std::isinf(got)) {
      if (mpfr_get_exp(exact_) > top && (got < 0) == (mpfr_sgn(exact_) < 0)) return 0;
      mpfr_set_si_2exp(error_, got < 0 ? -1 : 1, top, MPFR_RNDN);
    } else {
      mpfr_set_d(error_, got, MPFR_RNDN);
    }
    mpfr_sub(error_, error_, exact_, MPFR_RNDN);
    long exponent = mpfr_zero_p(exact_) ? bottom : std::max<long>(mpfr_get_exp(exact_), bottom);
    exponent = std::min<long>(exponent, top);
    if (x < 0 && y <= 0 && reference.floor_below_zero > 0)
      exponent = std::max<long>(exponent, std::ilogb(reference.floor_below_zero) + 1);
    mpfr_mul_2si(error_, error_, digits - exponent, MPFR_RNDN);
    return std::fabs(mpfr_get_d(error_, MPFR_RNDN));
  }

 private:
  mpfr_t x_, y_, exact_, error_;
};

template <class T>
bool sweep(const Reference& reference, const Options& options) {
  const Dtype type = std::is_same_v<T, double> ? Dtype::f64 : Dtype::f32;
  const Dtype types[] = {type, type};
  Arithmetic m(std::span(types, reference.arity));
  const Num x = m.input(0), y = reference.arity == 2 ? m.input(1) : x;
  const Num result = reference.body(m, x, y);
  const Body body = m.finish(std::span(&result, 1));

  Meter<T> meter;
  Sampler<T> sampler(reference);
  double worst = 0;
  T worst_x = 0, worst_y = 0;
  size_t count = 0;
  std::vector<T> xs, ys, results;
  const auto flush = [&] {
    results.resize(xs.size());
    const void* inputs[] = {xs.data(), ys.data()};
    const int strides[] = {1, 1};
    void* outputs[] = {results.data()};
    interpret(body, std::span(inputs, reference.arity), std::span(strides, reference.arity), outputs,
              xs.size());
    for (size_t i = 0; i < xs.size(); i++) {
      const double ulps = meter.ulps(reference, xs[i], ys[i], results[i]);
      if (ulps > worst) worst = ulps, worst_x = xs[i], worst_y = ys[i];
    }
    count += xs.size();
    xs.clear(), ys.clear();
  };
  const auto sample = [&](T a, T b) {
    xs.push_back(a), ys.push_back(b);
    if (xs.size() == 4096) flush();
  };
  for (double point : reference.points)
    for (T at : {static_cast<T>(point), static_cast<T>(-point)})
      if (std::isfinite(at)) sample(at, 0);
  for (size_t i = 0; i < options.samples; i++) {
    const T a = sampler();
    // Pairs: independent, or of similar size.
    T b = a;
    if (reference.arity == 2) {
      b = sampler();
      if (sampler.random_() % 3 == 0)
        b = static_cast<T>(a * (1 + std::ldexp(1.0, -static_cast<int>(sampler.random_() % 30))));
    }
    sample(a, b);
  }
  if constexpr (std::is_same_v<T, float>) {
    if (options.stride != 0 && reference.arity == 1)
      for (uint64_t bits = 0; bits <= 0xffffffff; bits += options.stride)
        sample(std::bit_cast<float>(static_cast<uint32_t>(bits)), 0);
  }
  flush();
  std::string at = fmt::format("{:a}", static_cast<double>(worst_x));
  if (reference.arity == 2) at += fmt::format(", {:a}", static_cast<double>(worst_y));
  const bool good = worst <= reference.bound;
  fmt::print("{:14} {} {:9} {:8.3f}  {:24} {:4}{}\n", reference.name, name(type), count, worst, at,
             reference.bound, good ? "" : "  EXCEEDED");
  std::fflush(stdout);
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i++) {
    const auto value = [&] { return i + 1 < argc && argv[i + 1][0] != '-' ? argv[++i] : nullptr; };
    if (!std::strcmp(argv[i], "--samples")) {
      if (const char* text = value()) options.samples = std::stoul(text);
    } else if (!std::strcmp(argv[i], "--only")) {
      if (const char* text = value()) options.only = text;
    } else if (!std::strcmp(argv[i], "--full")) {
      const char* text = value();
      options.stride = text ? static_cast<uint32_t>(std::stoul(text)) : 4099;
      options.samples = std::max<size_t>(options.samples, 200000);
    } else {
      fmt::print(stderr, "accuracy [--samples N] [--only NAME] [--full [STRIDE]]\n");
      return 2;
    }
  }
  fmt::print("{:14} {} {:>9} {:>8}  {:24} {}\n", "function", "wid", "samples", "max_ulp", "at_x", "bound");
  bool good = true;
  for (const Reference& reference : tests::references()) {
    if (!options.only.empty() && options.only != reference.name) continue;
    good &= sweep<double>(reference, options);
    good &= sweep<float>(reference, options);
  }
  return good ? 0 : 1;
}
