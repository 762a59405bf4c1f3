// Planes and pixels as the tests of mattes set and read them.
#pragma once

#include "matte/plane.h"
#include "support.h"

namespace bgcut::test {

inline matte::Plane plane(Size size, float value) {
  return {Floats(static_cast<size_t>(size.area()), value), size};
}

inline float& at(matte::Plane& values, int x, int y) {
  return values.values[static_cast<size_t>(y) * static_cast<size_t>(values.size.width) +
                       static_cast<size_t>(x)];
}

inline void fill(matte::Plane& values, const Box& box, float value) {
  for (int y = box.top; y < box.top + box.height; ++y) {
    for (int x = box.left; x < box.left + box.width; ++x) at(values, x, y) = value;
  }
}

inline uint8_t* pixel_of(image::Pixels& pixels, int x, int y) {
  return pixels.row(y) + static_cast<ptrdiff_t>(x) * pixels.bands();
}

}  // namespace bgcut::test
