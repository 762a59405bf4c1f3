#include "matte/learned.h"

#include <algorithm>
#include <cmath>

#include "matte/trimap.h"

namespace bgcut::matte {

Plane refine_by_model(const image::Pixels& rgb, const Plane& mask,
                      const segment::MattingModel& model, int threads, CancelToken& token) {
  // Such models are trained with unknown bands that are wider than what closed-form matting wants.
  constexpr double kReach = 12;  // pixels, for a longer side of 1024
  const double side = std::max(rgb.width(), rgb.height());
  const int radius = std::max(1, static_cast<int>(std::lround(kReach * side / 1024)));
  const Trimap trimap = make_trimap(resample(mask, rgb.size(), threads), radius, threads);
  Plane known{Floats(trimap.values.size()), rgb.size()};
  std::transform(trimap.values.begin(), trimap.values.end(), known.values.begin(), [](Known value) {
    if (value == Known::kUnknown) return 0.5F;
    return value == Known::kForeground ? 1.0F : 0.0F;
  });
  Plane alpha = segment::infer_alpha(model, rgb, known, token);
  if (alpha.size != rgb.size()) alpha = resample(alpha, rgb.size(), threads);
  for (size_t i = 0; i < alpha.values.size(); ++i) {
    if (trimap.values[i] != Known::kUnknown) alpha.values[i] = known.values[i];
  }
  return alpha;
}

}  // namespace bgcut::matte
