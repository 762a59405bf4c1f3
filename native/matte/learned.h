// Matting by a model of the user's: where the mask is unsure, alpha is what the model says.
#pragma once

#include "core/cancel.h"
#include "image/pixels.h"
#include "matte/plane.h"
#include "segment/matting.h"

namespace bgcut::matte {

// The alpha of `rgb` (three bands, of the size that the model is fed) from the segmentation model's
// `mask` of any size: 0 or 1 where the mask is sure in a wide square around a pixel, else
// `model`'s. 0..1, of the size of `rgb`. Throws kModelInvalid and what infer throws, or the token's
// reason.
Plane refine_by_model(const image::Pixels& rgb, const Plane& mask,
                      const segment::MattingModel& model, int threads, CancelToken& token);

}  // namespace bgcut::matte
