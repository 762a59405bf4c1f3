#include "matte/plane.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/parallel.h"
#include "matte/box_mean.h"
#include "matte/resampler.h"

namespace bgcut::matte {

Plane resample(const Plane& plane, Size size, int threads) {
  if (plane.size == size) return plane;
  const Resampler resampler(plane, size, Filter::kTriangle);
  Plane result{Floats(static_cast<size_t>(size.area())), size};
  parallel_rows(threads, size.height, [&](int begin, int end) {
    Resampler::Room room(resampler);
    for (int y = begin; y < end; ++y) {
      const float* const row = resampler.row(y, room);
      // Weights add up to 1 but for rounding.
      std::transform(row, row + size.width,
                     result.values.data() + static_cast<ptrdiff_t>(y) * size.width,
                     [](float value) { return std::clamp(value, 0.0F, 1.0F); });
    }
  });
  return result;
}

int pixels_of(float length, Size size) {
  return std::max(1, static_cast<int>(std::lround(
                         length * static_cast<float>(std::max(size.width, size.height)) / 1024)));
}

Plane moved_where_alike(const Plane& first, const Plane& second, float share, int radius,
                        float agree, float disagree, int threads) {
  Plane moved{Floats(first.values.size()), first.size};
  const auto width = static_cast<size_t>(first.size.width);
  const auto read = [&](int y, float* room) {
    const float* const one = first.values.data() + static_cast<size_t>(y) * width;
    const float* const two = second.values.data() + static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x) room[x] = one[x] - two[x];
    return room;
  };
  box_means(first.size, radius, threads, read, [&](int y, const float* apart) {
    const size_t row = static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x) {
      const float one = first.values[row + x];
      const float part = share * (1 - smooth_step(agree, disagree, std::abs(apart[x])));
      moved.values[row + x] = one + part * (second.values[row + x] - one);
    }
  });
  return moved;
}

}  // namespace bgcut::matte
