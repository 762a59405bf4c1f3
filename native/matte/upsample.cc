#include "matte/upsample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/parallel.h"

namespace bgcut::matte {

namespace {

// The four source samples of one output sample, edges clamped, and their weights.
struct Taps {
  std::array<int, 4> index;
  std::array<float, 4> weight;
};

// Pixel centres of both grids coincide at the borders' outer edges, as in any resize.
std::vector<Taps> catmull_rom(int from, int to) {
  std::vector<Taps> all(static_cast<size_t>(to));
  for (int i = 0; i < to; ++i) {
    const double at = (i + 0.5) * from / to - 0.5;
    const auto base = static_cast<int>(std::floor(at));
    const auto t = static_cast<float>(at - base);
    Taps& taps = all[static_cast<size_t>(i)];
    taps.weight = {((-0.5F * t + 1.0F) * t - 0.5F) * t, (1.5F * t - 2.5F) * t * t + 1.0F,
                   ((-1.5F * t + 2.0F) * t + 0.5F) * t, (0.5F * t - 0.5F) * t * t};
    for (int k = 0; k < 4; ++k) {
      taps.index[static_cast<size_t>(k)] = std::clamp(base - 1 + k, 0, from - 1);
    }
  }
  return all;
}

void clear_alpha(image::Pixels& rgba, int y, int from, int to) {
  uint8_t* const row = rgba.row(y);
  for (int x = from; x < to; ++x) row[static_cast<ptrdiff_t>(x) * 4 + 3] = 0;
}

}  // namespace

void apply_mask(const segment::Mask& mask, const Box& region, image::Pixels& rgba, int threads) {
  const auto columns = catmull_rom(mask.size.width, region.width);
  const auto rows = catmull_rom(mask.size.height, region.height);
  const auto mask_width = static_cast<size_t>(mask.size.width);
  parallel_rows(threads, rgba.height(), [&](int begin, int end) {
    std::vector<float> line(mask_width);
    for (int y = begin; y < end; ++y) {
      if (y < region.top || y >= region.top + region.height) {
        clear_alpha(rgba, y, 0, rgba.width());
        continue;
      }
      clear_alpha(rgba, y, 0, region.left);
      clear_alpha(rgba, y, region.left + region.width, rgba.width());
      const Taps& vertical = rows[static_cast<size_t>(y - region.top)];
      std::array<const float*, 4> source;
      for (size_t k = 0; k < 4; ++k) {
        source[k] = mask.values.data() + mask_width * static_cast<size_t>(vertical.index[k]);
      }
      bool uniform = true;  // most rows of most pictures are plain background or plain subject
      for (size_t x = 0; x < mask_width; ++x) {
        line[x] = (vertical.weight[0] * source[0][x] + vertical.weight[1] * source[1][x] +
                   vertical.weight[2] * source[2][x] + vertical.weight[3] * source[3][x]) *
                      255.0F +
                  0.5F;
        uniform = uniform && line[x] < 1.0F;
      }
      uint8_t* alpha = rgba.row(y) + static_cast<ptrdiff_t>(region.left) * 4 + 3;
      for (const Taps& taps : columns) {
        float value = 0.0F;
        if (!uniform) {
          value = taps.weight[0] * line[static_cast<size_t>(taps.index[0])] +
                  taps.weight[1] * line[static_cast<size_t>(taps.index[1])] +
                  taps.weight[2] * line[static_cast<size_t>(taps.index[2])] +
                  taps.weight[3] * line[static_cast<size_t>(taps.index[3])];
        }
        const auto matte = static_cast<unsigned>(std::clamp(value, 0.0F, 255.0F));
        *alpha = *alpha == 255 ? static_cast<uint8_t>(matte)
                               : static_cast<uint8_t>((matte * *alpha + 127) / 255);
        alpha += 4;
      }
    }
  });
}

}  // namespace bgcut::matte
