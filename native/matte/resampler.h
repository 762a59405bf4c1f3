// A plane at another size, row by row, so that it needs no plane of its own where its rows are used
// up at once.
#pragma once

#include <vector>

#include "matte/plane.h"

namespace bgcut::matte {

enum class Filter {
  kTriangle,   // bilinear upwards, antialiased downwards
  kCatmullRom  // keeps edges as sharp as they were; values may leave the plane's range by an eighth
};

class Resampler {
 public:
  // `plane` outlives it.
  Resampler(const Plane& plane, Size size, Filter filter);

  // What a thread needs to get rows.
  struct Room {
    explicit Room(const Resampler& resampler);

    std::vector<float> line;  // as long as a row of the plane
    std::vector<float> row;
  };

  // Row `y` of the plane at the new size: valid until the next call with the same room.
  const float* row(int y, Room& room) const;

 private:
  // The source samples of each output sample, the same number for all, and their weights, which add
  // up to 1 for each.
  struct Taps {
    size_t count = 0;
    std::vector<size_t> first;
    std::vector<float> weights;

    Taps(Filter filter, int from, int to);
  };

  const Plane& plane_;
  const Size size_;
  const Taps columns_;
  const Taps rows_;
};

}  // namespace bgcut::matte
