// Private to native/compose: a plane of floats at a small working size, for shadows.
#pragma once

#include <vector>

#include "image/pixels.h"

namespace bgcut::compose {

// A scaled-down view of a region of the canvas. Values are 0..1.
struct Field {
  Box region;    // the part of the canvas that it covers, canvas pixels; may reach outside
  double scale;  // field pixels per canvas pixel, at most 1
  Size size;     // of the field
  std::vector<float> values;

  float& at(int x, int y) {
    return values[static_cast<size_t>(y) * static_cast<size_t>(size.width) +
                  static_cast<size_t>(x)];
  }
  float at(int x, int y) const {
    return values[static_cast<size_t>(y) * static_cast<size_t>(size.width) +
                  static_cast<size_t>(x)];
  }
  // The same geometry, all zero.
  Field blank() const { return {region, scale, size, std::vector<float>(values.size())}; }
};

// The alpha of `rgba` around `box`, grown by `margin` canvas pixels on each side, averaged down so
// that the box's longer side takes at most `longest` field pixels.
Field alpha_field(const image::Pixels& rgba, const Box& box, int margin, int longest);

// Gaussian blur of `sigma_x` and `sigma_y` field pixels, as three box filters each (Wells, 1986);
// outside the field everything is 0.
void blur(Field& field, double sigma_x, double sigma_y);

// The value at a canvas position (pixel centres at +0.5), bilinear; 0 outside.
float sample(const Field& field, double canvas_x, double canvas_y);

}  // namespace bgcut::compose
