#include "matte/focus.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace bgcut::matte {

namespace {

// Pixels of the mask per pixel of the picture, across and down.
struct Scale {
  double x;
  double y;
};

Scale scale_of(const Plane& mask, Size shown) {
  return {static_cast<double>(mask.size.width) / shown.width,
          static_cast<double>(mask.size.height) / shown.height};
}

// The box of all values above `level`; empty where there is none.
Box bounds_of(const Plane& mask, float level) {
  int left = mask.size.width;
  int right = 0;
  int top = mask.size.height;
  int bottom = 0;
  const float* value = mask.values.data();
  for (int y = 0; y < mask.size.height; ++y) {
    for (int x = 0; x < mask.size.width; ++x) {
      if (*value++ <= level) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = y + 1;
    }
  }
  return {left, top, std::max(right - left, 0), std::max(bottom - top, 0)};
}

// The part of the mask that covers `box`, at the mask's own size.
Plane cropped(const Plane& mask, const Box& box, Size shown) {
  const Scale scale = scale_of(mask, shown);
  const auto along = [](int start, int length, double by, int limit) {
    const int first = std::clamp(static_cast<int>(std::lround(start * by)), 0, limit - 1);
    const auto end = static_cast<int>(std::lround((start + length) * by));
    return std::pair{first, std::clamp(end, first + 1, limit) - first};
  };
  const auto [left, width] = along(box.left, box.width, scale.x, mask.size.width);
  const auto [top, height] = along(box.top, box.height, scale.y, mask.size.height);
  Plane part{{}, {width, height}};
  part.values.reserve(static_cast<size_t>(part.size.area()));
  for (int y = top; y < top + height; ++y) {
    const auto row = mask.values.begin() + static_cast<ptrdiff_t>(y) * mask.size.width + left;
    part.values.insert(part.values.end(), row, row + width);
  }
  return part;
}

}  // namespace

std::optional<Box> focus_of(const Plane& mask, Size shown) {
  constexpr float kSubject = 0.1F;
  constexpr double kMost = 0.2;     // of the picture
  constexpr double kFine = 0.75;    // pixels of the mask per pixel of the picture
  constexpr double kMargin = 0.15;  // of the longer side of the subject
  const Scale scale = scale_of(mask, shown);
  if (std::max(scale.x, scale.y) >= kFine) return {};
  const Box found = bounds_of(mask, kSubject);
  const auto area = static_cast<double>(found.size().area());
  if (area <= 0 || area > kMost * static_cast<double>(mask.size.area())) return {};
  const double margin = kMargin * std::max(found.width / scale.x, found.height / scale.y);
  const auto grown = [margin](int start, int length, double by, int limit) {
    const int first = std::max(0, static_cast<int>(std::floor(start / by - margin)));
    const int end = std::min(limit, static_cast<int>(std::ceil((start + length) / by + margin)));
    return std::pair{first, end - first};
  };
  const auto [left, width] = grown(found.left, found.width, scale.x, shown.width);
  const auto [top, height] = grown(found.top, found.height, scale.y, shown.height);
  return Box{left, top, width, height};
}

Plane focused(const Plane& mask, const Box& box, Size shown, const Plane& closer, int threads) {
  constexpr double kReach = 3;  // pixels of the mask: its edges are no finer
  constexpr float kAgree = 0.2F;
  constexpr float kDisagree = 0.5F;
  const Plane part = cropped(mask, box, shown);
  const double finer = (static_cast<double>(closer.size.width) / part.size.width +
                        static_cast<double>(closer.size.height) / part.size.height) /
                       2;
  const int reach = std::max(1, static_cast<int>(std::lround(kReach * finer)));
  return moved_where_alike(resample(part, closer.size, threads), closer, 1, reach, kAgree,
                           kDisagree, threads);
}

}  // namespace bgcut::matte
