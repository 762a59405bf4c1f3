// Averaging blocks of pixels: the quick first part of a strong reduction.
#pragma once

#include "image/pixels.h"

namespace bgcut::image {

// The most that blocks are averaged by: their sums have 16 bits.
inline constexpr int kLargestBlock = 256;

// Every `factor` x `factor` block of the `region` of `pixels` (four bands) as one pixel, the mean
// of each band, rounded; what is left over at the right and at the bottom falls away, which moves
// the picture by less than half a pixel of the result. `factor`: 2 to kLargestBlock, at most
// the region's sides.
Pixels average_down(const Pixels& pixels, const Box& region, int factor, int threads);

}  // namespace bgcut::image
