#include "matte/plane.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/parallel.h"

namespace bgcut::matte {

namespace {

// The source samples of one output sample, and their weights, which add up to 1.
struct Taps {
  int first;
  std::vector<float> weights;
};

// Of a filter by its distance from the middle.
using Kernel = double (*)(double);

double triangle(double distance) {
  return std::max(0.0, 1 - distance);
}

double catmull_rom(double distance) {
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0.0;
}

// `radius`: of the kernel, in source samples where the plane grows.
std::vector<Taps> taps_of(Kernel kernel, int radius, int from, int to) {
  std::vector<Taps> all(static_cast<size_t>(to));
  const double scale = std::max(1.0, static_cast<double>(from) / to);
  const double reach = radius * scale;
  for (int i = 0; i < to; ++i) {
    const double at = (i + 0.5) * from / to - 0.5;
    const int first = std::clamp(static_cast<int>(std::ceil(at - reach)), 0, from - 1);
    const int last = std::clamp(static_cast<int>(std::floor(at + reach)), 0, from - 1);
    Taps& taps = all[static_cast<size_t>(i)];
    taps.first = first;
    double sum = 0;
    for (int k = first; k <= last; ++k) {
      taps.weights.push_back(static_cast<float>(kernel(std::abs(k - at) / scale)));
      sum += static_cast<double>(taps.weights.back());
    }
    for (float& weight : taps.weights) {
      weight = sum > 0 ? static_cast<float>(static_cast<double>(weight) / sum) : 1.0F;
    }
  }
  return all;
}

}  // namespace

Plane box_mean(const Plane& plane, int radius, int threads) {
  const Size size = plane.size;
  const auto width = static_cast<size_t>(size.width);
  Plane result{std::vector<float>(plane.values.size()), size};
  // Running sums of columns, each band of rows with its own, which it starts from scratch: sums in
  // double of floats of 0..1 are exact to far below what anyone sees, but not to the bit, so that
  // bands are of a fixed height, whatever the number of threads.
  constexpr int kRows = 64;
  const int blocks = (size.height + kRows - 1) / kRows;
  parallel_bands(std::min(threads, blocks), blocks, [&](int first, int last) {
    std::vector<double> sums(width);
    for (int block = first; block < last; ++block) {
      const int begin = block * kRows;
      const int end = std::min(begin + kRows, size.height);
      std::fill(sums.begin(), sums.end(), 0.0);
      const auto add = [&](int y, double sign) {
        if (y < 0 || y >= size.height) return;
        const float* const row = plane.values.data() + width * static_cast<size_t>(y);
        for (size_t x = 0; x < width; ++x) sums[x] += sign * static_cast<double>(row[x]);
      };
      for (int y = begin - radius; y < begin + radius; ++y) add(y, 1);
      for (int y = begin; y < end; ++y) {
        add(y + radius, 1);
        const int tall = std::min(y + radius, size.height - 1) - std::max(y - radius, 0) + 1;
        float* const to = result.values.data() + width * static_cast<size_t>(y);
        double sum = 0;
        for (int x = 0; x < std::min(radius, size.width); ++x) sum += sums[static_cast<size_t>(x)];
        for (int x = 0; x < size.width; ++x) {
          if (x + radius < size.width)
            sum += sums[static_cast<size_t>(x) + static_cast<size_t>(radius)];
          const int wide = std::min(x + radius, size.width - 1) - std::max(x - radius, 0) + 1;
          to[x] = static_cast<float>(sum / (static_cast<double>(tall) * wide));
          if (x >= radius) sum -= sums[static_cast<size_t>(x) - static_cast<size_t>(radius)];
        }
        add(y - radius, -1);
      }
    }
  });
  return result;
}

namespace {

Plane resample_by(Kernel kernel, int radius, const Plane& plane, Size size, int threads) {
  if (plane.size == size) return plane;
  const auto columns = taps_of(kernel, radius, plane.size.width, size.width);
  const auto rows = taps_of(kernel, radius, plane.size.height, size.height);
  const auto from_width = static_cast<size_t>(plane.size.width);
  Plane result{std::vector<float>(static_cast<size_t>(size.area())), size};
  parallel_rows(threads, size.height, [&](int begin, int end) {
    std::vector<float> line(from_width);
    for (int y = begin; y < end; ++y) {
      const Taps& vertical = rows[static_cast<size_t>(y)];
      std::fill(line.begin(), line.end(), 0.0F);
      const float* from = plane.values.data() + from_width * static_cast<size_t>(vertical.first);
      for (const float weight : vertical.weights) {
        for (size_t x = 0; x < from_width; ++x) line[x] += weight * from[x];
        from += from_width;
      }
      float* to = result.values.data() + static_cast<size_t>(size.width) * static_cast<size_t>(y);
      for (const Taps& taps : columns) {
        const float* sample = line.data() + taps.first;
        float sum = 0;
        for (const float weight : taps.weights) sum += weight * *sample++;
        *to++ = sum;
      }
    }
  });
  return result;
}

}  // namespace

Plane resample(const Plane& plane, Size size, int threads) {
  Plane result = resample_by(triangle, 1, plane, size, threads);
  // Weights add up to 1 but for rounding.
  for (float& value : result.values) value = std::clamp(value, 0.0F, 1.0F);
  return result;
}

Plane enlarge(const Plane& plane, Size size, int threads) {
  return resample_by(catmull_rom, 2, plane, size, threads);
}

int pixels_of(float length, Size size) {
  return std::max(1, static_cast<int>(std::lround(
                         length * static_cast<float>(std::max(size.width, size.height)) / 1024)));
}

float smooth_step(float from, float to, float value) {
  const float t = std::clamp((value - from) / (to - from), 0.0F, 1.0F);
  return t * t * (3 - 2 * t);
}

Plane moved_where_alike(Plane first, const Plane& second, float share, int radius, float agree,
                        float disagree, int threads) {
  Plane apart{std::vector<float>(first.values.size()), first.size};
  std::transform(first.values.begin(), first.values.end(), second.values.begin(),
                 apart.values.begin(), [](float one, float two) { return one - two; });
  apart = box_mean(apart, radius, threads);
  for (size_t i = 0; i < first.values.size(); ++i) {
    const float part = share * (1 - smooth_step(agree, disagree, std::abs(apart.values[i])));
    first.values[i] += part * (second.values[i] - first.values[i]);
  }
  return first;
}

}  // namespace bgcut::matte
