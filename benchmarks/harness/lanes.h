// The widest vectors of the machine this is compiled for, for contenders written in C++.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace wengert::benchmarks {

#if defined(__AVX512F__)
using V64 = __m512d;
using V32 = __m512;
#elif defined(__AVX2__) && defined(__FMA__)
using V64 = __m256d;
using V32 = __m256;
#else
typedef double V64 __attribute__((vector_size(16)));
typedef float V32 __attribute__((vector_size(16)));
#endif

}  // namespace wengert::benchmarks
