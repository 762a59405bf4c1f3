// Any bytes as a picture, up to its header: a header within the limits, or one of four errors.
#include "fuzz/input.h"
#include "fuzz/targets.h"
#include "image/picture.h"

namespace bgcut::fuzz {

void header(std::span<const uint8_t> bytes) {
  constexpr int64_t kMaxPixels = 50'000'000;
  try {
    const image::Picture picture = image::open_picture({bytes.begin(), bytes.end()}, kMaxPixels);
    const Size size = picture.header.size;
    require(size.width >= 1 && size.height >= 1, "a header has a size");
    require(size.area() <= kMaxPixels, "a header keeps to the limit");
    require(picture.bytes.size() == bytes.size(), "a picture has all its bytes");
  } catch (const Error& error) {
    switch (error.code()) {
      case Code::kInvalidFileType:
      case Code::kInvalidDimensions:
      case Code::kFailedToReadImage:
      case Code::kResolutionTooHigh:
        return;
      default:
        require(false, error.what());
    }
  }
}

}  // namespace bgcut::fuzz
