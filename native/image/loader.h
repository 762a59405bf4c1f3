// Private to native/image: one libvips loader per format, chosen by content.
#pragma once

#include <optional>
#include <span>

#include "image/picture.h"
#include "image/vips_image.h"

namespace bgcut::image {

// JPEG, PNG or WebP by their first bytes; nothing for all else. Other loaders of libvips can't be
// reached, whatever the bytes claim.
std::optional<InputFormat> sniff(std::span<const uint8_t> bytes);

// Opens a sequential, uncached loader; the header is read, pixels are decoded on demand.
// `shrink`: JPEG only, decode at 1/1, 1/2, 1/4 or 1/8. `scale`: WebP only, decode scaled, (0, 1].
// The bytes must outlive the image. Throws kFailedToReadImage.
SourceImage open_loader(std::span<const uint8_t> bytes, InputFormat format, int shrink = 1,
                        double scale = 1);

}  // namespace bgcut::image
