// Private to closed_form.cc: the matting Laplacian of the unknown pixels of a picture.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/pixels.h"
#include "matte/trimap.h"

namespace bgcut::matte {

// Pixels that are worked on together: side by side in one row, from a multiple of kLanes on.
inline constexpr size_t kLanes = 8;

// A picture with a margin of pixels that belong to nothing, so that no neighbour needs a check, and
// the groups of kLanes of its pixels of which one at least is unknown.
struct Grid {
  static constexpr int kRowsBeside = 2;  // above and below
  static constexpr int kColumnsBeside =
      static_cast<int>(kLanes);  // on the left; on the right at least

  Size picture;
  Size size;                     // with the margin; the width is a multiple of kLanes
  std::vector<uint8_t> unknown;  // 1 or 0
  std::vector<size_t> groups;    // the places of their first pixels, row by row
  std::vector<size_t> rows;      // the first group of each row, and the number of all

  // The place of the pixel in column `x` of row `y` of the picture.
  size_t at(int x, int y) const {
    return static_cast<size_t>(y + kRowsBeside) * static_cast<size_t>(size.width) +
           static_cast<size_t>(x + kColumnsBeside);
  }
  // The group behind those that lie side by side from `group` on.
  size_t end_of_run(size_t group) const {
    do ++group;
    while (group < groups.size() && groups[group] == groups[group - 1] + kLanes);
    return group;
  }
};

Grid make_grid(const Trimap& trimap, int threads);

// The rows of the matrix that belong to unknown pixels.
class Laplacian {
 public:
  // A pixel shares windows with the 5 x 5 pixels around it.
  static constexpr size_t kTaps = 25;

  // Of 3 x 3 windows of `rgb` (three bands, of the size of the grid's picture), which isn't kept;
  // `epsilon` is Levin's. Doesn't depend on `threads`.
  Laplacian(const image::Pixels& rgb, const Grid& grid, double epsilon, int threads);

  // The coefficients of the pixels themselves in group `group`: kLanes of them, 0 for known pixels.
  float* diagonal(size_t group) { return taps(group, kTaps / 2); }

  // The product with `values`, one for each pixel of the grid, for the kLanes pixels of one group;
  // 0 for known pixels.
  void multiply(size_t group, const float* values, float* product) const {
    const float* coefficient = values_.data() + group * kTaps * kLanes;
    const float* const centre = values + grid_.groups[group];
    std::array<float, kLanes> sums{};
    for (const ptrdiff_t offset : offsets_) {
      for (size_t i = 0; i < kLanes; ++i) {
        sums[i] += coefficient[i] * centre[offset + static_cast<ptrdiff_t>(i)];
      }
      coefficient += kLanes;
    }
    for (size_t i = 0; i < kLanes; ++i) product[i] = sums[i];
  }

 private:
  float* taps(size_t group, size_t tap) { return values_.data() + (group * kTaps + tap) * kLanes; }

  const Grid& grid_;
  Floats values_;  // of each group those of its first tap, of the second, and so on
  std::array<ptrdiff_t, kTaps> offsets_{};
};

}  // namespace bgcut::matte
