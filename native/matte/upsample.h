// From the model's mask to the alpha of the whole picture.
#pragma once

#include "image/pixels.h"
#include "segment/model.h"

namespace bgcut::matte {

// Brings `mask` (probabilities 0..1, of any size) to the `region` of `rgba` by separable
// Catmull-Rom interpolation (Keys, 1981, a = -1/2), which keeps edges straight where bilinear
// leaves diamonds, and multiplies it into the alpha band: what was transparent stays so. Outside
// the region everything becomes transparent.
// The result doesn't depend on `threads`.
void apply_mask(const segment::Mask& mask, const Box& region, image::Pixels& rgba, int threads);

}  // namespace bgcut::matte
