#include "compose/background.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "image/decode.h"

namespace bgcut::compose {

namespace {

// One pixel over another, straight alpha both; the result goes to `top`.
inline void over(uint8_t* top, unsigned red, unsigned green, unsigned blue, unsigned alpha) {
  const unsigned cover = top[3] * 255U;  // of 255 * 255
  const unsigned under = alpha * (255U - top[3]);
  const unsigned total = cover + under;
  if (total == 0) return;
  const auto mix = [&](unsigned above, unsigned below) {
    return static_cast<uint8_t>((above * cover + below * under + total / 2) / total);
  };
  top[0] = mix(top[0], red);
  top[1] = mix(top[1], green);
  top[2] = mix(top[2], blue);
  top[3] = static_cast<uint8_t>((total + 127U) / 255U);
}

// The smallest size that covers `canvas` and has the aspect of `picture`.
Size cover_size(Size picture, Size canvas) {
  const double scale = std::max(static_cast<double>(canvas.width) / picture.width,
                                static_cast<double>(canvas.height) / picture.height);
  return {std::max(canvas.width, static_cast<int>(std::lround(picture.width * scale))),
          std::max(canvas.height, static_cast<int>(std::lround(picture.height * scale)))};
}

}  // namespace

void lay_over_colour(image::Pixels& rgba, const Colour& colour, int threads) {
  parallel_rows(threads, rgba.height(), [&](int begin, int end) {
    uint8_t* pixel = rgba.row(begin);
    const uint8_t* const stop = pixel + rgba.stride() * static_cast<size_t>(end - begin);
    for (; pixel != stop; pixel += 4) {
      if (pixel[3] == 255) continue;
      over(pixel, colour.red, colour.green, colour.blue, colour.alpha);
    }
  });
}

void lay_over_picture(image::Pixels& rgba, const image::Picture& picture, int threads,
                      const CancelToken& token) {
  const Size size = cover_size(picture.header.size, rgba.size());
  const auto decoded = [&] {
    try {
      return image::decode(picture, size, threads, token);
    } catch (const Error& error) {
      if (error.code() != Code::kFailedToReadImage) throw;
      throw Error(Code::kFailedToReadBackground, error.what());
    }
  }();
  const int left = (size.width - rgba.width()) / 2;
  const int top = (size.height - rgba.height()) / 2;
  parallel_rows(threads, rgba.height(), [&](int begin, int end) {
    for (int y = begin; y < end; ++y) {
      uint8_t* pixel = rgba.row(y);
      const uint8_t* below = decoded.pixels.row(top + y) + static_cast<ptrdiff_t>(left) * 4;
      for (int x = 0; x < rgba.width(); ++x, pixel += 4, below += 4) {
        if (pixel[3] != 255) over(pixel, below[0], below[1], below[2], below[3]);
      }
    }
  });
}

}  // namespace bgcut::compose
