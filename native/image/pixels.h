// The one buffer of pixels that a request works on.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>

#include "core/plan.h"

namespace bgcut::image {

// Bytes from an allocator with its own way to free (libvips hands out g_malloc memory).
using Bytes = std::unique_ptr<uint8_t[], void (*)(void*)>;

inline Bytes no_bytes() {
  return {nullptr, std::free};
}

// 8-bit sRGB pixels, interleaved, rows without padding, owned.
// Four bands: R, G, B, A with straight (not premultiplied) alpha. Three bands: R, G, B.
class Pixels {
 public:
  Pixels() = default;
  Pixels(Bytes data, Size size, int bands) : data_(std::move(data)), size_(size), bands_(bands) {}

  Size size() const { return size_; }
  int width() const { return size_.width; }
  int height() const { return size_.height; }
  int bands() const { return bands_; }
  size_t stride() const { return static_cast<size_t>(size_.width) * static_cast<size_t>(bands_); }
  size_t byte_length() const { return stride() * static_cast<size_t>(size_.height); }
  uint8_t* data() { return data_.get(); }
  const uint8_t* data() const { return data_.get(); }
  uint8_t* row(int y) { return data_.get() + stride() * static_cast<size_t>(y); }
  const uint8_t* row(int y) const { return data_.get() + stride() * static_cast<size_t>(y); }

  // Gives the memory of the first `rows` rows back to the system; they must not be read again.
  // Does nothing where the platform can't.
  void discard_rows_before(int rows);

 private:
  Bytes data_ = no_bytes();
  Size size_;
  int bands_ = 0;
  size_t discarded_ = 0;  // bytes that are gone, from the first whole page on
};

// Pixels whose values are not set yet. Throws std::bad_alloc.
Pixels new_pixels(Size size, int bands);

// RGBA pixels that are all transparent black. Throws std::bad_alloc.
Pixels transparent_pixels(Size size);

// What the header and the metadata of a picture say that the result has to carry on.
struct Tags {
  bool has_profile = false;  // an ICC profile was there: the result gets the sRGB profile
  bool has_density = false;  // a pixel density was there
  double density_x = 0;      // pixels per millimetre
  double density_y = 0;
};

}  // namespace bgcut::image
