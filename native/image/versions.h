#pragma once

#include <string>

namespace bgcut::image {

// The version of the libvips that is in use, which may be an app's own of the same soname.
std::string library_version();

}  // namespace bgcut::image
