// Private to native/image: a WebP with alpha out of two files, of its colours and of its alpha,
// that libwebp makes side by side. By itself it makes them one after the other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "image/pixels.h"

namespace bgcut::image {

// Gives what nobody sees, the colours under alpha 0, values that cost few bytes and don't colour
// what is beside them: the mean of what is seen of the same 8 x 8 pixels, else those of the pixels
// before. `rgba`: four bands. The same for any number of threads.
void fill_hidden_colour(Pixels& rgba, int threads);

// Whether any pixel of `rgba` (four bands) is not opaque.
bool has_alpha(const Pixels& rgba, int threads);

// The alpha of `rgba` (four bands), as one band, less what the gradient predicts of each (RFC 9649,
// 2.7.1.2, filtering method 3): modulo 256.
Pixels filter_alpha(const Pixels& rgba, int threads);

// `colour`: a lossy WebP without alpha, with a colour profile or without; `alpha`: a lossless WebP
// of filter_alpha() as grey. The bytes of one WebP of `size` with both. Throws kInternalError where
// they are not such files.
std::vector<uint8_t> join_webp(std::span<const uint8_t> colour, std::span<const uint8_t> alpha,
                               Size size);

}  // namespace bgcut::image
