// Compiled with AVX2, FMA and F16C (CMakeLists.txt).
#include "convnet/kernels.h"

#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#include <immintrin.h>

namespace bgcut::convnet {

namespace {

constexpr int kLanes = 8;
constexpr int kRows = 4;
constexpr int kGroup = 2;
constexpr const char* kName = "avx2";

inline __m256 load_half(const Half* from) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

inline void store_half(Half* to, __m256 vector) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                   _mm256_cvtps_ph(vector, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

#include "convnet/kernels.inc"

}  // namespace

const Kernels* avx2_kernels() {
  return &kTable;
}

}  // namespace bgcut::convnet

#else

const bgcut::convnet::Kernels* bgcut::convnet::avx2_kernels() {
  return nullptr;
}

#endif
