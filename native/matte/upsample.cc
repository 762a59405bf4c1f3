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

// Outputs `begin` to `end` have their taps at the same four samples.
struct Run {
  int begin;
  int end;
};

std::vector<Run> runs_of(const std::vector<Taps>& columns) {
  std::vector<Run> runs;
  for (int x = 0; x < static_cast<int>(columns.size()); ++x) {
    if (x > 0 &&
        columns[static_cast<size_t>(x)].index == columns[static_cast<size_t>(x) - 1].index) {
      ++runs.back().end;
    } else {
      runs.push_back({x, x + 1});
    }
  }
  return runs;
}

// Between samples (levels plus a half) that are all below kClear, or all above kSolid, nothing but
// 0, or nothing but 255, comes out: the negative weights add an eighth of the samples' range.
constexpr float kClear = 0.9F;
constexpr float kSolid = 255.1F;

void clear_alpha(image::Pixels& rgba, int y, int from, int to) {
  uint8_t* const row = rgba.row(y);
  for (int x = from; x < to; ++x) row[static_cast<ptrdiff_t>(x) * 4 + 3] = 0;
}

}  // namespace

void apply_mask(const segment::Mask& mask, const Box& region, image::Pixels& rgba, int threads) {
  const auto columns = catmull_rom(mask.size.width, region.width);
  const auto runs = runs_of(columns);
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
      for (size_t x = 0; x < mask_width; ++x) {
        line[x] = (vertical.weight[0] * source[0][x] + vertical.weight[1] * source[1][x] +
                   vertical.weight[2] * source[2][x] + vertical.weight[3] * source[3][x]) *
                      255.0F +
                  0.5F;
      }
      uint8_t* const alphas = rgba.row(y) + static_cast<ptrdiff_t>(region.left) * 4 + 3;
      for (const Run& run : runs) {  // most of most pictures is plain background or plain subject
        const std::array<int, 4>& index = columns[static_cast<size_t>(run.begin)].index;
        std::array<float, 4> sample;
        for (size_t k = 0; k < 4; ++k) sample[k] = line[static_cast<size_t>(index[k])];
        const auto [least, most] = std::minmax_element(sample.begin(), sample.end());
        if (*least > kSolid) continue;
        uint8_t* alpha = alphas + static_cast<ptrdiff_t>(run.begin) * 4;
        if (*most < kClear) {
          for (int x = run.begin; x < run.end; ++x, alpha += 4) *alpha = 0;
          continue;
        }
        for (int x = run.begin; x < run.end; ++x, alpha += 4) {
          const std::array<float, 4>& weight = columns[static_cast<size_t>(x)].weight;
          const float value = weight[0] * sample[0] + weight[1] * sample[1] +
                              weight[2] * sample[2] + weight[3] * sample[3];
          const auto matte = static_cast<unsigned>(std::clamp(value, 0.0F, 255.0F));
          *alpha = *alpha == 255 ? static_cast<uint8_t>(matte)
                                 : static_cast<uint8_t>((matte * *alpha + 127) / 255);
        }
      }
    }
  });
}

}  // namespace bgcut::matte
