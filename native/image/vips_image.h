// Private to native/image: ownership and error handling around libvips. No other folder includes
// it.
#pragma once

#include <vips/vips.h>

#include <string>
#include <utility>

#include "core/cancel.h"
#include "image/pixels.h"

namespace bgcut::image {

// libvips is initialised once per process, beside an app's own sharp, whose settings (cache,
// concurrency) are global and stay as they are.
void ensure_vips();

// The text of libvips' error buffer, which is emptied.
std::string take_vips_error();

// Owns one reference to a VipsImage.
class Image {
 public:
  Image() = default;
  explicit Image(VipsImage* owned) : image_(owned) {}
  Image(Image&& other) noexcept : image_(std::exchange(other.image_, nullptr)) {}
  Image& operator=(Image&& other) noexcept {
    std::swap(image_, other.image_);
    return *this;
  }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image() {
    if (image_ != nullptr) g_object_unref(image_);
  }
  VipsImage* get() const { return image_; }
  VipsImage* operator->() const { return image_; }

 private:
  VipsImage* image_ = nullptr;
};

// A picture read from the caller's memory or from our own. When it goes out of scope, whatever
// libvips' operation cache kept of it is dropped: the cache must not outlive the memory below it.
class SourceImage {
 public:
  explicit SourceImage(Image image) : image_(std::move(image)) {}
  SourceImage(SourceImage&&) = default;
  SourceImage& operator=(SourceImage&&) = delete;
  ~SourceImage() {
    if (image_.get() != nullptr) vips_image_invalidate_all(image_.get());
  }
  VipsImage* get() const { return image_.get(); }
  VipsImage* operator->() const { return image_.get(); }

 private:
  Image image_;
};

// Runs one libvips operation that writes its result to a VipsImage**; throws Error(code) with
// libvips' words as the private cause.
template <typename Operation>
Image apply(Code code, Operation&& operation) {
  VipsImage* out = nullptr;
  if (operation(&out) != 0) {
    if (out != nullptr) g_object_unref(out);
    throw Error(code, take_vips_error());
  }
  return Image(out);
}

// Views `pixels` as a VipsImage without copying; `pixels` must outlive it.
SourceImage view(const Pixels& pixels);

// Evaluates `image` into memory of its own, on at most `threads` threads, as far as there are CPUs
// to spare. Stops with the token's reason when that is cancelled; throws Error(code) when the
// evaluation fails.
Pixels evaluate(const Image& image, int threads, const CancelToken& token, Code code);

// Makes the evaluation of `image` stop when the token does and use at most `threads` threads.
void bind_evaluation(VipsImage* image, int threads, const CancelToken& token);

}  // namespace bgcut::image
