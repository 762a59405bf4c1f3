#include "matte/colour_model.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "core/parallel.h"

namespace bgcut::matte {

namespace {

constexpr size_t kLevels = 16;  // of each band, between which a colour is interpolated
constexpr size_t kCorners = 8;

// Where a byte lies between the levels.
struct Place {
  size_t low;
  float above;  // the share of the next level
};

const auto kPlaces = [] {
  std::array<Place, 256> places;
  for (size_t i = 0; i < places.size(); ++i) {
    const float level = std::clamp(static_cast<float>(i) * kLevels / 255 - 0.5F, 0.0F,
                                   static_cast<float>(kLevels) - 1.001F);
    const auto low = static_cast<size_t>(level);
    places[i] = {low, level - static_cast<float>(low)};
  }
  return places;
}();

// The bins of a histogram that a colour lies between, and its share of each.
struct Bins {
  std::array<size_t, kCorners> bin;
  std::array<float, kCorners> weight;

  explicit Bins(const uint8_t* rgb) {
    for (size_t corner = 0; corner < kCorners; ++corner) {
      float product = 1;
      size_t place = 0;
      for (size_t band = 0; band < 3; ++band) {
        const auto [low, above] = kPlaces[rgb[band]];
        const size_t up = corner >> band & 1;
        product *= up == 1 ? above : 1 - above;
        place = place * kLevels + low + up;
      }
      bin[corner] = place;
      weight[corner] = product;
    }
  }
};

// Shares of colours.
class Histogram {
 public:
  void add(const uint8_t* rgb) {
    const Bins bins(rgb);
    for (size_t i = 0; i < kCorners; ++i) bins_[bins.bin[i]] += bins.weight[i];
    ++count_;
  }

  int count() const { return count_; }

  // The share of a colour among what was added; `unseen` is added, so that few samples don't
  // decide.
  float share(const Bins& colour, float unseen) const {
    float sum = 0;
    for (size_t i = 0; i < kCorners; ++i) sum += colour.weight[i] * bins_[colour.bin[i]];
    return sum / static_cast<float>(count_) + unseen;
  }

 private:
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
  const int step = std::max(1, std::max(width, height) / kLongest);
  const auto histogram_of = [&, columns = width, rows = height](auto&& belongs) {
    Histogram histogram;
    for (int y = step / 2; y < rows; y += step) {
      for (int x = step / 2; x < columns; x += step) {
        const size_t i = at(x, y);
        if (belongs(mask.values[i])) histogram.add(rgb.data() + 3 * i);
      }
    }
    return histogram;
  };
  Histogram subject;
  Histogram background;
  parallel_bands(std::min(threads, 2), 2, [&](int begin, int end) {
    if (begin == 0) subject = histogram_of([](float value) { return value > kSubject; });
    if (end == 2) background = histogram_of([](float value) { return value < kBackground; });
  });
  Plane odds{Floats(mask.values.size(), 0.0F), mask.size};
  if (std::min(subject.count(), background.count()) < kLeastSamples) return odds;
  parallel_rows(threads, height, [&](int begin, int end) {
    for (size_t i = at(0, begin); i < at(0, end); ++i) {
      if (mask.values[i] < kSure || mask.values[i] > 1 - kSure) continue;
      const Bins colour(rgb.data() + 3 * i);
      const float behind = background.share(colour, kUnseen / 10);
      odds.values[i] = behind / (behind + subject.share(colour, kUnseen));
    }
  });
  return odds;
}

}  // namespace bgcut::matte
