#include "matte/resampler.h"

#include <algorithm>
#include <cmath>

namespace bgcut::matte {

namespace {

double triangle(double distance) {
  return std::max(0.0, 1 - distance);
}

double catmull_rom(double distance) {
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0.0;
}

}  // namespace

Resampler::Taps::Taps(Filter filter, int from, int to) : first(static_cast<size_t>(to)) {
  const auto kernel = filter == Filter::kTriangle ? triangle : catmull_rom;
  const double scale = std::max(1.0, static_cast<double>(from) / to);
  const double reach = (filter == Filter::kTriangle ? 1 : 2) * scale;  // in source samples
  const auto middle = [&](size_t i) { return (static_cast<double>(i) + 0.5) * from / to - 0.5; };
  const auto begin = [&](size_t i) {
    return std::clamp(static_cast<int>(std::ceil(middle(i) - reach)), 0, from - 1);
  };
  const auto end = [&](size_t i) {
    return std::clamp(static_cast<int>(std::floor(middle(i) + reach)), 0, from - 1) + 1;
  };
  for (size_t i = 0; i < first.size(); ++i) {
    count = std::max(count, static_cast<size_t>(end(i) - begin(i)));
  }
  weights.resize(first.size() * count);
  for (size_t i = 0; i < first.size(); ++i) {
    // Where there are fewer than the others have, those in front weigh nothing.
    first[i] = static_cast<size_t>(std::max(0, end(i) - static_cast<int>(count)));
    float* const own = weights.data() + i * count;
    double sum = 0;
    for (int k = begin(i); k < end(i); ++k) {
      float& weight = own[static_cast<size_t>(k) - first[i]];
      weight = static_cast<float>(kernel(std::abs(k - middle(i)) / scale));
      sum += static_cast<double>(weight);
    }
    for (int k = begin(i); k < end(i); ++k) {
      float& weight = own[static_cast<size_t>(k) - first[i]];
      weight = sum > 0 ? static_cast<float>(static_cast<double>(weight) / sum) : 1.0F;
    }
  }
}

Resampler::Resampler(const Plane& plane, Size size, Filter filter)
    : plane_(plane),
      size_(size),
      columns_(filter, plane.size.width, size.width),
      rows_(filter, plane.size.height, size.height) {}

Resampler::Room::Room(const Resampler& resampler)
    : line(static_cast<size_t>(resampler.plane_.size.width)),
      row(static_cast<size_t>(resampler.size_.width)) {}

const float* Resampler::row(int y, Room& room) const {
  const size_t width = room.line.size();
  const auto place = static_cast<size_t>(y);
  const float* line = plane_.values.data() + width * place;
  if (plane_.size.height != size_.height) {
    std::fill(room.line.begin(), room.line.end(), 0.0F);
    const float* from = plane_.values.data() + width * rows_.first[place];
    const float* const weights = rows_.weights.data() + place * rows_.count;
    for (size_t k = 0; k < rows_.count; ++k, from += width) {
      if (weights[k] == 0) continue;
      for (size_t x = 0; x < width; ++x) room.line[x] += weights[k] * from[x];
    }
    line = room.line.data();
  }
  if (plane_.size.width == size_.width) return line;
  const float* weight = columns_.weights.data();
  for (size_t x = 0; x < room.row.size(); ++x) {
    const float* const samples = line + columns_.first[x];
    float sum = 0;
    for (size_t k = 0; k < columns_.count; ++k) sum += *weight++ * samples[k];
    room.row[x] = sum;
  }
  return room.row.data();
}

}  // namespace bgcut::matte
