// Planes of floats at the working size of matting, and what is done with them.
#pragma once

#include <algorithm>

#include "core/parallel.h"
#include "segment/model.h"

namespace bgcut::matte {

// One float per pixel, row by row: an alpha or a weight, 0..1 unless said otherwise.
using Plane = segment::Mask;

// `plane` at another size by a triangle filter: bilinear upwards, antialiased downwards. Values
// stay within 0..1 exactly.
Plane resample(const Plane& plane, Size size, int threads);

// A length that is `length` pixels in a picture whose longer side has 1024, in one of `size`: at
// least 1.
int pixels_of(float length, Size size);

// `first`, moved towards `second`, of the same size, by `share` where the two agree, and not at all
// where they don't: where their means over squares of `radius` differ by `agree` or less, and by
// `disagree` or more; in between by less and less.
Plane moved_where_alike(const Plane& first, const Plane& second, float share, int radius,
                        float agree, float disagree, int threads);

// 0 up to `from`, 1 from `to` on, smooth between; `from` < `to`.
inline float smooth_step(float from, float to, float value) {
  const float t = std::clamp((value - from) / (to - from), 0.0F, 1.0F);
  return t * t * (3 - 2 * t);
}

// Calls work(i) for the place of each pixel of a picture of `size`, on several threads.
template <typename Work>
void for_pixels(Size size, int threads, const Work& work) {
  parallel_rows(threads, size.height, [&](int begin, int end) {
    const auto width = static_cast<size_t>(size.width);
    const size_t last = static_cast<size_t>(end) * width;
    for (size_t i = static_cast<size_t>(begin) * width; i < last; ++i) work(i);
  });
}

}  // namespace bgcut::matte
