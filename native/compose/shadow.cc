#include "compose/shadow.h"

#include <algorithm>
#include <cmath>

#include "compose/cast.h"
#include "compose/field.h"
#include "core/parallel.h"

namespace bgcut::compose {

namespace {

constexpr int kLongest = 512;  // of the subject at the working size: shadows have no finer detail

// Offset and softness as shares of the subject's longer side.
Field drop(const Field& alpha, const Box& subject) {
  constexpr double kRight = 0.008;
  constexpr double kDown = 0.034;
  constexpr double kSoftness = 0.024;
  const double longer = std::max(subject.width, subject.height);
  Field shadow = alpha;
  shadow.region.left += static_cast<int>(kRight * longer);
  shadow.region.top += static_cast<int>(kDown * longer);
  blur(shadow, kSoftness * longer * alpha.scale, kSoftness * longer * alpha.scale);
  return shadow;
}

// The cut-out over black of the given strength.
void lay_over(image::Pixels& rgba, const Field& field, float opacity, int threads) {
  const int top = std::max(0, field.region.top);
  const int bottom = std::min(rgba.height(), field.region.top + field.region.height);
  const int left = std::max(0, field.region.left);
  const int right = std::min(rgba.width(), field.region.left + field.region.width);
  if (top >= bottom) return;
  parallel_rows(threads, bottom - top, [&](int begin, int end) {
    for (int y = top + begin; y < top + end; ++y) {
      uint8_t* pixel = rgba.row(y) + static_cast<ptrdiff_t>(left) * 4;
      for (int x = left; x < right; ++x, pixel += 4) {
        if (pixel[3] == 255) continue;
        const float strength = opacity * sample(field, x + 0.5, y + 0.5);
        const float above = pixel[3];
        const float total = above + strength * (255.0F - above);
        if (total < 0.5F) continue;
        for (int band = 0; band < 3; ++band) {
          const float colour = static_cast<float>(pixel[band]) * above / total;
          pixel[band] = static_cast<uint8_t>(std::lround(colour));
        }
        pixel[3] = static_cast<uint8_t>(std::lround(total));
      }
    }
  });
}

}  // namespace

void add_shadow(image::Pixels& rgba, const Shadow& shadow, const Box& subject, int threads) {
  const int margin = std::max(subject.width, subject.height) * 6 / 10;
  const Field alpha = alpha_field(rgba, subject, margin, kLongest);
  switch (shadow.kind) {
    case ShadowKind::kDrop:
      lay_over(rgba, drop(alpha, subject), shadow.opacity, threads);
      break;
    case ShadowKind::kThreeD:
      lay_over(rgba, cast_on_floor(alpha), shadow.opacity, threads);
      break;
    case ShadowKind::kCar:
      lay_over(rgba, cast_under_vehicle(alpha), shadow.opacity, threads);
      break;
  }
}

}  // namespace bgcut::compose
