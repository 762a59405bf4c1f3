#include "matte/trimap.h"

#include "matte/box_mean.h"

namespace bgcut::matte {

Trimap make_trimap(const Plane& mask, int radius, int threads) {
  constexpr float kForeground = 0.94F;
  constexpr float kBackground = 0.04F;
  // Nearer to 1 than one pixel of the largest square could bring it.
  constexpr float kNearly = 1e-5F;
  Trimap trimap{std::vector<Known>(mask.values.size()), mask.size};
  const auto width = static_cast<size_t>(mask.size.width);
  // 1, 0, and what is between: a mean over a square is 1 or 0 only where all of it is.
  const auto sure = [&](int y, float* room) {
    const float* const row = mask.values.data() + static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x) {
      const float known = row[x] > kForeground ? 1.0F : 0.5F;
      room[x] = row[x] < kBackground ? 0.0F : known;
    }
    return room;
  };
  box_means(mask.size, radius, threads, sure, [&](int y, const float* means) {
    Known* const row = trimap.values.data() + static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x) {
      const Known known = means[x] > 1 - kNearly ? Known::kForeground : Known::kUnknown;
      row[x] = means[x] < kNearly ? Known::kBackground : known;
    }
  });
  return trimap;
}

}  // namespace bgcut::matte
