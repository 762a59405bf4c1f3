// Any bytes as a picture, decoded to a size, turned upright, and brought to what a model is shown:
// pixels of just that size, or the error for a damaged picture.
#include "image/decode.h"

#include <algorithm>
#include <cmath>

#include "fuzz/input.h"
#include "fuzz/targets.h"

namespace bgcut::fuzz {

namespace {

void require_size(const image::Pixels& pixels, Size size, int bands) {
  require(pixels.size() == size && pixels.bands() == bands, "pixels have the size asked for");
  // Reads every byte: the sanitizer tells where there is none.
  uint32_t sum = 0;
  for (size_t i = 0; i < pixels.byte_length(); ++i) sum += pixels.data()[i];
  require(pixels.byte_length() > 0 && sum <= 255 * pixels.byte_length(), "pixels are there");
}

void decode_to(const image::Picture& picture, Input& input) {
  const Size full = picture.header.size;
  // Never larger than the picture, as a plan has it.
  const Size size{input.flag() ? full.width : input.between(1, full.width),
                  input.flag() ? full.height : input.between(1, full.height)};
  const int threads = input.between(1, 2);
  const CancelToken token;
  const image::Decoded decoded = image::decode(picture, size, threads, token);
  require_size(decoded.pixels, size, 4);
  require(std::isfinite(decoded.tags.density_x) && std::isfinite(decoded.tags.density_y),
          "a density is a number");
  if (!picture.header.has_alpha) {
    for (size_t i = 3; i < decoded.pixels.byte_length(); i += 4) {
      require(decoded.pixels.data()[i] == 255, "what has no alpha is opaque");
    }
  }
  const Box region = input.box_inside(size);
  const Size shown{input.between(1, 64), input.between(1, 64)};
  require_size(image::squeeze_to_rgb(decoded.pixels, region, shown, picture.header.has_alpha,
                                     threads, token),
               shown, 3);
  const Size frame{input.between(1, 300), input.between(1, 300)};
  require_size(
      image::resize(decoded.pixels, region, frame, picture.header.has_alpha, threads, token), frame,
      4);
}

}  // namespace

void decode(std::span<const uint8_t> bytes) {
  constexpr size_t kOptions = 24;  // what is left of them is no picture
  constexpr int64_t kMaxPixels = 1'000'000;
  Input input(bytes.last(std::min(bytes.size(), kOptions)));
  const auto file = bytes.first(bytes.size() - std::min(bytes.size(), kOptions));
  image::Picture picture;
  try {
    picture = image::open_picture({file.begin(), file.end()}, kMaxPixels);
  } catch (const Error&) {
    return;  // the header's own target looks at these
  }
  try {
    decode_to(picture, input);
  } catch (const Error& error) {
    require(error.code() == Code::kFailedToReadImage, error.what());
  }
}

}  // namespace bgcut::fuzz
