// What of a mask is sure, and what matting has to find out.
#pragma once

#include <cstdint>
#include <vector>

#include "matte/plane.h"

namespace bgcut::matte {

enum class Known : uint8_t { kBackground, kForeground, kUnknown };

// One value per pixel, row by row.
struct Trimap {
  std::vector<Known> values;
  Size size;
};

// Foreground where `mask` is above .94 in the whole square of `radius` pixels around a pixel,
// background where it is below .04 there, else unknown.
Trimap make_trimap(const Plane& mask, int radius, int threads);

}  // namespace bgcut::matte
