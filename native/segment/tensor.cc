#include <algorithm>

#include "segment/model.h"

namespace bgcut::segment {

Tensor fill_tensor(const image::Pixels& rgb, const Contract& contract) {
  const auto plane = static_cast<size_t>(rgb.size().area());
  Tensor tensor{Floats(3 * plane), rgb.size()};
  std::array<std::array<float, 256>, 3> lookup;
  const bool reversed = contract.order == BandOrder::kBgr;
  for (size_t band = 0; band < 3; ++band) {
    const size_t at = reversed ? 2 - band : band;
    for (size_t value = 0; value < 256; ++value) {
      lookup[band][value] =
          (static_cast<float>(value) / 255.0F - contract.mean[at]) / contract.std[at];
    }
  }
  float* const red = tensor.values.data() + (reversed ? 2 : 0) * plane;
  float* const green = tensor.values.data() + plane;
  float* const blue = tensor.values.data() + (reversed ? 0 : 2) * plane;
  const uint8_t* pixel = rgb.data();
  for (size_t i = 0; i < plane; ++i, pixel += 3) {
    red[i] = lookup[0][pixel[0]];
    green[i] = lookup[1][pixel[1]];
    blue[i] = lookup[2][pixel[2]];
  }
  return tensor;
}

}  // namespace bgcut::segment
