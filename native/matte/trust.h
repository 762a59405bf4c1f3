// How far the model's mask is to be believed beside the colours of the picture.
#pragma once

#include "image/pixels.h"
#include "matte/plane.h"

namespace bgcut::matte {

// Where the edges of `mask` are sharp (1) and where they are soft (0): how much it changes for how
// grey it is, around a pixel. Of its size, as are the results below; no result here depends on
// `threads`.
Plane sharpness_of(const Plane& mask, int threads);

// Where the colours of `rgb` (three bands, of the mask's size) can't tell the subject from what is
// behind it (1): the mean colours of the two, around a pixel, are hardly further apart than the
// colours of each. 0 where no background is near: a grey patch inside a subject is no such place.
Plane doubt_in(const image::Pixels& rgb, const Plane& mask, int threads);

// The weight of the mask as a prior of closed-form matting. It is right about the place of a sharp
// edge and about what it is sure of; in hair and fur it is soft and only roughly right. Where the
// colours are in doubt it is all there is.
Plane trust_in(const Plane& mask, const Plane& sharpness, const Plane& doubt, int threads);

}  // namespace bgcut::matte
