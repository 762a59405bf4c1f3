// Runs the native matting alone, for bench/oracles/matting.mjs. Files are raw: bytes of 0..255, or
// floats (f32) of 0..1, row by row.
//
//   bgcut_oracle closed-form WIDTH HEIGHT RGB TRIMAP ALPHA.f32
//   bgcut_oracle foreground WIDTH HEIGHT RGB ALPHA.f32 FOREGROUND.f32
//
// The last file is written. A trimap has 0, 255 and, where alpha is wanted, 128.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/cancel.h"
#include "image/pixels.h"
#include "matte/closed_form.h"
#include "matte/foreground.h"

namespace {

using bgcut::Size;
namespace image = bgcut::image;
namespace matte = bgcut::matte;

constexpr int kThreads = 2;

template <typename T>
std::vector<T> read(const std::string& path, size_t count) {
  std::vector<T> values(count);
  std::ifstream file(path, std::ios::binary);
  const auto bytes = static_cast<std::streamsize>(count * sizeof(T));
  if (!file.read(reinterpret_cast<char*>(values.data()), bytes)) throw std::runtime_error(path);
  return values;
}

void write(const std::string& path, const std::vector<float>& values) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(float)));
  if (!file.flush()) throw std::runtime_error(path);
}

image::Pixels read_rgb(const std::string& path, Size size) {
  const auto bytes = read<uint8_t>(path, static_cast<size_t>(size.area()) * 3);
  auto* const data = static_cast<uint8_t*>(std::malloc(bytes.size()));
  if (data == nullptr) throw std::bad_alloc();
  std::copy(bytes.begin(), bytes.end(), data);
  return {image::Bytes(data, std::free), size, 3};
}

// PyMatting's settings, solved until nothing changes: no prior, so that only the colours speak.
std::vector<float> closed_form(const image::Pixels& rgb, const std::string& trimap_file) {
  const auto area = static_cast<size_t>(rgb.size().area());
  const auto bytes = read<uint8_t>(trimap_file, area);
  matte::Trimap trimap{std::vector<matte::Known>(area), rgb.size()};
  matte::Plane start{std::vector<float>(area), rgb.size()};
  const matte::Plane none{std::vector<float>(area), rgb.size()};
  for (size_t i = 0; i < area; ++i) {
    trimap.values[i] = bytes[i] == 0     ? matte::Known::kBackground
                       : bytes[i] == 255 ? matte::Known::kForeground
                                         : matte::Known::kUnknown;
    start.values[i] = static_cast<float>(bytes[i]) / 255.0F;
  }
  const matte::Effort effort{5000, 1e-7F, 1e-7F};
  const bgcut::CancelToken token;
  return matte::closed_form(rgb, trimap, start, {start, none}, effort, kThreads, token).values;
}

std::vector<float> foreground(const image::Pixels& rgb, const std::string& alpha_file) {
  const matte::Plane alpha{read<float>(alpha_file, static_cast<size_t>(rgb.size().area())),
                           rgb.size()};
  const matte::Layers layers = matte::estimate_layers(rgb, alpha, kThreads);
  return {layers.foreground.begin(), layers.foreground.end()};
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const std::vector<std::string> given(arguments + 1, arguments + count);
    if (given.size() != 6) throw std::invalid_argument("six arguments, please");
    const Size size{std::stoi(given[1]), std::stoi(given[2])};
    const image::Pixels rgb = read_rgb(given[3], size);
    write(given[5],
          given[0] == "foreground" ? foreground(rgb, given[4]) : closed_form(rgb, given[4]));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
