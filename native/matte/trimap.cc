#include "matte/trimap.h"

#include <algorithm>

namespace bgcut::matte {

Trimap make_trimap(const Plane& mask, int radius, int threads) {
  constexpr float kForeground = 0.94F;
  constexpr float kBackground = 0.04F;
  // 1, 0, and what is between: a mean over a square is 1 or 0 only where all of it is.
  Plane sure{std::vector<float>(mask.values.size()), mask.size};
  std::transform(mask.values.begin(), mask.values.end(), sure.values.begin(), [](float value) {
    if (value > kForeground) return 1.0F;
    return value < kBackground ? 0.0F : 0.5F;
  });
  sure = box_mean(sure, radius, threads);
  Trimap trimap{std::vector<Known>(mask.values.size()), mask.size};
  std::transform(sure.values.begin(), sure.values.end(), trimap.values.begin(), [](float mean) {
    // Nearer to 1 than one pixel of the largest square could bring it.
    constexpr float kNearly = 1e-5F;
    if (mean > 1 - kNearly) return Known::kForeground;
    return mean < kNearly ? Known::kBackground : Known::kUnknown;
  });
  return trimap;
}

}  // namespace bgcut::matte
