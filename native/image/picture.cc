#include "image/picture.h"

#include <algorithm>
#include <span>

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

namespace {

// True when the size that the format has at a fixed place is there and isn't zero; JPEG has none.
bool states_size(std::span<const uint8_t> bytes, InputFormat format) {
  const auto any = [&](size_t at, size_t length) {
    if (bytes.size() < at + length) return false;
    return std::any_of(bytes.begin() + static_cast<ptrdiff_t>(at),
                       bytes.begin() + static_cast<ptrdiff_t>(at + length),
                       [](uint8_t byte) { return byte != 0; });
  };
  switch (format) {
    case InputFormat::kPng:  // IHDR: width, height
      return any(16, 4) && any(20, 4);
    case InputFormat::kWebp:  // the header of VP8, VP8L or VP8X
      return any(20, 10);
    case InputFormat::kJpg:
      return false;
  }
  return false;
}

// The pixels that a PNG claims in its header: loaders refuse extreme sizes without telling them.
int64_t claimed_pixels(std::span<const uint8_t> bytes, InputFormat format) {
  if (format != InputFormat::kPng || bytes.size() < 24) return 0;
  const auto read = [&](size_t at) {
    return static_cast<int64_t>(bytes[at] & 0x7F) << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 |
           bytes[at + 3];
  };
  return read(16) * read(20);
}

SourceImage open_header(std::span<const uint8_t> bytes, InputFormat format, int64_t max_pixels) {
  try {
    return open_loader(bytes, format);
  } catch (const Error& error) {
    if (claimed_pixels(bytes, format) > max_pixels) {
      throw Error(Code::kResolutionTooHigh, error.what());
    }
    // Some loaders need more than the header: then the picture is damaged, not without a size.
    throw Error(states_size(bytes, format) ? Code::kFailedToReadImage : Code::kInvalidDimensions,
                error.what());
  }
}

}  // namespace

Picture open_picture(std::vector<uint8_t> bytes, int64_t max_pixels) {
  ensure_vips();
  const auto format = sniff(bytes);
  if (!format) throw Error(Code::kInvalidFileType, "no JPEG, PNG or WebP signature");
  Header header{*format, {}, false};
  {
    const SourceImage image = open_header(bytes, *format, max_pixels);
    header.size = {image->Xsize, image->Ysize};
    if (header.size.width < 1 || header.size.height < 1) {
      throw Error(Code::kInvalidDimensions, "the header gives no size");
    }
    if (header.size.area() > max_pixels) {
      throw Error(Code::kResolutionTooHigh,
                  std::to_string(header.size.width) + "x" + std::to_string(header.size.height));
    }
    if (vips_image_get_orientation_swap(image.get()) != FALSE) {
      std::swap(header.size.width, header.size.height);
    }
    header.has_alpha = vips_image_hasalpha(image.get()) != FALSE;
  }
  return {std::move(bytes), header};
}

}  // namespace bgcut::image
