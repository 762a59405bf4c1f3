// From an encoded picture to upright 8-bit sRGB pixels of a wanted size.
#pragma once

#include "core/cancel.h"
#include "image/picture.h"
#include "image/pixels.h"

namespace bgcut::image {

struct Decoded {
  Pixels pixels;  // RGBA, straight alpha; alpha 255 where the picture has none
  Tags tags;
};

// Decodes `picture` to exactly `size` (upright pixels; may be larger than the picture), on at most
// `threads` threads. JPEG and WebP are shrunk while loading, so a small result never costs a full
// decode. EXIF orientation 1-8 is applied; ICC profiles, CMYK, grey, palette and 16-bit become
// 8-bit sRGB; of an animation, the first frame is read.
// Throws kFailedToReadImage (damaged or truncated), kOutOfMemory, or the token's reason.
Decoded decode(const Picture& picture, Size size, int threads, const CancelToken& token);

// Resamples the `region` of `pixels` (three or four bands) to `size`: Lanczos 3 with anti-aliasing,
// alpha-weighted where `weigh_by_alpha` (four bands that really are transparent somewhere).
Pixels resize(const Pixels& pixels, const Box& region, Size size, bool weigh_by_alpha, int threads,
              const CancelToken& token);

// The same for pictures that only a model will look at, every band by itself: blocks of whole
// pixels are averaged first, which is quicker and shows a model no difference.
Pixels resize_for_model(const Pixels& pixels, const Box& region, Size size, int threads,
                        const CancelToken& token);

// The whole of `pixels` as a region.
inline Box whole(const Pixels& pixels) {
  return {0, 0, pixels.width(), pixels.height()};
}

// The `region` as a model sees it: RGB (three bands) of `size`, squeezed, over mid-grey where it is
// transparent (grey is the models' zero, and neither a white nor a black subject vanishes on it).
Pixels squeeze_to_rgb(const Pixels& rgba, const Box& region, Size size, bool has_alpha, int threads,
                      const CancelToken& token);

}  // namespace bgcut::image
