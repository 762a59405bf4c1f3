#include "image/loader.h"

#include <array>
#include <cstring>
#include <memory>

namespace bgcut::image {

namespace {

bool starts_with(std::span<const uint8_t> bytes, std::span<const uint8_t> magic, size_t at = 0) {
  return bytes.size() >= at + magic.size() &&
         std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
}

struct SourceUnref {
  void operator()(VipsSource* source) const { g_object_unref(source); }
};

}  // namespace

std::optional<InputFormat> sniff(std::span<const uint8_t> bytes) {
  constexpr std::array<uint8_t, 3> kJpeg{0xFF, 0xD8, 0xFF};
  constexpr std::array<uint8_t, 8> kPng{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  constexpr std::array<uint8_t, 4> kRiff{'R', 'I', 'F', 'F'};
  constexpr std::array<uint8_t, 4> kWebp{'W', 'E', 'B', 'P'};
  if (starts_with(bytes, kJpeg)) return InputFormat::kJpg;
  if (starts_with(bytes, kPng)) return InputFormat::kPng;
  if (starts_with(bytes, kRiff) && starts_with(bytes, kWebp, 8)) return InputFormat::kWebp;
  return std::nullopt;
}

SourceImage open_loader(std::span<const uint8_t> bytes, InputFormat format, int shrink,
                        double scale) {
  // A source (not a buffer) because libvips never caches source loaders.
  const std::unique_ptr<VipsSource, SourceUnref> source(
      vips_source_new_from_memory(bytes.data(), bytes.size()));
  if (source == nullptr) throw Error(Code::kFailedToReadImage, take_vips_error());
  Image image = apply(Code::kFailedToReadImage, [&](VipsImage** out) {
    switch (format) {
      case InputFormat::kJpg:
        return vips_jpegload_source(source.get(), out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                    VIPS_FAIL_ON_ERROR, "shrink", shrink, nullptr);
      case InputFormat::kPng:
        return vips_pngload_source(source.get(), out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                   VIPS_FAIL_ON_ERROR, nullptr);
      case InputFormat::kWebp:  // page 0 alone: the first frame of an animation
        return vips_webpload_source(source.get(), out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                    VIPS_FAIL_ON_ERROR, "scale", scale, "n", 1, nullptr);
    }
    return -1;
  });
  return SourceImage(std::move(image));
}

}  // namespace bgcut::image
