#include "image/decode.h"

#include <algorithm>
#include <cmath>

#include "image/average.h"
#include "image/colour.h"
#include "image/loader.h"

namespace bgcut::image {

namespace {

constexpr Code kCode = Code::kFailedToReadImage;

// Lanczos 3 to exactly `size`. Alpha weighting keeps the colour of transparent pixels out.
Image resample(const Image& image, Size size, bool weigh_by_alpha) {
  if (image->Xsize == size.width && image->Ysize == size.height) {
    return apply(kCode, [&](VipsImage** out) { return vips_copy(image.get(), out, nullptr); });
  }
  Image weighted;
  if (weigh_by_alpha) {
    weighted =
        apply(kCode, [&](VipsImage** out) { return vips_premultiply(image.get(), out, nullptr); });
  }
  const Image& input = weigh_by_alpha ? weighted : image;
  Image resized = apply(kCode, [&](VipsImage** out) {
    return vips_resize(input.get(), out, static_cast<double>(size.width) / input->Xsize, "vscale",
                       static_cast<double>(size.height) / input->Ysize, nullptr);
  });
  if (weigh_by_alpha) {
    resized = apply(
        kCode, [&](VipsImage** out) { return vips_unpremultiply(resized.get(), out, nullptr); });
    resized = apply(kCode, [&](VipsImage** out) {
      return vips_cast(resized.get(), out, VIPS_FORMAT_UCHAR, nullptr);
    });
  }
  if (resized->Xsize != size.width || resized->Ysize != size.height) {
    throw Error(Code::kInternalError, "resize missed its size");
  }
  return resized;
}

Image extract(VipsImage* image, const Box& region) {
  return apply(Code::kInternalError, [&](VipsImage** out) {
    return vips_extract_area(image, out, region.left, region.top, region.width, region.height,
                             nullptr);
  });
}

Image with_opaque_alpha(Image image) {
  if (image->Bands == 4) return image;
  return apply(
      kCode, [&](VipsImage** out) { return vips_bandjoin_const1(image.get(), out, 255, nullptr); });
}

SourceImage open_shrunk(const Picture& picture, Size stored) {
  const Size full = picture.header.size;
  // How many times smaller the wanted picture is; stored and full differ by a quarter turn at most.
  const double factor = std::min(std::max(full.width, full.height) /
                                     static_cast<double>(std::max(stored.width, stored.height)),
                                 std::min(full.width, full.height) /
                                     static_cast<double>(std::min(stored.width, stored.height)));
  switch (picture.header.format) {
    case InputFormat::kJpg: {
      int shrink = 1;
      while (shrink < 8 && shrink * 2 <= factor) shrink *= 2;
      return open_loader(picture.bytes, InputFormat::kJpg, shrink);
    }
    case InputFormat::kWebp:
      // libwebp scales by box averaging: leave the last factor of two to Lanczos.
      return open_loader(picture.bytes, InputFormat::kWebp, 1, factor > 2 ? 2 / factor : 1);
    case InputFormat::kPng:
      break;
  }
  return open_loader(picture.bytes, picture.header.format);
}

Tags read_tags(VipsImage* image) {
  Tags tags;
  tags.has_profile = vips_image_get_typeof(image, VIPS_META_ICC_NAME) != 0;
  tags.has_density = vips_image_get_typeof(image, VIPS_META_RESOLUTION_UNIT) != 0;
  tags.density_x = image->Xres;
  tags.density_y = image->Yres;
  return tags;
}

}  // namespace

Decoded decode(const Picture& picture, Size size, int threads, const CancelToken& token) {
  ensure_vips();
  const auto header = open_loader(picture.bytes, picture.header.format);
  const int orientation = vips_image_get_orientation(header.get());
  const bool turned = vips_image_get_orientation_swap(header.get()) != FALSE;
  const Tags tags = read_tags(header.get());
  const Size stored = turned ? Size{size.height, size.width} : size;

  const SourceImage source = open_shrunk(picture, stored);
  Image image =
      apply(kCode, [&](VipsImage** out) { return vips_copy(source.get(), out, nullptr); });
  image = to_srgb(image);
  image = resample(image, stored, picture.header.has_alpha && image->Bands == 4);
  if (orientation == 1) {
    return {evaluate(with_opaque_alpha(std::move(image)), threads, token, kCode), tags};
  }
  // Turning needs random access, which a sequential loader can't give: once through memory, with
  // three bands where there is no alpha, to keep the second copy small.
  const Pixels lying = evaluate(image, threads, token, kCode);
  const SourceImage lying_view = view(lying);
  vips_image_set_int(lying_view.get(), VIPS_META_ORIENTATION, orientation);
  Image upright =
      apply(kCode, [&](VipsImage** out) { return vips_autorot(lying_view.get(), out, nullptr); });
  return {evaluate(with_opaque_alpha(std::move(upright)), threads, token, kCode), tags};
}

Pixels resize(const Pixels& pixels, const Box& region, Size size, bool weigh_by_alpha, int threads,
              const CancelToken& token) {
  const SourceImage source = view(pixels);
  return evaluate(resample(extract(source.get(), region), size, weigh_by_alpha), threads, token,
                  Code::kInternalError);
}

Pixels resize_for_model(const Pixels& pixels, const Box& region, Size size, int threads,
                        const CancelToken& token) {
  const int factor =
      std::min({region.width / size.width, region.height / size.height, kLargestBlock});
  if (factor < 2) return resize(pixels, region, size, false, threads, token);
  const Pixels averaged = average_down(pixels, region, factor, threads);
  return resize(averaged, whole(averaged), size, false, threads, token);
}

Pixels squeeze_to_rgb(const Pixels& rgba, const Box& region, Size size, bool has_alpha, int threads,
                      const CancelToken& token) {
  const int factor = std::min(region.width / size.width, region.height / size.height);
  Pixels averaged;
  if (factor >= 2) averaged = average_down(rgba, region, factor, threads);
  const SourceImage source = view(factor >= 2 ? averaged : rgba);
  Image seen = extract(source.get(), factor >= 2 ? whole(averaged) : region);
  if (!has_alpha) {
    seen = apply(kCode, [&](VipsImage** out) {
      return vips_extract_band(seen.get(), out, 0, "n", 3, nullptr);
    });
  }
  Image rgb = resample(seen, size, false);
  if (has_alpha) {
    rgb = apply(kCode, [&](VipsImage** out) {
      double grey[] = {128, 128, 128};
      VipsArrayDouble* background = vips_array_double_new(grey, 3);
      const int status = vips_flatten(rgb.get(), out, "background", background, nullptr);
      vips_area_unref(VIPS_AREA(background));
      return status;
    });
  }
  return evaluate(rgb, threads, token, Code::kInternalError);
}

}  // namespace bgcut::image
