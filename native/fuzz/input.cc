#include "fuzz/input.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <utility>

namespace bgcut::fuzz {

namespace {

// A cheap generator (Numerical Recipes' LCG): a seed of one byte gives a texture of any size.
class Noise {
 public:
  explicit Noise(uint32_t seed) : state_(seed * 2654435761U + 1) {}
  uint8_t next() {
    state_ = state_ * 1664525U + 1013904223U;
    return static_cast<uint8_t>(state_ >> 24);
  }

 private:
  uint32_t state_;
};

}  // namespace

uint8_t Input::byte() {
  if (left_.empty()) return 0;
  const uint8_t last = left_.back();
  left_ = left_.first(left_.size() - 1);
  return last;
}

int Input::between(int least, int most) {
  const auto range = static_cast<uint32_t>(most - least);
  uint32_t value = byte();
  if (range > 0xFF) value = value << 8 | byte();
  if (range > 0xFFFF) value = value << 16 | static_cast<uint32_t>(byte()) << 8 | byte();
  return least + static_cast<int>(range == UINT32_MAX ? value : value % (range + 1));
}

double Input::any_number() {
  uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) bits = bits << 8 | byte();
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return std::isfinite(value) ? value : 0;
}

float Input::fraction(float least, float most) {
  return least + (most - least) * static_cast<float>(byte()) / 255.0F;
}

Size Input::size(int most) {
  Size size{between(1, most), between(1, most)};
  switch (byte() % 8) {
    case 1:
      size.width *= 10;
      break;
    case 2:
      size.height *= 10;
      break;
    default:
      break;
  }
  return size;
}

Box Input::box_inside(Size size) {
  const int left = between(0, size.width - 1);
  const int top = between(0, size.height - 1);
  return {left, top, between(1, size.width - left), between(1, size.height - top)};
}

image::Pixels Input::pixels(Size size, int bands) {
  const auto step = static_cast<size_t>(bands);
  const auto length = static_cast<size_t>(size.area()) * step;
  auto* const data = static_cast<uint8_t*>(std::calloc(length, 1));
  if (data == nullptr) throw std::bad_alloc();
  image::Pixels pixels{image::Bytes(data, std::free), size, bands};
  for (int shapes = between(0, 7); shapes > 0; --shapes) {
    const Box box = box_inside(size);
    const int kind = between(0, 3);
    const uint8_t values[4] = {byte(), byte(), byte(), byte()};
    Noise noise(values[0]);
    for (int y = box.top; y < box.top + box.height; ++y) {
      for (int x = box.left; x < box.left + box.width; ++x) {
        uint8_t* const pixel = pixels.row(y) + static_cast<size_t>(x) * step;
        for (size_t band = 0; band < step; ++band) {
          const int ramp = (x - box.left) * 255 / box.width;
          pixel[band] = kind == 0   ? noise.next()
                        : kind == 1 ? static_cast<uint8_t>(ramp ^ values[band])
                                    : values[band];
        }
        if (bands == 4 && kind == 2) pixel[3] = values[3] < 64 ? 0 : 255;
      }
    }
  }
  return pixels;
}

matte::Plane Input::plane(Size size) {
  const image::Pixels pixels = this->pixels(size, 3);
  matte::Plane plane{Floats(static_cast<size_t>(size.area())), size};
  for (size_t i = 0; i < plane.values.size(); ++i) {
    plane.values[i] = static_cast<float>(pixels.data()[3 * i]) / 255.0F;
  }
  return plane;
}

std::span<const uint8_t> Input::rest() {
  return std::exchange(left_, {});
}

}  // namespace bgcut::fuzz
