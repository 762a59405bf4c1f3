#include "image/vips_image.h"

#include <mutex>

#include "core/cpus.h"

namespace bgcut::image {

void ensure_vips() {
  static std::once_flag once;
  static bool failed = false;
  std::call_once(once, [] { failed = VIPS_INIT("bgcut") != 0; });
  if (failed)
    throw Error(Code::kInternalError, "libvips can't be initialised: " + take_vips_error());
}

std::string take_vips_error() {
  std::string text = vips_error_buffer();
  vips_error_clear();
  return text;
}

SourceImage view(const Pixels& pixels) {
  VipsImage* image = vips_image_new_from_memory(pixels.data(), pixels.byte_length(), pixels.width(),
                                                pixels.height(), pixels.bands(), VIPS_FORMAT_UCHAR);
  if (image == nullptr) throw Error(Code::kOutOfMemory, take_vips_error());
  image->Type = VIPS_INTERPRETATION_sRGB;
  return SourceImage(Image(image));
}

namespace {

void stop_when_cancelled(VipsImage* image, VipsProgress*, const CancelToken* token) {
  if (token->stopped()) vips_image_set_kill(image, TRUE);
}

}  // namespace

void bind_evaluation(VipsImage* image, int threads, const CancelToken& token) {
  vips_image_set_int(image, VIPS_META_CONCURRENCY, threads);
  vips_image_set_progress(image, TRUE);
  g_signal_connect(image, "eval", G_CALLBACK(stop_when_cancelled),
                   const_cast<CancelToken*>(&token));
}

Pixels evaluate(const Image& image, int threads, const CancelToken& token, Code code) {
  // A copy of the header: the image itself may be shared with libvips' cache.
  const Image bound =
      apply(code, [&](VipsImage** out) { return vips_copy(image.get(), out, nullptr); });
  const SpareCpus spare(threads - 1);
  bind_evaluation(bound.get(), 1 + spare.count(), token);
  size_t length = 0;
  Bytes data(static_cast<uint8_t*>(vips_image_write_to_memory(bound.get(), &length)), g_free);
  if (data == nullptr) {
    token.check();
    throw Error(code, take_vips_error());
  }
  return {std::move(data), {bound->Xsize, bound->Ysize}, bound->Bands};
}

}  // namespace bgcut::image
