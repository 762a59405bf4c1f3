#pragma once

#include <map>
#include <string>

namespace bgcut::image {

struct Versions {
  std::string library;                        // libvips
  std::map<std::string, std::string> codecs;  // format -> "available"; libvips tells no versions
};

// What decodes and encodes pictures in this process.
Versions versions();

}  // namespace bgcut::image
