// Shared by the native tests.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "image/picture.h"
#include "image/pixels.h"
#include "segment/model.h"
#include "segment/runtime.h"

namespace bgcut::test {

inline std::vector<uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<uint8_t> read_fixture(const std::string& name) {
  return read_file(std::string(BGCUT_FIXTURES) + "/" + name);
}

inline image::Pixels make_pixels(Size size, int bands) {
  const auto length = static_cast<size_t>(size.area()) * static_cast<size_t>(bands);
  auto* const data = static_cast<uint8_t*>(std::calloc(length, 1));
  return {image::Bytes(data, std::free), size, bands};
}

inline constexpr int64_t kManyPixels = 50'000'000;

inline std::unique_ptr<image::Picture> open_fixture(const std::string& name) {
  return std::make_unique<image::Picture>(image::open_picture(read_fixture(name), kManyPixels));
}

// ONNX Runtime from its npm package, under the file name of this platform.
inline void load_runtime() {
  for (const char* name : {"libonnxruntime.so.1", "libonnxruntime.1.dylib", "onnxruntime.dll"}) {
    const auto path = std::filesystem::path(BGCUT_ORT_LIBRARY_DIR) / name;
    if (std::filesystem::exists(path)) segment::load_runtime(path.string());
  }
}

// The tiny model of test/fixtures/models: bright is foreground.
inline const segment::Contract& tiny_contract() {
  static const segment::Contract contract{"input",   {0, 0, 0},
                                          {1, 1, 1}, segment::BandOrder::kRgb,
                                          "output",  segment::Activation::kNone};
  return contract;
}

inline std::shared_ptr<segment::Session> open_tiny(const std::string& name = "models/tiny.onnx") {
  load_runtime();
  return segment::open_session(std::string(BGCUT_FIXTURES) + "/" + name, {.threads = 2},
                               tiny_contract());
}

}  // namespace bgcut::test
