#include "image/colour.h"

#include <cstring>
#include <string_view>

namespace bgcut::image {

namespace {

uint32_t read_u32(const uint8_t* at) {
  return static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 |
         static_cast<uint32_t>(at[2]) << 8 | at[3];
}

// True when the profile's own description starts with "sRGB" (ICC.1:2010, tag 'desc' as
// textDescriptionType or multiLocalizedUnicodeType): the transform would change nothing but cost
// as much as decoding.
bool describes_srgb(const uint8_t* profile, size_t length) {
  constexpr size_t kHeader = 128;
  if (length < kHeader + 4) return false;
  if (std::memcmp(profile + 16, "RGB ", 4) != 0) return false;
  const size_t tags = read_u32(profile + kHeader);
  for (size_t i = 0; i < tags && i < 64; ++i) {
    const size_t entry = kHeader + 4 + i * 12;
    if (entry + 12 > length) return false;
    if (std::memcmp(profile + entry, "desc", 4) != 0) continue;
    const size_t offset = read_u32(profile + entry + 4);
    constexpr size_t kLongest = 40;  // both types hold their first characters within this
    if (offset > length || length - offset < kLongest) return false;
    const uint8_t* tag = profile + offset;
    if (std::memcmp(tag, "desc", 4) == 0) return std::memcmp(tag + 12, "sRGB", 4) == 0;
    if (std::memcmp(tag, "mluc", 4) == 0) {
      const size_t text = read_u32(tag + 24);
      if (text > length - offset || length - offset - text < 8) return false;
      constexpr char kUtf16[] = "\0s\0R\0G\0B";
      return std::memcmp(tag + text, kUtf16, 8) == 0;
    }
    return false;
  }
  return false;
}

bool needs_transform(VipsImage* image) {
  // Without a profile of its own, CMYK is read through libvips' built-in one.
  if (image->Type == VIPS_INTERPRETATION_CMYK) return true;
  const void* profile = nullptr;
  size_t length = 0;
  if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) == 0) return false;
  if (vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &length) != 0) {
    vips_error_clear();
    return false;
  }
  // libvips has already turned palette and CMYK data into what Type says.
  return !describes_srgb(static_cast<const uint8_t*>(profile), length);
}

}  // namespace

Image to_srgb(const Image& image) {
  constexpr Code kCode = Code::kFailedToReadImage;
  const auto copied = [&](VipsImage* from) {
    return apply(kCode, [&](VipsImage** out) { return vips_copy(from, out, nullptr); });
  };
  Image colour;
  if (needs_transform(image.get())) {
    VipsImage* out = nullptr;
    // The input profile is what libvips falls back to where none is embedded.
    const char* const fallback = image->Type == VIPS_INTERPRETATION_CMYK ? "cmyk" : "srgb";
    if (vips_icc_transform(image.get(), &out, "srgb", "embedded", TRUE, "input_profile", fallback,
                           "intent", VIPS_INTENT_PERCEPTUAL, "depth", 8, nullptr) == 0) {
      colour = Image(out);
    } else {
      vips_error_clear();
    }
  }
  if (colour.get() == nullptr) colour = copied(image.get());
  if (colour->Type != VIPS_INTERPRETATION_sRGB) {
    colour = apply(kCode, [&](VipsImage** out) {
      return vips_colourspace(colour.get(), out, VIPS_INTERPRETATION_sRGB, nullptr);
    });
  }
  if (colour->BandFmt != VIPS_FORMAT_UCHAR) {
    colour = apply(kCode, [&](VipsImage** out) {
      return vips_cast(colour.get(), out, VIPS_FORMAT_UCHAR, nullptr);
    });
  }
  if (colour->Bands > 4) {
    colour = apply(kCode, [&](VipsImage** out) {
      return vips_extract_band(colour.get(), out, 0, "n", 4, nullptr);
    });
  }
  if (colour->Bands < 3) throw Error(kCode, "unexpected number of bands");
  return colour;
}

}  // namespace bgcut::image
