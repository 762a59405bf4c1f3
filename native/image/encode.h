// From pixels to the bytes of a result.
#pragma once

#include "core/cancel.h"
#include "image/pixels.h"

namespace bgcut::image {

// One encoded file. The bytes are freed with the deleter that comes with them.
struct Encoded {
  Bytes data = no_bytes();
  size_t length = 0;
};

// Which bands of RGBA pixels go into the file.
enum class Part { kRgba, kRgb, kAlpha };

// Encodes a part of `rgba` (four bands) with `encoder`, on one thread; a WebP with alpha on up to
// two of `threads`, after the colours of `rgba` under alpha 0 were made others. Alpha comes out as
// 8-bit grey. JPEG takes kRgb and kAlpha only: it is 4:2:0 for colour, baseline, or progressive
// where it is optimised. For format zip, kRgb is written as its color.jpg and kAlpha as its
// alpha.png. EXIF and the like are dropped; an sRGB profile and the pixel density are written where
// the input had any.
// `consume`: the last use of `rgba`, whose memory is given back while it is read; the encoders of
// large pictures need as much again.
// Throws kOutOfMemory, kInternalError, or the token's reason.
Encoded encode(Pixels& rgba, Part part, const Encoder& encoder, const Tags& tags, bool consume,
               int threads, const CancelToken& token);

}  // namespace bgcut::image
