// Compiled with AVX-512 (CMakeLists.txt).
#include "convnet/kernels.h"

#if defined(__AVX512F__) && defined(__AVX512VL__)
#include <immintrin.h>

namespace bgcut::convnet {

namespace {

constexpr int kLanes = 16;
constexpr int kRows = 8;
constexpr int kGroup = 2;
constexpr const char* kName = "avx512";

// Both in the form with a mask: GCC 12 warns that the plain one starts from something
// uninitialized.
inline __m512 load_half(const Half* from) {
  return _mm512_maskz_cvtph_ps(0xFFFF, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}

inline void store_half(Half* to, __m512 vector) {
  _mm256_storeu_si256(
      reinterpret_cast<__m256i*>(to),
      _mm512_maskz_cvtps_ph(0xFFFF, vector, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

#include "convnet/kernels.inc"

}  // namespace

const Kernels* avx512_kernels() {
  return &kTable;
}

}  // namespace bgcut::convnet

#else

const bgcut::convnet::Kernels* bgcut::convnet::avx512_kernels() {
  return nullptr;
}

#endif
