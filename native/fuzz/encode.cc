// Pixels of any size to every format: a file that opens, of that size, and that decodes to the same
// pixels where the format keeps them.
#include "image/encode.h"

#include <cstring>

#include "fuzz/input.h"
#include "fuzz/targets.h"
#include "image/decode.h"
#include "image/picture.h"

namespace bgcut::fuzz {

namespace {

Encoder any_encoder(Input& input) {
  Encoder encoder;
  encoder.format = static_cast<Format>(input.between(0, 3));
  encoder.quality = input.between(1, 100);
  encoder.compression = input.between(0, 9);
  encoder.effort = input.between(0, 6);
  encoder.filter = static_cast<PngFilter>(input.between(0, 3));
  return encoder;
}

// A WebP keeps alpha, a PNG every pixel.
void require_same_alpha(const image::Picture& picture, const image::Pixels& rgba) {
  const CancelToken token;
  const image::Decoded decoded = image::decode(picture, rgba.size(), 1, token);
  for (size_t i = 3; i < rgba.byte_length(); i += 4) {
    require(decoded.pixels.data()[i] == rgba.data()[i], "a WebP keeps alpha");
  }
}

void require_same(const image::Picture& picture, const image::Pixels& rgba, image::Part part) {
  const CancelToken token;
  const image::Decoded decoded = image::decode(picture, rgba.size(), 1, token);
  for (size_t i = 0; i < rgba.byte_length(); i += 4) {
    const uint8_t* const was = rgba.data() + i;
    const uint8_t* const is = decoded.pixels.data() + i;
    if (part == image::Part::kAlpha) {
      require(is[0] == was[3] && is[1] == was[3] && is[3] == 255, "a PNG keeps alpha as grey");
    } else {
      const size_t bands = part == image::Part::kRgba ? 4 : 3;
      require(std::memcmp(is, was, bands) == 0, "a PNG keeps every pixel");
    }
  }
}

}  // namespace

void encode(std::span<const uint8_t> bytes) {
  Input input(bytes);
  const Encoder encoder = any_encoder(input);
  auto part = static_cast<image::Part>(input.between(0, 2));
  const bool jpg = encoder.format == Format::kJpg ||
                   (encoder.format == Format::kZip && part != image::Part::kAlpha);
  if (jpg && part == image::Part::kRgba) part = image::Part::kRgb;
  image::Tags tags;
  tags.has_profile = input.flag();
  tags.has_density = input.flag();
  tags.density_x = input.any_number();
  tags.density_y = input.any_number();
  const bool consume = input.flag();
  image::Pixels rgba = input.pixels(input.size(160), 4);
  const Size size = rgba.size();

  const CancelToken token;
  const image::Encoded encoded = image::encode(rgba, part, encoder, tags, consume, 2, token);
  const uint8_t* const data = encoded.data.get();
  const image::Picture picture = image::open_picture({data, data + encoded.length}, size.area());
  require(picture.header.size == size, "a file has the size of its pixels");
  const bool png = encoder.format == Format::kPng ||
                   (encoder.format == Format::kZip && part == image::Part::kAlpha);
  const auto format = jpg   ? image::InputFormat::kJpg
                      : png ? image::InputFormat::kPng
                            : image::InputFormat::kWebp;
  require(picture.header.format == format, "a file is of its format");
  if (png && !tags.has_profile) require_same(picture, rgba, part);
  const bool webp = encoder.format == Format::kWebp;
  if (webp && part == image::Part::kRgba && !consume) require_same_alpha(picture, rgba);
}

}  // namespace bgcut::fuzz
