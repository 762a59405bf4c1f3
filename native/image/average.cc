#include "image/average.h"

#include <algorithm>
#include <vector>

#include "core/parallel.h"

namespace bgcut::image {

namespace {

// The means of blocks `kFactor` sums wide, for the factors that most pictures have: knowing it lets
// the compiler unroll and vectorise. 0: any factor.
template <int kFactor>
void mean_of_columns(const uint16_t* sums, int any, int width, uint8_t* to) {
  const int factor = kFactor > 0 ? kFactor : any;
  const uint32_t area = static_cast<uint32_t>(factor) * static_cast<uint32_t>(factor);
  for (int x = 0; x < width; ++x, to += 4) {
    uint32_t total[4] = {area / 2, area / 2, area / 2, area / 2};
    for (int column = 0; column < factor; ++column, sums += 4) {
      for (size_t band = 0; band < 4; ++band) total[band] += sums[band];
    }
    for (size_t band = 0; band < 4; ++band) to[band] = static_cast<uint8_t>(total[band] / area);
  }
}

using MeanOfColumns = void (*)(const uint16_t*, int, int, uint8_t*);

MeanOfColumns mean_for(int factor) {
  switch (factor) {
    case 2:
      return mean_of_columns<2>;
    case 3:
      return mean_of_columns<3>;
    case 4:
      return mean_of_columns<4>;
    default:
      return mean_of_columns<0>;
  }
}

}  // namespace

Pixels average_down(const Pixels& pixels, const Box& region, int factor, int threads) {
  const Size size{region.width / factor, region.height / factor};
  Pixels result = transparent_pixels(size);
  const auto columns = static_cast<size_t>(size.width) * static_cast<size_t>(factor) * 4;
  const MeanOfColumns mean = mean_for(factor);
  parallel_rows(threads, size.height, [&](int begin, int end) {
    std::vector<uint16_t> sums(columns);
    for (int y = begin; y < end; ++y) {
      std::fill(sums.begin(), sums.end(), uint16_t{0});
      for (int row = 0; row < factor; ++row) {
        const uint8_t* const from =
            pixels.row(region.top + y * factor + row) + static_cast<ptrdiff_t>(region.left) * 4;
        for (size_t i = 0; i < columns; ++i) sums[i] = static_cast<uint16_t>(sums[i] + from[i]);
      }
      mean(sums.data(), factor, size.width, result.row(y));
    }
  });
  return result;
}

}  // namespace bgcut::image
