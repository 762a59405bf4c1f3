#include "image/versions.h"

#include "image/vips_image.h"

namespace bgcut::image {

Versions versions() {
  ensure_vips();
  return {vips_version_string(), {}};
}

}  // namespace bgcut::image
