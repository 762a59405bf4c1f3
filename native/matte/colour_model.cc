#include "matte/colour_model.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "core/parallel.h"

namespace bgcut::matte {

namespace {

// Shares of colours, interpolated between 16 levels of each band.
class Histogram {
 public:
  void add(const uint8_t* rgb) {
    visit(rgb, [this](size_t bin, float weight) { bins_[bin] += weight; });
    ++count_;
  }

  int count() const { return count_; }

  // The share of a colour among what was added; `unseen` is added, so that few samples don't
  // decide.
  float share(const uint8_t* rgb, float unseen) const {
    float sum = 0;
    visit(rgb, [&](size_t bin, float weight) { sum += weight * bins_[bin]; });
    return sum / static_cast<float>(count_) + unseen;
  }

 private:
  static constexpr size_t kLevels = 16;

  template <typename Visit>
  static void visit(const uint8_t* rgb, Visit&& each) {
    std::array<size_t, 3> low;
    std::array<float, 3> above;  // the share of the next level
    for (size_t band = 0; band < 3; ++band) {
      const float level = std::clamp(static_cast<float>(rgb[band]) * kLevels / 255 - 0.5F, 0.0F,
                                     static_cast<float>(kLevels) - 1.001F);
      low[band] = static_cast<size_t>(level);
      above[band] = level - static_cast<float>(low[band]);
    }
    for (size_t corner = 0; corner < 8; ++corner) {
      float weight = 1;
      size_t bin = 0;
      for (size_t band = 0; band < 3; ++band) {
        const size_t up = corner >> band & 1;
        weight *= up == 1 ? above[band] : 1 - above[band];
        bin = bin * kLevels + low[band] + up;
      }
      each(bin, weight);
    }
  }

  std::vector<float> bins_ = std::vector<float>(kLevels * kLevels * kLevels);
  int count_ = 0;
};

}  // namespace

Plane background_odds(const image::Pixels& rgb, const Plane& mask, int threads) {
  constexpr int kLongest = 320;  // samples along the longer side
  constexpr float kSubject = 0.9F;
  constexpr float kBackground = 0.1F;
  constexpr float kSure = 0.01F;  // the mask is, so near to 0 or 1
  constexpr float kUnseen = 3e-4F;
  constexpr int kLeastSamples = 64;
  const auto [width, height] = mask.size;
  const auto at = [columns = static_cast<size_t>(width)](int x, int y) {
    return static_cast<size_t>(y) * columns + static_cast<size_t>(x);
  };
  Histogram subject;
  Histogram background;
  const int step = std::max(1, std::max(width, height) / kLongest);
  for (int y = step / 2; y < height; y += step) {
    for (int x = step / 2; x < width; x += step) {
      const size_t i = at(x, y);
      if (mask.values[i] > kSubject) subject.add(rgb.data() + 3 * i);
      if (mask.values[i] < kBackground) background.add(rgb.data() + 3 * i);
    }
  }
  Plane odds{std::vector<float>(mask.values.size()), mask.size};
  if (std::min(subject.count(), background.count()) < kLeastSamples) return odds;
  parallel_rows(threads, height, [&](int begin, int end) {
    for (size_t i = at(0, begin); i < at(0, end); ++i) {
      if (mask.values[i] < kSure || mask.values[i] > 1 - kSure) continue;
      const uint8_t* const colour = rgb.data() + 3 * i;
      const float behind = background.share(colour, kUnseen / 10);
      odds.values[i] = behind / (behind + subject.share(colour, kUnseen));
    }
  });
  return odds;
}

}  // namespace bgcut::matte
