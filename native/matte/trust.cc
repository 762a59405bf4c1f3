#include "matte/trust.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "matte/box_mean.h"

namespace bgcut::matte {

namespace {

// What is averaged around a pixel: of the subject its share, its colour and the square of the
// colour's length, each times the share; the same of what is behind it; and where that is.
constexpr size_t kWeight = 0;
constexpr size_t kColour = 1;
constexpr size_t kSquare = 4;
constexpr size_t kOfLayer = 5;
constexpr size_t kNearBackground = 2 * kOfLayer;
constexpr size_t kMeans = 2 * kOfLayer + 1;

// Of a block of pixels: the mean colour, and the mean square of its length.
struct Block {
  std::array<float, 3> colour{};
  float square = 0;
};

Block block_at(const image::Pixels& rgb, int left, int top, int side) {
  Block block;
  const float share = 1.0F / static_cast<float>(side * side);
  for (int y = top; y < top + side; ++y) {
    const uint8_t* from = rgb.row(y) + static_cast<ptrdiff_t>(left) * 3;
    for (int x = 0; x < side; ++x) {
      for (float& mean : block.colour) {
        const float level = static_cast<float>(*from++) / 255.0F;
        mean += level * share;
        block.square += level * level * share;
      }
    }
  }
  return block;
}

void put(float* layer, float weight, const Block& block) {
  layer[kWeight] = weight;
  for (size_t band = 0; band < 3; ++band) layer[kColour + band] = weight * block.colour[band];
  layer[kSquare] = weight * block.square;
}

// The squared distance of the mean colours over the variances of both.
float separation(const float* front, const float* back) {
  constexpr float kLeastWeight = 1e-3F;
  constexpr float kLeastVariance = 1e-3F;  // 8 levels of 255
  const float own = front[kWeight] + kLeastWeight;
  const float other = back[kWeight] + kLeastWeight;
  float distance = 0;
  float own_variance = front[kSquare] / own;
  float other_variance = back[kSquare] / other;
  for (size_t band = 0; band < 3; ++band) {
    const float one = front[kColour + band] / own;
    const float two = back[kColour + band] / other;
    distance += (one - two) * (one - two);
    own_variance -= one * one;
    other_variance -= two * two;
  }
  return distance /
         (std::max(0.0F, own_variance) + std::max(0.0F, other_variance) + kLeastVariance);
}

}  // namespace

Plane sharpness_of(const Plane& mask, int threads) {
  constexpr float kReach = 14;
  constexpr float kSoft = 0.3F;  // change of the mask over its greyness, from the softest edge
  constexpr float kSharp = 0.7F;
  constexpr float kHardlyGrey = 0.01F;
  Plane sharpness{Floats(mask.values.size()), mask.size};
  const auto width = static_cast<size_t>(mask.size.width);
  const auto row_of = [&](int y) {
    return mask.values.data() + static_cast<size_t>(std::clamp(y, 0, mask.size.height - 1)) * width;
  };
  const auto change = [&](int y, float* room) {
    const float* const above = row_of(y - 1);
    const float* const here = row_of(y);
    const float* const below = row_of(y + 1);
    const auto at = [&](size_t x, size_t left, size_t right) {
      const float across = here[right] - here[left];
      const float along = below[x] - above[x];
      room[x] = std::sqrt(across * across + along * along) / 2;
    };
    const size_t last = width - 1;
    at(0, 0, std::min<size_t>(1, last));
    for (size_t x = 1; x < last; ++x) at(x, x - 1, x + 1);
    at(last, last - std::min<size_t>(1, last), last);
    return room;
  };
  const auto grey = [&](int y, float* room) {
    const float* const row = row_of(y);
    for (size_t x = 0; x < width; ++x) room[x] = 4 * row[x] * (1 - row[x]);
    return room;
  };
  const int reach = pixels_of(kReach, mask.size);
  box_means(mask.size, reach, threads, change, [&](int y, const float* means) {
    std::copy_n(means, width, sharpness.values.data() + static_cast<size_t>(y) * width);
  });
  box_means(mask.size, reach, threads, grey, [&](int y, const float* means) {
    float* const row = sharpness.values.data() + static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x) {
      row[x] = smooth_step(kSoft, kSharp, row[x] / (means[x] + kHardlyGrey));
    }
  });
  return sharpness;
}

Plane doubt_in(const image::Pixels& rgb, const Plane& mask, int threads) {
  constexpr int kLongest = 320;  // means over so wide an area don't need more
  constexpr float kReach = 40;
  constexpr float kBackground = 0.3F;
  constexpr float kFar = 0.05F;  // share of background around a pixel
  constexpr float kNear = 0.3F;
  constexpr float kAlike = 0.1F;  // separation
  constexpr float kApart = 1;
  const int side = std::max(1, std::max(rgb.width(), rgb.height()) / kLongest);
  const Size size{std::max(1, rgb.width() / side), std::max(1, rgb.height() / side)};
  const Plane small = resample(mask, size, threads);
  Plane doubt{Floats(small.values.size()), size};
  const auto width = static_cast<size_t>(size.width);
  const auto read = [&](int y, float* room) {
    const int block_side = std::min({side, rgb.width(), rgb.height()});
    for (size_t x = 0; x < width; ++x) {
      const float share = small.values[static_cast<size_t>(y) * width + x];
      const Block block = block_at(rgb, static_cast<int>(x) * side, y * side, block_side);
      float* const to = room + x * kMeans;
      put(to, share, block);
      put(to + kOfLayer, 1 - share, block);
      to[kNearBackground] = share < kBackground ? 1.0F : 0.0F;
    }
    return room;
  };
  box_means<kMeans>(size, pixels_of(kReach, size), threads, read, [&](int y, const float* means) {
    float* const row = doubt.values.data() + static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x, means += kMeans) {
      row[x] = smooth_step(kFar, kNear, means[kNearBackground]) *
               (1 - smooth_step(kAlike, kApart, separation(means, means + kOfLayer)));
    }
  });
  return resample(doubt, mask.size, threads);
}

Plane trust_in(const Plane& mask, const Plane& sharpness, const Plane& doubt, int threads) {
  constexpr float kSoftWeight = 0.002F;
  constexpr float kSharpWeight = 0.5F;
  constexpr float kDoubtWeight = 0.03F;
  constexpr float kLeast = 0.1F;  // of the soft weight, at a mask of one half
  Plane trust{Floats(mask.values.size()), mask.size};
  for_pixels(mask.size, threads, [&](size_t i) {
    const float sure = std::abs(2 * mask.values[i] - 1);
    const float sharp = sharpness.values[i];
    const float square = sure * sure;
    const float by_edge = (1 - sharp) * kSoftWeight * std::max(kLeast, square * square * square) +
                          sharp * kSharpWeight * square;
    trust.values[i] = std::max(by_edge, kDoubtWeight * square * doubt.values[i]);
  });
  return trust;
}

}  // namespace bgcut::matte
