#include "matte/trust.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/parallel.h"

namespace bgcut::matte {

namespace {

// Sums of colour of one of the two layers around a pixel, each pixel with its weight.
struct Layer {
  Plane weight;
  std::array<Plane, 3> colour;
  Plane square;  // of the colour's length

  explicit Layer(Size size) : weight(empty(size)), colour{weight, weight, weight}, square(weight) {}

  void average(int reach, int threads) {
    for (Plane* plane : {&weight, colour.data(), &colour[1], &colour[2], &square}) {
      *plane = box_mean(*plane, reach, threads);
    }
  }

  static Plane empty(Size size) {
    return {std::vector<float>(static_cast<size_t>(size.area())), size};
  }
};

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

// The squared distance of the mean colours over the variances of both.
float separation(const Layer& front, const Layer& back, size_t i) {
  constexpr float kLeastWeight = 1e-3F;
  constexpr float kLeastVariance = 1e-3F;  // 8 levels of 255
  const float own = front.weight.values[i] + kLeastWeight;
  const float other = back.weight.values[i] + kLeastWeight;
  float distance = 0;
  float own_variance = front.square.values[i] / own;
  float other_variance = back.square.values[i] / other;
  for (size_t band = 0; band < 3; ++band) {
    const float one = front.colour[band].values[i] / own;
    const float two = back.colour[band].values[i] / other;
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
  const auto [width, height] = mask.size;
  Plane change{std::vector<float>(mask.values.size()), mask.size};
  Plane grey = change;
  parallel_rows(threads, height, [&, columns = width, last = height - 1](int begin, int end) {
    for (int y = begin; y < end; ++y) {
      const auto row = [&](int at) {
        return mask.values.data() + static_cast<ptrdiff_t>(std::clamp(at, 0, last)) * columns;
      };
      const float* const above = row(y - 1);
      const float* const here = row(y);
      const float* const below = row(y + 1);
      for (int x = 0; x < columns; ++x) {
        const float across = here[std::min(x + 1, columns - 1)] - here[std::max(x - 1, 0)];
        const float along = below[x] - above[x];
        const auto i =
            static_cast<size_t>(y) * static_cast<size_t>(columns) + static_cast<size_t>(x);
        change.values[i] = std::sqrt(across * across + along * along) / 2;
        grey.values[i] = 4 * here[x] * (1 - here[x]);
      }
    }
  });
  const int reach = pixels_of(kReach, mask.size);
  change = box_mean(change, reach, threads);
  grey = box_mean(grey, reach, threads);
  for (size_t i = 0; i < change.values.size(); ++i) {
    change.values[i] =
        smooth_step(kSoft, kSharp, change.values[i] / (grey.values[i] + kHardlyGrey));
  }
  return change;
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
  Layer front(size);
  Layer back(size);
  Plane near = Layer::empty(size);
  for (size_t i = 0; i < small.values.size(); ++i) {
    const float share = small.values[i];
    const auto column = static_cast<int>(i % static_cast<size_t>(size.width));
    const auto row = static_cast<int>(i / static_cast<size_t>(size.width));
    const Block block =
        block_at(rgb, column * side, row * side, std::min({side, rgb.width(), rgb.height()}));
    near.values[i] = share < kBackground ? 1.0F : 0.0F;
    const auto put = [&](Layer& layer, float weight) {
      layer.weight.values[i] = weight;
      for (size_t band = 0; band < 3; ++band) {
        layer.colour[band].values[i] = weight * block.colour[band];
      }
      layer.square.values[i] = weight * block.square;
    };
    put(front, share);
    put(back, 1 - share);
  }
  const int reach = pixels_of(kReach, size);
  front.average(reach, threads);
  back.average(reach, threads);
  near = box_mean(near, reach, threads);
  for (size_t i = 0; i < near.values.size(); ++i) {
    near.values[i] = smooth_step(kFar, kNear, near.values[i]) *
                     (1 - smooth_step(kAlike, kApart, separation(front, back, i)));
  }
  return resample(near, mask.size, threads);
}

Plane trust_in(const Plane& mask, const Plane& sharpness, const Plane& doubt) {
  constexpr float kSoftWeight = 0.002F;
  constexpr float kSharpWeight = 0.5F;
  constexpr float kDoubtWeight = 0.03F;
  constexpr float kLeast = 0.1F;  // of the soft weight, at a mask of one half
  Plane trust{std::vector<float>(mask.values.size()), mask.size};
  for (size_t i = 0; i < mask.values.size(); ++i) {
    const float sure = std::abs(2 * mask.values[i] - 1);
    const float sharp = sharpness.values[i];
    const float square = sure * sure;
    const float by_edge = (1 - sharp) * kSoftWeight * std::max(kLeast, square * square * square) +
                          sharp * kSharpWeight * square;
    trust.values[i] = std::max(by_edge, kDoubtWeight * square * doubt.values[i]);
  }
  return trust;
}

}  // namespace bgcut::matte
