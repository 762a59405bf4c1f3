// One encoded picture as it came in: its bytes, and what its header says.
#pragma once

#include <cstdint>
#include <vector>

#include "core/plan.h"

namespace bgcut::image {

enum class InputFormat { kJpg, kPng, kWebp };

// "jpg", "png" or "webp".
const char* input_format_name(InputFormat format);

struct Header {
  InputFormat format;
  Size size;  // upright: after EXIF orientation
  bool has_alpha;
};

// Owns a copy of the caller's bytes, so that nothing the caller does to its buffer (writing,
// transferring it to another thread) can reach the decoder.
struct Picture {
  std::vector<uint8_t> bytes;
  Header header;
};

// Tells the format by content, reads the header and checks it; no pixel is decoded.
// `max_pixels`: the largest width x height allowed.
// Throws kInvalidFileType (not JPEG, PNG or WebP), kInvalidDimensions (the header can't be read or
// gives no size), kFailedToReadImage (damaged), kResolutionTooHigh.
Picture open_picture(std::vector<uint8_t> bytes, int64_t max_pixels);

}  // namespace bgcut::image
