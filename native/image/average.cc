#include "image/average.h"

#include <algorithm>
#include <vector>

#include "core/parallel.h"

namespace bgcut::image {

Pixels average_down(const Pixels& pixels, const Box& region, int factor, int threads) {
  const Size size{region.width / factor, region.height / factor};
  Pixels result = transparent_pixels(size);
  const auto columns = static_cast<size_t>(size.width) * static_cast<size_t>(factor) * 4;
  const uint32_t area = static_cast<uint32_t>(factor) * static_cast<uint32_t>(factor);
  parallel_rows(threads, size.height, [&](int begin, int end) {
    std::vector<uint16_t> sums(columns);
    for (int y = begin; y < end; ++y) {
      std::fill(sums.begin(), sums.end(), uint16_t{0});
      for (int row = 0; row < factor; ++row) {
        const uint8_t* const from =
            pixels.row(region.top + y * factor + row) + static_cast<ptrdiff_t>(region.left) * 4;
        for (size_t i = 0; i < columns; ++i) sums[i] = static_cast<uint16_t>(sums[i] + from[i]);
      }
      const uint16_t* sum = sums.data();
      uint8_t* to = result.row(y);
      for (int x = 0; x < size.width; ++x, to += 4) {
        uint32_t total[4] = {};
        for (int column = 0; column < factor; ++column, sum += 4) {
          for (size_t band = 0; band < 4; ++band) total[band] += sum[band];
        }
        for (size_t band = 0; band < 4; ++band) {
          to[band] = static_cast<uint8_t>((total[band] + area / 2) / area);
        }
      }
    }
  });
  return result;
}

}  // namespace bgcut::image
