#include "matte/refine.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/parallel.h"
#include "matte/box_mean.h"
#include "matte/closed_form.h"
#include "matte/colour_model.h"
#include "matte/resampler.h"
#include "matte/trimap.h"
#include "matte/trust.h"

namespace bgcut::matte {

namespace {

// Of pictures whose longer side has 1024 pixels.
constexpr float kErode = 8;
constexpr float kInsideReach = 21;

// The mean of each block of 2 x 2 pixels.
image::Pixels halved(const image::Pixels& rgb, int threads) {
  const Size size{rgb.width() / 2, rgb.height() / 2};
  image::Pixels half = image::new_pixels(size, 3);
  parallel_rows(threads, size.height, [&](int begin, int end) {
    for (int y = begin; y < end; ++y) {
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
  });
  return half;
}

// Coarse to fine: at half the size a first guess that is right over long distances, then the
// detail.
Plane solve(const image::Pixels& rgb, const Plane& mask, const Plane& trust, bool coarse_start,
            int threads, const CancelToken& token) {
  constexpr float kEpsilon = 1e-5F;
  constexpr float kTolerance = 1e-4F;
  constexpr int kCoarseIterations = 100;
  constexpr int kFineIterations = 50;
  constexpr int kLeastSide = 64;  // below this the fine iterations alone reach everywhere
  Plane start = mask;
  if (coarse_start && std::min(rgb.width(), rgb.height()) >= kLeastSide) {
    const image::Pixels half = halved(rgb, threads);
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
  const auto width = static_cast<size_t>(mask.size.width);
  const auto solid = [&](int y, float* room) {
    const float* const row = mask.values.data() + static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x) room[x] = row[x] < kForeground ? 0.0F : 1.0F;
    return room;
  };
  const int reach = pixels_of(kInsideReach, mask.size);
  box_means(mask.size, reach, threads, solid, [&](int y, const float* share) {
    const float* const given = mask.values.data() + static_cast<size_t>(y) * width;
    float* const row = alpha.values.data() + static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x) {
      const float inside = 1 - std::min(1.0F, (1 - share[x]) / kEdge);
      const float outside = 1 - std::min(1.0F, share[x] / kTouch);
      float value = row[x];
      value += inside * std::max(0.0F, smooth_step(0.2F, 0.8F, given[x]) - value);
      value -= outside * std::max(0.0F, value - smooth_step(0.05F, 0.4F, given[x]));
      row[x] = value;
    }
  });
}

// Beside a sharp edge nothing is a little there: what grain leaves of it on either side goes. Hair
// has no sharp edges, and keeps its faintest ends.
void clear_haze(const Plane& sharpness, Plane& alpha, int threads) {
  constexpr float kHaze = 0.06F;
  for_pixels(alpha.size, threads, [&](size_t i) {
    const float cut = kHaze * sharpness.values[i];
    alpha.values[i] = std::clamp((alpha.values[i] - cut) / (1 - 2 * cut), 0.0F, 1.0F);
  });
}

// Holes that the mask has half found are opened, as far as it is unsure of them: where the colour
// is one of the background's and hardly one of the subject's.
void open_holes(const Plane& odds, Plane& mask, int threads) {
  constexpr float kLikely = 0.8F;
  constexpr float kCertain = 0.95F;
  for_pixels(mask.size, threads, [&](size_t i) {
    float& value = mask.values[i];
    const float unsure = value > 0.5F ? 4 * value * (1 - value) : 1.0F;
    value *= 1 - unsure * smooth_step(kLikely, kCertain, odds.values[i]);
  });
}

// Matting adds nothing to the mask where the colour is surely one of the background's: what is seen
// between spokes would come with them.
void keep_background_out(const Plane& odds, const Plane& mask, Plane& alpha, int threads) {
  constexpr float kLikely = 0.985F;
  constexpr float kCertain = 0.995F;
  for_pixels(alpha.size, threads, [&](size_t i) {
    float& value = alpha.values[i];
    value -=
        smooth_step(kLikely, kCertain, odds.values[i]) * std::max(0.0F, value - mask.values[i]);
  });
}

// What lies further inside than an edge reaches is opaque, but where it looks like the background:
// there it may be a hole.
void fill_inside(const Plane& odds, Plane& alpha, int threads) {
  constexpr float kReach = 8;
  constexpr float kAllInside = 0.98F;  // share of the square around a pixel
  constexpr float kGrey = 0.5F;        // up to here alpha stays, from kOpaque on it becomes 1
  constexpr float kOpaque = 0.8F;
  constexpr float kUnlikely = 0.3F;
  constexpr float kMaybe = 0.6F;
  std::vector<uint8_t> solid(alpha.values.size());
  for_pixels(alpha.size, threads,
             [&](size_t i) { solid[i] = alpha.values[i] < kGrey ? uint8_t{0} : uint8_t{1}; });
  const auto width = static_cast<size_t>(alpha.size.width);
  const auto read = [&](int y, float* room) {
    const uint8_t* const row = solid.data() + static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x) room[x] = static_cast<float>(row[x]);
    return room;
  };
  const int reach = pixels_of(kReach, alpha.size);
  box_means(alpha.size, reach, threads, read, [&](int y, const float* share) {
    const float* const behind = odds.values.data() + static_cast<size_t>(y) * width;
    float* const row = alpha.values.data() + static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x) {
      const float inside = smooth_step(kAllInside, 1 - 1e-4F, share[x]);
      const float own = 1 - smooth_step(kUnlikely, kMaybe, behind[x]);
      const float value = row[x];
      row[x] = value + inside * own * std::max(0.0F, smooth_step(kGrey, kOpaque, value) - value);
    }
  });
}

// What no byte shows is plain: nothing is spent on it later.
float plain(float alpha) {
  constexpr float kNothing = 0.5F / 255;
  const float rest = alpha > 1 - kNothing ? 1.0F : alpha;
  return alpha < kNothing ? 0.0F : rest;
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
  return moved_where_alike(resample(first, size, threads), resample(second, size, threads), 0.5F,
                           pixels_of(kReach, size), kAgree, kDisagree, threads);
}

Plane refine(const image::Pixels& rgb, const Plane& mask, const MattingSteps& steps, int threads,
             const CancelToken& token) {
  Plane given = resample(mask, rgb.size(), threads);
  const Plane odds = background_odds(rgb, given, threads);
  const Plane sharpness = sharpness_of(given, threads);
  const auto none = [&] { return Plane{Floats(given.values.size(), 0.0F), given.size}; };
  const Plane trust = steps.prior
                          ? trust_in(given, sharpness,
                                     steps.doubt ? doubt_in(rgb, given, threads) : none(), threads)
                          : none();
  if (steps.holes) open_holes(odds, given, threads);
  Plane alpha = solve(rgb, given, trust, steps.coarse_start, threads, token);
  if (steps.background) keep_background_out(odds, given, alpha, threads);
  if (steps.solid_inside) settle(given, alpha, threads);
  if (steps.haze) clear_haze(sharpness, alpha, threads);
  if (steps.filled_inside) fill_inside(odds, alpha, threads);
  for_pixels(alpha.size, threads, [&](size_t i) { alpha.values[i] = plain(alpha.values[i]); });
  return alpha;
}

Plane with_detail(const Plane& alpha, const Plane& mask, Size most, int threads) {
  const auto side = [](int one, int other, int limit) {
    return std::min(std::max(one, other), limit);
  };
  const Size size{side(alpha.size.width, mask.size.width, most.width),
                  side(alpha.size.height, mask.size.height, most.height)};
  if (size == alpha.size) return alpha;
  const Plane small = resample(mask, alpha.size, threads);
  const Resampler larger(alpha, size, Filter::kCatmullRom);
  const Resampler fine(mask, size, Filter::kCatmullRom);
  const Resampler coarse(small, size, Filter::kCatmullRom);
  Plane result{Floats(static_cast<size_t>(size.area())), size};
  parallel_rows(threads, size.height, [&](int begin, int end) {
    Resampler::Room larger_room(larger);
    Resampler::Room fine_room(fine);
    Resampler::Room coarse_room(coarse);
    for (int y = begin; y < end; ++y) {
      const float* const own = larger.row(y, larger_room);
      const float* const with = fine.row(y, fine_room);
      const float* const without = coarse.row(y, coarse_room);
      float* const row = result.values.data() + static_cast<ptrdiff_t>(y) * size.width;
      for (int x = 0; x < size.width; ++x) {
        row[x] = plain(std::clamp(own[x] + (with[x] - without[x]), 0.0F, 1.0F));
      }
    }
  });
  return result;
}

}  // namespace bgcut::matte
