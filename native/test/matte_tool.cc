// The matting algorithms by themselves, for comparing them with another implementation on the same
// input (not a test):
//   matte_tool alpha PICTURE TRIMAP OUT        closed-form matting, to convergence; the trimap is
//                                              white, black and grey
//   matte_tool foreground PICTURE ALPHA OUT    colours of the foreground
// PICTURE, TRIMAP and ALPHA are PNG, JPEG or WebP of the same size. OUT is a PFM: floats of 0..1,
// one or three for each pixel, rows from the bottom up.
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "image/decode.h"
#include "image/picture.h"
#include "matte/closed_form.h"
#include "matte/foreground.h"

namespace bgcut {
namespace {

constexpr int kThreads = 2;

image::Pixels read_rgb(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(Code::kFailedToReadImage, "can't read " + path);
  const CancelToken token;
  const image::Picture picture =
      image::open_picture({std::istreambuf_iterator<char>(file), {}}, 50'000'000);
  const Size size = picture.header.size;
  const image::Pixels rgba = image::decode(picture, size, kThreads, token).pixels;
  return image::squeeze_to_rgb(rgba, image::whole(rgba), size, picture.header.has_alpha, kThreads,
                               token);
}

matte::Plane read_grey(const std::string& path) {
  const image::Pixels rgb = read_rgb(path);
  matte::Plane plane{std::vector<float>(static_cast<size_t>(rgb.size().area())), rgb.size()};
  for (size_t i = 0; i < plane.values.size(); ++i) {
    plane.values[i] = static_cast<float>(rgb.data()[3 * i]) / 255.0F;
  }
  return plane;
}

void write_pfm(const std::string& path, const std::vector<float>& values, Size size) {
  const size_t row = values.size() / static_cast<size_t>(size.height);
  std::ofstream file(path, std::ios::binary);
  file << (row == static_cast<size_t>(size.width) ? "Pf" : "PF") << '\n'
       << size.width << ' ' << size.height << "\n-1.0\n";
  for (int y = size.height - 1; y >= 0; --y) {
    file.write(reinterpret_cast<const char*>(values.data() + row * static_cast<size_t>(y)),
               static_cast<std::streamsize>(row * sizeof(float)));
  }
}

std::vector<float> alpha_of(const image::Pixels& rgb, const matte::Plane& grey) {
  // Levin's own epsilon, no prior, and as many iterations as it takes.
  const matte::Effort effort{5000, 1e-6F, 1e-7F};
  matte::Trimap trimap{{}, grey.size};
  for (const float value : grey.values) {
    trimap.values.push_back(value >= 0.9F   ? matte::Known::kForeground
                            : value <= 0.1F ? matte::Known::kBackground
                                            : matte::Known::kUnknown);
  }
  const matte::Plane nothing{std::vector<float>(grey.values.size()), grey.size};
  return matte::closed_form(rgb, trimap, nothing, {nothing, nothing}, effort, kThreads, {}).values;
}

}  // namespace
}  // namespace bgcut

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  if (given.size() != 4 || (given[0] != "alpha" && given[0] != "foreground")) {
    std::fputs("matte_tool alpha PICTURE TRIMAP OUT | foreground PICTURE ALPHA OUT\n", stderr);
    return 2;
  }
  try {
    const bgcut::image::Pixels rgb = bgcut::read_rgb(given[1]);
    const bgcut::matte::Plane grey = bgcut::read_grey(given[2]);
    if (grey.size != rgb.size()) {
      std::fputs("The two pictures must have the same size.\n", stderr);
      return 1;
    }
    bgcut::write_pfm(given[3],
                     given[0] == "alpha" ? bgcut::alpha_of(rgb, grey)
                                         : bgcut::matte::estimate_layers(rgb, grey).foreground,
                     rgb.size());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
