#include "image/read_once.h"

#include <cstring>

namespace bgcut::image {

namespace {

Image describe(const Pixels& pixels) {
  Image image(vips_image_new());
  if (image.get() == nullptr) throw Error(Code::kOutOfMemory, take_vips_error());
  vips_image_init_fields(image.get(), pixels.width(), pixels.height(), pixels.bands(),
                         VIPS_FORMAT_UCHAR, VIPS_CODING_NONE, VIPS_INTERPRETATION_sRGB, 1, 1);
  return image;
}

}  // namespace

ReadOnce::ReadOnce(Pixels& pixels)
    : pixels_(pixels),
      unread_(static_cast<size_t>(pixels.height()), pixels.width()),
      image_(describe(pixels)) {
  // Strips as wide as the picture: savers write whole rows.
  if (vips_image_pipelinev(image(), VIPS_DEMAND_STYLE_FATSTRIP, nullptr) != 0 ||
      vips_image_generate(image(), nullptr, copy_out, nullptr, this, nullptr) != 0) {
    throw Error(Code::kOutOfMemory, take_vips_error());
  }
}

int ReadOnce::copy_out(VipsRegion* out, void*, void* self, void*, gboolean*) {
  auto& reader = *static_cast<ReadOnce*>(self);
  const VipsRect& area = out->valid;
  const auto bands = static_cast<size_t>(reader.pixels_.bands());
  const size_t skipped = static_cast<size_t>(area.left) * bands;
  const size_t bytes = static_cast<size_t>(area.width) * bands;
  for (int y = area.top; y < area.top + area.height; ++y) {
    std::memcpy(VIPS_REGION_ADDR(out, area.left, y), reader.pixels_.row(y) + skipped, bytes);
  }
  reader.count(area);
  return 0;
}

void ReadOnce::count(const VipsRect& area) {
  const std::lock_guard lock(mutex_);
  for (int y = area.top; y < area.top + area.height; ++y) {
    unread_[static_cast<size_t>(y)] -= area.width;
  }
  while (discarded_ < pixels_.height() && unread_[static_cast<size_t>(discarded_)] <= 0) {
    ++discarded_;
  }
  pixels_.discard_rows_before(discarded_);
}

}  // namespace bgcut::image
