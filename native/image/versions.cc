#include "image/versions.h"

#include "image/vips_image.h"

namespace bgcut::image {

std::string library_version() {
  ensure_vips();
  return vips_version_string();
}

}  // namespace bgcut::image
