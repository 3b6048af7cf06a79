#include "benchmarks/harness/limits.h"

#include <cmath>

#include "benchmarks/harness/lanes.h"

namespace wengert::benchmarks {
namespace {

#if defined(__AVX512F__)
V64 multiply_add(V64 a, V64 b, V64 c) { return _mm512_fmadd_pd(a, b, c); }
V32 multiply_add(V32 a, V32 b, V32 c) { return _mm512_fmadd_ps(a, b, c); }
V64 all(double value) { return _mm512_set1_pd(value); }
V32 all(float value) { return _mm512_set1_ps(value); }
#elif defined(__AVX2__) && defined(__FMA__)
V64 multiply_add(V64 a, V64 b, V64 c) { return _mm256_fmadd_pd(a, b, c); }
V32 multiply_add(V32 a, V32 b, V32 c) { return _mm256_fmadd_ps(a, b, c); }
V64 all(double value) { return _mm256_set1_pd(value); }
V32 all(float value) { return _mm256_set1_ps(value); }
#else
template <class V>
V multiply_add(V a, V b, V c) {
  for (size_t i = 0; i < sizeof(V) / sizeof(a[0]); i++) a[i] = std::fma(a[i], b[i], c[i]);
  return a;
}
V64 all(double value) { return V64{} + value; }
V32 all(float value) { return V32{} + value; }
#endif

constexpr int chains = 12, steps = 1000;

// As many independent chains as keep the units busy, all in registers.
template <class V, class Number>
void multiply_adds(long times) {
  V sums[chains];
  for (V& sum : sums) sum = all(Number(1));
  const V factor = all(Number(0.999)), term = all(Number(0.001));
  for (long i = 0; i < times * steps; i++)
    for (V& sum : sums) {
      sum = multiply_add(sum, factor, term);
#if defined(__x86_64__)
      asm volatile("" : "+v"(sum));
#else
      asm volatile("" : "+w"(sum));
#endif
    }
}

template <class V, class Number>
Contender peak(double operations) {
  const double done = 2.0 * chains * steps * (sizeof(V) / sizeof(Number));
  return {"peak", multiply_adds<V, Number>, {}, done / operations};
}

}  // namespace

Contender peak_contender(Dtype dtype, double operations) {
  return dtype == Dtype::f64 ? peak<V64, double>(operations) : peak<V32, float>(operations);
}

Contender triad_contender(int64_t count, double bytes) {
  const Array a(f64, {count}), b(f64, {count}), c(f64, {count});
  auto run = [=] {
    double* __restrict out = a.f64();
    const double* __restrict x = b.f64(), * __restrict y = c.f64();
    for (int64_t i = 0; i < count; i++) out[i] = x[i] + 3.0 * y[i];
    asm volatile("" : : "r"(out) : "memory");
  };
  return {"triad", each(run), {}, 24 * static_cast<double>(count) / bytes};
}

}  // namespace wengert::benchmarks
