// For 64-bit ARM, all of which have these instructions.
#include "convnet/kernels.h"

#if defined(__GNUC__) && defined(__aarch64__)
#include <arm_neon.h>

namespace bgcut::convnet {

namespace {

constexpr int kLanes = 4;
constexpr int kRows = 4;
constexpr int kGroup = 4;
constexpr const char* kName = "neon";

inline float32x4_t load_half(const Half* from) {
  return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from)));
}

inline void store_half(Half* to, float32x4_t vector) {
  vst1_u16(to, vreinterpret_u16_f16(vcvt_f16_f32(vector)));
}

#include "convnet/kernels.inc"

}  // namespace

const Kernels* neon_kernels() {
  return &kTable;
}

}  // namespace bgcut::convnet

#else

const bgcut::convnet::Kernels* bgcut::convnet::neon_kernels() {
  return nullptr;
}

#endif
