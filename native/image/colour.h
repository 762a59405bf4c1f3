// Private to native/image: any colour space that a picture can come in, to sRGB.
#pragma once

#include "image/vips_image.h"

namespace bgcut::image {

// `image` as 8-bit sRGB with three bands, or four where it has alpha. An embedded ICC profile is
// honoured unless it says sRGB already; a profile that can't be used is ignored, as browsers do.
Image to_srgb(const Image& image);

}  // namespace bgcut::image
