// From a mask to a matte, for planes of any size and any content of 0..1.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "fuzz/input.h"
#include "fuzz/targets.h"
#include "matte/box_mean.h"
#include "matte/closed_form.h"
#include "matte/foreground.h"
#include "matte/refine.h"
#include "matte/resampler.h"
#include "matte/trimap.h"
#include "matte/upsample.h"
#include "matte/windows.h"

namespace bgcut::fuzz {

namespace {

void require_alpha(const matte::Plane& plane, Size size) {
  require(plane.size == size, "a plane has the size asked for");
  require(plane.values.size() == static_cast<size_t>(size.area()), "a plane has all its values");
  for (const float value : plane.values) {
    require(value >= 0 && value <= 1, "alpha is within 0 and 1");  // a NaN isn't
  }
}

void filters(Input& input, const matte::Plane& plane, int threads) {
  const auto width = static_cast<size_t>(plane.size.width);
  matte::box_means(
      plane.size, input.between(0, 40), threads,
      [&](int y, float*) { return plane.values.data() + static_cast<size_t>(y) * width; },
      [&](int, const float* means) {
        for (size_t x = 0; x < width; ++x) {
          require(means[x] >= -1e-4F && means[x] <= 1.0001F, "a mean");
        }
      });
  const Size other = input.size(100);
  const matte::Plane resampled = matte::resample(plane, other, threads);
  require_alpha(resampled, other);
  const Size larger{plane.size.width + input.between(0, 60),
                    plane.size.height + input.between(0, 60)};
  const matte::Resampler resampler(plane, larger, matte::Filter::kCatmullRom);
  matte::Resampler::Room room(resampler);
  for (int y = 0; y < larger.height; ++y) {
    const float* const row = resampler.row(y, room);
    for (int x = 0; x < larger.width; ++x) {
      require(row[x] >= -0.3F && row[x] <= 1.3F, "a cubic leaves the range a little");
    }
  }
}

void solve(Input& input, const image::Pixels& rgb, const matte::Plane& mask, int threads,
           const CancelToken& token) {
  const matte::Trimap trimap = matte::make_trimap(mask, input.between(0, 12), threads);
  require(trimap.size == mask.size, "a trimap is of the mask's size");
  matte::Plane weight = input.plane(mask.size);
  for (float& value : weight.values) value *= 0.01F;
  const matte::Effort effort{input.between(0, 30), input.fraction(0, 0.1F),
                             input.fraction(1e-7F, 1e-3F)};
  const matte::Plane alpha =
      matte::closed_form(rgb, trimap, mask, {mask, weight}, effort, threads, token);
  require_alpha(alpha, mask.size);
  for (size_t i = 0; i < alpha.values.size(); ++i) {
    if (trimap.values[i] == matte::Known::kUnknown) continue;
    const float known = trimap.values[i] == matte::Known::kForeground ? 1 : 0;
    require(alpha.values[i] == known, "what is known stays");
  }
}

}  // namespace

void matte(std::span<const uint8_t> bytes) {
  Input input(bytes);
  const CancelToken token;
  const int threads = input.between(1, 3);
  const image::Pixels rgb = input.pixels(input.size(48), 3);
  const Size size = rgb.size();
  const matte::Plane mask = input.plane(input.size(48));
  filters(input, mask, threads);
  solve(input, rgb, input.plane(size), threads, token);

  const matte::Plane blended = matte::blend(mask, input.plane(input.size(40)), size, threads);
  require_alpha(blended, size);
  const matte::Plane alpha = matte::refine(rgb, input.flag() ? blended : mask, {}, threads, token);
  require_alpha(alpha, size);
  const Size most{size.width + input.between(0, 50), size.height + input.between(0, 50)};
  const matte::Plane detailed = matte::with_detail(alpha, mask, most, threads);
  require_alpha(detailed, detailed.size);

  image::Pixels rgba = input.pixels(input.size(120), 4);
  const Box region = input.box_inside(rgba.size());
  const matte::Layers layers = matte::estimate_layers(rgb, alpha, threads);
  require(layers.size == size, "layers are of the picture's size");
  for (const float value : layers.foreground) {
    require(value >= 0 && value <= 1, "a colour is within 0 and 1");
  }
  matte::apply_mask(detailed, region, rgba, threads);
  matte::paint_foreground(layers, alpha, region, rgba, threads);

  const Box subject = input.box_inside(rgba.size());
  const matte::Glass glass = matte::find_glass(rgba, subject);
  matte::close_windows(rgba, subject, threads);
  matte::open_windows(rgba, input.box_inside(rgba.size()), glass, threads);
}

}  // namespace bgcut::fuzz
