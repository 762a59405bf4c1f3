#include "matte/plane.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/parallel.h"
#include "matte/box_mean.h"

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
  Plane result{std::vector<float>(plane.values.size()), plane.size};
  const auto width = static_cast<size_t>(plane.size.width);
  box_means(
      plane.size, radius, threads,
      [&](int y, float*) { return plane.values.data() + static_cast<size_t>(y) * width; },
      [&](int y, const float* means) {
        std::copy_n(means, width, result.values.data() + static_cast<size_t>(y) * width);
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

Plane moved_where_alike(const Plane& first, const Plane& second, float share, int radius,
                        float agree, float disagree, int threads) {
  Plane moved{std::vector<float>(first.values.size()), first.size};
  const auto width = static_cast<size_t>(first.size.width);
  const auto read = [&](int y, float* room) {
    const float* const one = first.values.data() + static_cast<size_t>(y) * width;
    const float* const two = second.values.data() + static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x) room[x] = one[x] - two[x];
    return room;
  };
  box_means(first.size, radius, threads, read, [&](int y, const float* apart) {
    const size_t row = static_cast<size_t>(y) * width;
    for (size_t x = 0; x < width; ++x) {
      const float one = first.values[row + x];
      const float part = share * (1 - smooth_step(agree, disagree, std::abs(apart[x])));
      moved.values[row + x] = one + part * (second.values[row + x] - one);
    }
  });
  return moved;
}

}  // namespace bgcut::matte
