// Means over squares of a picture, row by row, so that no plane is needed in between.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "core/parallel.h"
#include "core/plan.h"

namespace bgcut::matte {

// Sums of `samples`, `kChannels` for each pixel of a row, in windows of 2 `radius` + 1 pixels (less
// at the ends), over the number of pixels that are inside times `rows`.
template <size_t kChannels>
void window_means(const std::vector<double>& samples, int radius, int rows, float* means) {
  const auto size = static_cast<int>(samples.size() / kChannels);
  std::array<double, kChannels> sums{};
  const auto add = [&](int x) {
    const double* const from = samples.data() + static_cast<size_t>(x) * kChannels;
    for (size_t k = 0; k < kChannels; ++k) sums[k] += from[k];
  };
  for (int x = 0; x < std::min(radius, size); ++x) add(x);
  for (int x = 0; x < size; ++x) {
    if (x + radius < size) add(x + radius);
    const int inside = std::min(x + radius, size - 1) - std::max(x - radius, 0) + 1;
    const double count = static_cast<double>(rows) * inside;
    for (size_t k = 0; k < kChannels; ++k) *means++ = static_cast<float>(sums[k] / count);
    if (x < radius) continue;
    const double* const gone = samples.data() + static_cast<size_t>(x - radius) * kChannels;
    for (size_t k = 0; k < kChannels; ++k) sums[k] -= gone[k];
  }
}

// The mean of the square of (2 `radius` + 1)^2 pixels around each pixel of a picture of `size`, of
// what of it lies inside, for each of `kChannels` values side by side. read(y, room) gives the
// values of row y: a pointer to them, or `room`, which it has filled with them; it is called for a
// row more than once. use(y, means) gets the means of row y; the array is its own until it returns.
// Both are called on several threads. Costs the same for any radius. A square of ones gives exactly
// 1, one of zeros exactly 0.
template <size_t kChannels = 1, typename Read, typename Use>
void box_means(Size size, int radius, int threads, const Read& read, const Use& use) {
  const auto width = static_cast<size_t>(size.width) * kChannels;
  // Running sums of columns, each band of rows with its own, which it starts from scratch: sums in
  // double of floats of 0..1 are exact to far below what anyone sees, but not to the bit, so that
  // bands are of a fixed height, whatever the number of threads.
  constexpr int kRows = 64;
  const int blocks = (size.height + kRows - 1) / kRows;
  parallel_bands(std::min(threads, blocks), blocks, [&](int first, int last) {
    std::vector<double> sums(width);
    std::vector<float> means(width);
    // The rows that are in the sums, and the next one.
    const int kept = 2 * radius + 2;
    std::vector<float> room(static_cast<size_t>(kept) * width);
    std::vector<const float*> rows(static_cast<size_t>(kept));
    const auto slot = [kept](int y) { return static_cast<size_t>(y % kept); };
    const auto enter = [&](int y) {
      return rows[slot(y)] = read(y, room.data() + slot(y) * width);
    };
    for (int block = first; block < last; ++block) {
      const int begin = block * kRows;
      const int end = std::min(begin + kRows, size.height);
      std::fill(sums.begin(), sums.end(), 0.0);
      for (int y = std::max(begin - radius, 0); y < std::min(begin + radius, size.height); ++y) {
        const float* const row = enter(y);
        for (size_t x = 0; x < width; ++x) sums[x] += static_cast<double>(row[x]);
      }
      for (int y = begin; y < end; ++y) {
        if (y > begin && y - 1 - radius >= 0) {
          const float* const row = rows[slot(y - 1 - radius)];
          for (size_t x = 0; x < width; ++x) sums[x] -= static_cast<double>(row[x]);
        }
        if (y + radius < size.height) {
          const float* const row = enter(y + radius);
          for (size_t x = 0; x < width; ++x) sums[x] += static_cast<double>(row[x]);
        }
        const int tall = std::min(y + radius, size.height - 1) - std::max(y - radius, 0) + 1;
        window_means<kChannels>(sums, radius, tall, means.data());
        use(y, means.data());
      }
    }
  });
}

}  // namespace bgcut::matte
