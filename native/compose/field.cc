#include "compose/field.h"

#include <algorithm>
#include <cmath>

namespace bgcut::compose {

namespace {

// One running-mean pass of `radius` along lines that start `step` apart.
void box_pass(const float* from, float* to, int length, ptrdiff_t stride, int radius) {
  const float weight = 1.0F / static_cast<float>(2 * radius + 1);
  double sum = 0;
  for (int i = 0; i < std::min(radius, length); ++i) sum += from[i * stride];
  for (int i = 0; i < length; ++i) {
    if (i + radius < length) sum += from[(i + radius) * stride];
    to[i * stride] = static_cast<float>(sum) * weight;
    if (i - radius >= 0) sum -= from[(i - radius) * stride];
  }
}

// Radii of three boxes whose variances add up to that of the Gaussian.
void blur_lines(Field& field, double sigma, bool horizontal) {
  const int lines = horizontal ? field.size.height : field.size.width;
  const int length = horizontal ? field.size.width : field.size.height;
  const ptrdiff_t stride = horizontal ? 1 : field.size.width;
  const ptrdiff_t next = horizontal ? field.size.width : 1;
  const int radius = static_cast<int>(std::lround((std::sqrt(4 * sigma * sigma + 1) - 1) / 2));
  if (radius < 1) return;
  std::vector<float> other(field.values.size());
  float* from = field.values.data();
  float* to = other.data();
  for (int pass = 0; pass < 3; ++pass) {
    for (int line = 0; line < lines; ++line) {
      box_pass(from + line * next, to + line * next, length, stride, radius);
    }
    std::swap(from, to);
  }
  if (from != field.values.data()) field.values.swap(other);
}

}  // namespace

Field alpha_field(const image::Pixels& rgba, const Box& box, int margin, int longest) {
  Field field;
  field.region = {box.left - margin, box.top - margin, box.width + 2 * margin,
                  box.height + 2 * margin};
  field.scale = std::min(1.0, static_cast<double>(longest) / std::max(box.width, box.height));
  field.size = {std::max(1, static_cast<int>(std::ceil(field.region.width * field.scale))),
                std::max(1, static_cast<int>(std::ceil(field.region.height * field.scale)))};
  field.values.resize(static_cast<size_t>(field.size.area()));
  const double cell = 1 / field.scale;
  for (int y = 0; y < field.size.height; ++y) {
    const int top = std::max(0, field.region.top + static_cast<int>(y * cell));
    const int bottom =
        std::min(rgba.height(), field.region.top + std::max(static_cast<int>((y + 1) * cell),
                                                            static_cast<int>(y * cell) + 1));
    for (int x = 0; x < field.size.width; ++x) {
      const int left = std::max(0, field.region.left + static_cast<int>(x * cell));
      const int right =
          std::min(rgba.width(), field.region.left + std::max(static_cast<int>((x + 1) * cell),
                                                              static_cast<int>(x * cell) + 1));
      if (left >= right || top >= bottom) continue;
      unsigned sum = 0;
      for (int v = top; v < bottom; ++v) {
        const uint8_t* alpha = rgba.row(v) + static_cast<ptrdiff_t>(left) * 4 + 3;
        for (int u = left; u < right; ++u, alpha += 4) sum += *alpha;
      }
      field.at(x, y) =
          static_cast<float>(sum) / (255.0F * static_cast<float>((right - left) * (bottom - top)));
    }
  }
  return field;
}

void blur(Field& field, double sigma_x, double sigma_y) {
  blur_lines(field, sigma_x, true);
  blur_lines(field, sigma_y, false);
}

float sample(const Field& field, double canvas_x, double canvas_y) {
  const double x = (canvas_x - field.region.left) * field.scale - 0.5;
  const double y = (canvas_y - field.region.top) * field.scale - 0.5;
  const int left = static_cast<int>(std::floor(x));
  const int top = static_cast<int>(std::floor(y));
  const auto right_share = static_cast<float>(x - left);
  const auto bottom_share = static_cast<float>(y - top);
  const auto value = [&](int column, int row) {
    const bool inside =
        column >= 0 && row >= 0 && column < field.size.width && row < field.size.height;
    return inside ? field.at(column, row) : 0.0F;
  };
  const float upper = value(left, top) * (1 - right_share) + value(left + 1, top) * right_share;
  const float lower =
      value(left, top + 1) * (1 - right_share) + value(left + 1, top + 1) * right_share;
  return upper * (1 - bottom_share) + lower * bottom_share;
}

}  // namespace bgcut::compose
