#include "matte/refine.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <new>

#include "core/parallel.h"
#include "matte/closed_form.h"
#include "matte/trimap.h"

namespace bgcut::matte {

namespace {

// Lengths are for pictures whose longer side has 1024 pixels.
constexpr float kErode = 8;
constexpr float kSoftnessReach = 14;
constexpr float kInsideReach = 21;

int pixels_of(float length, Size size) {
  return std::max(1, static_cast<int>(std::lround(
                         length * static_cast<float>(std::max(size.width, size.height)) / 1024)));
}

float smooth_step(float from, float to, float value) {
  const float t = std::clamp((value - from) / (to - from), 0.0F, 1.0F);
  return t * t * (3 - 2 * t);
}

// How far the mask is to be believed beside the colours. It is right about the place of a sharp
// edge and about what it is sure of; in hair and fur it is soft and only roughly right. Sharp is
// what changes much for how grey it is, around a pixel.
Plane trust_in(const Plane& mask, int threads) {
  constexpr float kSoft = 0.3F;  // change of the mask over its greyness, from the softest edge
  constexpr float kSharp = 0.7F;
  constexpr float kSoftWeight = 0.002F;
  constexpr float kSharpWeight = 0.5F;
  constexpr float kLeast = 0.1F;  // of the weight, at a mask of one half
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
  const int reach = pixels_of(kSoftnessReach, mask.size);
  change = box_mean(change, reach, threads);
  grey = box_mean(grey, reach, threads);
  Plane trust{std::vector<float>(mask.values.size()), mask.size};
  for (size_t i = 0; i < mask.values.size(); ++i) {
    constexpr float kHardlyGrey = 0.01F;
    const float slope = change.values[i] / (grey.values[i] + kHardlyGrey);
    const float sure = std::abs(2 * mask.values[i] - 1);
    const float sharp = smooth_step(kSoft, kSharp, slope);
    const float square = sure * sure;
    trust.values[i] = (1 - sharp) * kSoftWeight * std::max(kLeast, square * square * square) +
                      sharp * kSharpWeight * square;
  }
  return trust;
}

// The mean of each block of 2 x 2 pixels.
image::Pixels halved(const image::Pixels& rgb) {
  const Size size{rgb.width() / 2, rgb.height() / 2};
  auto* const data = static_cast<uint8_t*>(std::malloc(static_cast<size_t>(size.area()) * 3));
  if (data == nullptr) throw std::bad_alloc();
  image::Pixels half(image::Bytes(data, std::free), size, 3);
  for (int y = 0; y < size.height; ++y) {
    const uint8_t* const upper = rgb.row(2 * y);
    const uint8_t* const lower = rgb.row(2 * y + 1);
    uint8_t* const to = half.row(y);
    for (int x = 0; x < size.width; ++x) {
      for (int band = 0; band < 3; ++band) {
        const int i = 6 * x + band;
        to[3 * x + band] =
            static_cast<uint8_t>((upper[i] + upper[i + 3] + lower[i] + lower[i + 3] + 2) / 4);
      }
    }
  }
  return half;
}

// Coarse to fine: at half the size a first guess that is right over long distances, then the
// detail.
Plane solve(const image::Pixels& rgb, const Plane& mask, const Plane& trust, int threads,
            const CancelToken& token) {
  constexpr float kEpsilon = 1e-5F;
  constexpr float kTolerance = 1e-4F;
  constexpr int kCoarseIterations = 100;
  constexpr int kFineIterations = 50;
  constexpr int kLeastSide = 64;  // below this the fine iterations alone reach everywhere
  Plane start = mask;
  if (std::min(rgb.width(), rgb.height()) >= kLeastSide) {
    const image::Pixels half = halved(rgb);
    const Plane half_mask = resample(mask, half.size(), threads);
    const Plane half_trust = resample(trust, half.size(), threads);
    const Trimap trimap = make_trimap(half_mask, pixels_of(kErode, half.size()), threads);
    start = resample(closed_form(half, trimap, half_mask, {half_mask, half_trust},
                                 {kCoarseIterations, kTolerance, kEpsilon}, threads, token),
                     rgb.size(), threads);
  }
  const Trimap trimap = make_trimap(mask, pixels_of(kErode, rgb.size()), threads);
  return closed_form(rgb, trimap, start, {mask, trust}, {kFineIterations, kTolerance, kEpsilon},
                     threads, token);
}

// Grey patches inside a solid subject become opaque, and faint ghosts far from it go: well inside
// what the mask holds for foreground alpha is at least the mask with its contrast raised, and where
// there is no foreground for as far it is at most what the mask has beyond a faint grey.
void settle(const Plane& mask, Plane& alpha, int threads) {
  constexpr float kForeground = 0.5F;
  constexpr float kEdge = 0.2F;    // share of the square beyond the edge: it is half-way in
  constexpr float kTouch = 0.02F;  // the square hardly reaches the edge
  Plane solid{std::vector<float>(mask.values.size()), mask.size};
  std::transform(mask.values.begin(), mask.values.end(), solid.values.begin(),
                 [](float value) { return value < kForeground ? 0.0F : 1.0F; });
  const Plane share = box_mean(solid, pixels_of(kInsideReach, mask.size), threads);
  for (size_t i = 0; i < alpha.values.size(); ++i) {
    float& value = alpha.values[i];
    const float inside = 1 - std::min(1.0F, (1 - share.values[i]) / kEdge);
    const float outside = 1 - std::min(1.0F, share.values[i] / kTouch);
    value += inside * std::max(0.0F, smooth_step(0.2F, 0.8F, mask.values[i]) - value);
    value -= outside * std::max(0.0F, value - smooth_step(0.05F, 0.4F, mask.values[i]));
  }
}

// What no byte shows is plain: nothing is spent on it later.
void make_plain(Plane& alpha) {
  constexpr float kNothing = 0.5F / 255;
  for (float& value : alpha.values) {
    if (value < kNothing) value = 0;
    if (value > 1 - kNothing) value = 1;
  }
}

}  // namespace

Size working_size(Size region, int pixels) {
  const double scale =
      std::min(1.0, std::sqrt(static_cast<double>(pixels) / static_cast<double>(region.area())));
  const auto side = [&](int length, int least) {
    return std::clamp(static_cast<int>(length * scale), 1, std::max(1, pixels / least));
  };
  const Size size{side(region.width, 1), side(region.height, 1)};
  return {side(region.width, size.height), side(region.height, size.width)};
}

Plane blend(const Plane& first, const Plane& second, Size size, int threads) {
  // Of the masks' means around a pixel: edges differ, and are to be blended; subjects must not.
  constexpr float kReach = 16;
  constexpr float kAgree = 0.1F;
  constexpr float kDisagree = 0.3F;
  Plane result = resample(first, size, threads);
  const Plane other = resample(second, size, threads);
  Plane apart{std::vector<float>(result.values.size()), size};
  std::transform(result.values.begin(), result.values.end(), other.values.begin(),
                 apart.values.begin(), [](float one, float two) { return one - two; });
  apart = box_mean(apart, pixels_of(kReach, size), threads);
  for (size_t i = 0; i < result.values.size(); ++i) {
    const float share = 0.5F * (1 - smooth_step(kAgree, kDisagree, std::abs(apart.values[i])));
    result.values[i] += share * (other.values[i] - result.values[i]);
  }
  return result;
}

Plane refine(const image::Pixels& rgb, const Plane& mask, int threads, const CancelToken& token) {
  const Plane given = resample(mask, rgb.size(), threads);
  Plane alpha = solve(rgb, given, trust_in(given, threads), threads, token);
  settle(given, alpha, threads);
  make_plain(alpha);
  return alpha;
}

Plane with_detail(const Plane& alpha, const Plane& mask, Size most, int threads) {
  const auto side = [](int one, int other, int limit) {
    return std::min(std::max(one, other), limit);
  };
  const Size size{side(alpha.size.width, mask.size.width, most.width),
                  side(alpha.size.height, mask.size.height, most.height)};
  if (size == alpha.size) return alpha;
  Plane result = enlarge(alpha, size, threads);
  const Plane fine = enlarge(mask, size, threads);
  const Plane coarse = enlarge(resample(mask, alpha.size, threads), size, threads);
  for (size_t i = 0; i < result.values.size(); ++i) {
    const float detail = fine.values[i] - coarse.values[i];
    result.values[i] = std::clamp(result.values[i] + detail, 0.0F, 1.0F);
  }
  make_plain(result);
  return result;
}

}  // namespace bgcut::matte
