#include "image/encode.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "core/parallel.h"
#include "image/read_once.h"
#include "image/vips_image.h"
#include "image/webp.h"

namespace bgcut::image {

namespace {

constexpr Code kCode = Code::kInternalError;

int filter_flags(PngFilter filter) {
  switch (filter) {
    case PngFilter::kNone:
      return VIPS_FOREIGN_PNG_FILTER_NONE;
    case PngFilter::kSub:
      return VIPS_FOREIGN_PNG_FILTER_SUB;
    case PngFilter::kUp:
      return VIPS_FOREIGN_PNG_FILTER_UP;
    case PngFilter::kAll:
      return VIPS_FOREIGN_PNG_FILTER_ALL;
  }
  return VIPS_FOREIGN_PNG_FILTER_NONE;
}

// The bands of one part, with the density that the file is to carry.
Image select(VipsImage* rgba, Part part, const Tags& tags) {
  const Image bands = apply(kCode, [&](VipsImage** out) {
    switch (part) {
      case Part::kRgba:
        return vips_copy(rgba, out, nullptr);
      case Part::kRgb:
        return vips_extract_band(rgba, out, 0, "n", 3, nullptr);
      case Part::kAlpha:
        return vips_extract_band(rgba, out, 3, nullptr);
    }
    return -1;
  });
  const auto interpretation =
      part == Part::kAlpha ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
  constexpr double kScreen = 72 / 25.4;  // what a picture without a density is taken for
  const double xres = tags.has_density ? tags.density_x : kScreen;
  const double yres = tags.has_density ? tags.density_y : kScreen;
  return apply(kCode, [&](VipsImage** out) {
    return vips_copy(bands.get(), out, "interpretation", interpretation, "xres", xres, "yres", yres,
                     nullptr);
  });
}

// The file format of one part: the two parts of a zip are a JPEG and a PNG.
Format file_format(const Encoder& encoder, Part part) {
  if (encoder.format != Format::kZip) return encoder.format;
  return part == Part::kAlpha ? Format::kPng : Format::kJpg;
}

int save(VipsImage* image, Format format, const Encoder& encoder, const char* profile, void** data,
         size_t* length) {
  // A null profile ends the argument list early, which is just what is wanted without one.
  const char* profile_key = profile != nullptr ? "profile" : nullptr;
  const gboolean optimize = encoder.optimize ? TRUE : FALSE;
  switch (format) {
    case Format::kPng:
      return vips_pngsave_buffer(image, data, length, "compression", encoder.compression, "filter",
                                 filter_flags(encoder.filter), "keep", VIPS_FOREIGN_KEEP_NONE,
                                 profile_key, profile, nullptr);
    case Format::kJpg:
      return vips_jpegsave_buffer(image, data, length, "Q", encoder.quality, "subsample_mode",
                                  VIPS_FOREIGN_SUBSAMPLE_ON, "optimize_coding", optimize,
                                  "interlace", optimize, "trellis_quant", optimize,
                                  "optimize_scans", optimize, "keep", VIPS_FOREIGN_KEEP_NONE,
                                  profile_key, profile, nullptr);
    case Format::kWebp:
      return vips_webpsave_buffer(image, data, length, "Q", encoder.quality, "alpha_q", 100,
                                  "effort", encoder.effort, "keep", VIPS_FOREIGN_KEEP_NONE,
                                  profile_key, profile, nullptr);
    case Format::kZip:
      break;
  }
  return -1;
}

// Without metadata libvips writes no JFIF header, and with it the density is lost: it is put in
// here, right after the start of the image, as JFIF 1.02 has it (dots per inch).
Encoded with_jfif_density(Encoded jpeg, const Tags& tags) {
  constexpr size_t kStart = 2;
  constexpr size_t kSegment = 18;
  const auto high = [](double value) { return static_cast<uint8_t>(std::lround(value) >> 8); };
  const auto low = [](double value) { return static_cast<uint8_t>(std::lround(value)); };
  const double x = std::clamp(tags.density_x * 25.4, 1.0, 65535.0);
  const double y = std::clamp(tags.density_y * 25.4, 1.0, 65535.0);
  const std::array<uint8_t, kSegment> segment{
      0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 2, 1, high(x), low(x), high(y), low(y), 0, 0};
  Encoded result{{static_cast<uint8_t*>(g_malloc(jpeg.length + kSegment)), g_free},
                 jpeg.length + kSegment};
  uint8_t* const data = result.data.get();
  std::copy_n(jpeg.data.get(), kStart, data);
  std::copy(segment.begin(), segment.end(), data + kStart);
  std::copy_n(jpeg.data.get() + kStart, jpeg.length - kStart, data + kStart + kSegment);
  return result;
}

// Encodes of `pixels` what `select` makes of them, as `save` does.
template <class Select, class Save>
Encoded encode_with(Pixels& pixels, bool consume, const CancelToken& token, const Select& select,
                    const Save& save) {
  std::optional<ReadOnce> consumed;
  std::optional<SourceImage> kept;
  if (consume) {
    consumed.emplace(pixels);
  } else {
    kept.emplace(view(pixels));
  }
  const Image image = select(consume ? consumed->image() : kept->get());
  // The saver compresses on one thread while another hands it rows, which is little work.
  bind_evaluation(image.get(), 1, token);
  void* data = nullptr;
  size_t length = 0;
  const int status = save(image.get(), &data, &length);
  Encoded encoded{{static_cast<uint8_t*>(data), g_free}, length};
  if (status != 0) {
    const std::string cause = take_vips_error();
    token.check();
    throw Error(kCode, cause);
  }
  return encoded;
}

Encoded encode_part(Pixels& rgba, Part part, const Encoder& encoder, const Tags& tags, bool consume,
                    const CancelToken& token) {
  const char* profile = tags.has_profile && part != Part::kAlpha ? "srgb" : nullptr;
  return encode_with(
      rgba, consume, token, [&](VipsImage* image) { return select(image, part, tags); },
      [&](VipsImage* image, void** data, size_t* length) {
        return save(image, file_format(encoder, part), encoder, profile, data, length);
      });
}

// The colours on one thread, the alpha on another: each takes libwebp about as long.
Encoded encode_webp(Pixels& rgba, const Encoder& encoder, const Tags& tags, bool consume,
                    int threads, const CancelToken& token) {
  if (!has_alpha(rgba, threads)) {
    return encode_part(rgba, Part::kRgb, encoder, tags, consume, token);
  }
  Pixels filtered = filter_alpha(rgba, threads);
  fill_hidden_colour(rgba, threads);
  Encoded colour;
  Encoded alpha;
  parallel_bands(std::min(threads, 2), 2, [&](int begin, int end) {
    if (begin == 0) colour = encode_part(rgba, Part::kRgb, encoder, tags, consume, token);
    if (end < 2) return;
    constexpr int kQuality = 8;  // for each step of effort: what libwebp itself takes for alpha
    alpha = encode_with(
        filtered, true, token,
        [](VipsImage* image) {
          return apply(kCode, [&](VipsImage** out) {
            return vips_copy(image, out, "interpretation", VIPS_INTERPRETATION_B_W, nullptr);
          });
        },
        [&](VipsImage* image, void** data, size_t* length) {
          return vips_webpsave_buffer(image, data, length, "lossless", TRUE, "Q",
                                      kQuality * encoder.effort, "effort", encoder.effort, "keep",
                                      VIPS_FOREIGN_KEEP_NONE, nullptr);
        });
  });
  const auto joined =
      join_webp({colour.data.get(), colour.length}, {alpha.data.get(), alpha.length}, rgba.size());
  Encoded result{{static_cast<uint8_t*>(g_malloc(joined.size())), g_free}, joined.size()};
  std::copy(joined.begin(), joined.end(), result.data.get());
  return result;
}

}  // namespace

Encoded encode(Pixels& rgba, Part part, const Encoder& encoder, const Tags& tags, bool consume,
               int threads, const CancelToken& token) {
  ensure_vips();
  if (encoder.format == Format::kWebp && part == Part::kRgba) {
    return encode_webp(rgba, encoder, tags, consume, threads, token);
  }
  Encoded encoded = encode_part(rgba, part, encoder, tags, consume, token);
  if (file_format(encoder, part) != Format::kJpg || !tags.has_density) return encoded;
  return with_jfif_density(std::move(encoded), tags);
}

}  // namespace bgcut::image
