#include "image/picture.h"

#include "image/loader.h"

namespace bgcut::image {

const char* input_format_name(InputFormat format) {
  switch (format) {
    case InputFormat::kJpg:
      return "jpg";
    case InputFormat::kPng:
      return "png";
    case InputFormat::kWebp:
      return "webp";
  }
  return "";
}

Picture open_picture(std::span<const uint8_t> bytes, int64_t max_pixels) {
  ensure_vips();
  const auto format = sniff(bytes);
  if (!format) throw Error(Code::kInvalidFileType, "no JPEG, PNG or WebP signature");
  // The header is read from the caller's bytes: what is refused is never copied.
  const SourceImage image = [&] {
    try {
      return open_loader(bytes, *format);
    } catch (const Error& error) {
      throw Error(Code::kInvalidDimensions, error.what());
    }
  }();
  Size size{image->Xsize, image->Ysize};
  if (size.width < 1 || size.height < 1) {
    throw Error(Code::kInvalidDimensions, "the header gives no size");
  }
  if (size.area() > max_pixels) {
    throw Error(Code::kResolutionTooHigh,
                std::to_string(size.width) + "x" + std::to_string(size.height));
  }
  if (vips_image_get_orientation_swap(image.get()) != FALSE) std::swap(size.width, size.height);
  const bool has_alpha = vips_image_hasalpha(image.get()) != FALSE;
  return {{bytes.begin(), bytes.end()}, {*format, size, has_alpha}};
}

}  // namespace bgcut::image
