// What lies under the cut-out.
#pragma once

#include "core/cancel.h"
#include "image/picture.h"
#include "image/pixels.h"

namespace bgcut::compose {

// Lays `rgba` over a plain colour (Porter and Duff, 1984, «over», on sRGB values as in CSS). An
// opaque colour leaves alpha 255 everywhere.
void lay_over_colour(image::Pixels& rgba, const Colour& colour, int threads);

// Lays `rgba` over `picture`, centred and scaled to cover all of it, its aspect kept; a picture of
// the very same size is taken as it is. Throws kFailedToReadBackground, and what else
// decoding throws.
void lay_over_picture(image::Pixels& rgba, const image::Picture& picture, int threads,
                      const CancelToken& token);

}  // namespace bgcut::compose
