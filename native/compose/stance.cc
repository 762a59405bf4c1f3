#include "compose/stance.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace bgcut::compose {

namespace {

using Point = std::pair<int, int>;  // column, height

// A connected part of what is solid.
struct Part {
  std::vector<size_t> pixels;
  int bottom = 0;
};

// The part that holds `start`; its pixels leave `open`.
Part take_part(const Size& size, std::vector<uint8_t>& open, size_t start) {
  const auto width = static_cast<size_t>(size.width);
  Part part;
  part.pixels.push_back(start);
  open[start] = 0;
  for (size_t next = 0; next < part.pixels.size(); ++next) {
    const size_t here = part.pixels[next];
    part.bottom = std::max(part.bottom, static_cast<int>(here / width) + 1);
    const auto visit = [&](size_t neighbour) {
      if (open[neighbour] == 0) return;
      open[neighbour] = 0;
      part.pixels.push_back(neighbour);
    };
    if (here % width > 0) visit(here - 1);
    if (here % width + 1 < width) visit(here + 1);
    if (here >= width) visit(here - width);
    if (here + width < open.size()) visit(here + width);
  }
  return part;
}

std::vector<Part> solid_parts(const Field& alpha) {
  std::vector<uint8_t> open(alpha.values.size());
  for (size_t i = 0; i < open.size(); ++i) open[i] = alpha.values[i] >= kSolid ? 1 : 0;
  std::vector<Part> parts;
  for (size_t i = 0; i < open.size(); ++i) {
    if (open[i] != 0) parts.push_back(take_part(alpha.size, open, i));
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.pixels.size() > b.pixels.size(); });
  return parts;
}

// Whether the underside rises from `x` before it goes lower: a tyre or a foot does, while a bumper
// or a hem runs straight on into what stands lower beside it.
bool stands_out(const Stance& stance, int x, int step) {
  const int here = stance.underside[static_cast<size_t>(x)];
  int highest = here;
  for (int other = x; other >= stance.left && other < stance.right; other += step) {
    const int under = stance.underside[static_cast<size_t>(other)];
    if (under > here) return here - highest >= std::max(1.0, 0.03 * stance.height());
    highest = std::min(highest, under < 0 ? stance.top : under);
  }
  return true;
}

// Columns within `reach` of the bottom whose underside is lowest among their neighbours. Never
// empty: the lowest column is one.
std::vector<Point> contacts(const Stance& stance, double reach) {
  const int near = std::max(1, stance.width() / 12);
  std::vector<Point> found;
  for (int x = stance.left; x < stance.right; ++x) {
    const int here = stance.underside[static_cast<size_t>(x)];
    if (here < stance.bottom - reach) continue;
    const auto begin = stance.underside.begin();
    const auto lowest = std::max_element(begin + std::max(stance.left, x - near),
                                         begin + std::min(stance.right, x + near + 1));
    if (*lowest == here && stands_out(stance, x, -1) && stands_out(stance, x, 1)) {
      found.emplace_back(x, here);
    }
  }
  return found;
}

}  // namespace

Scene find_stances(const Field& alpha) {
  constexpr double kSpeck = 0.02;    // of all that is solid
  constexpr double kHanging = 0.30;  // of the height, above the lowest
  constexpr size_t kMost = 6;        // each costs a few passes over the field
  const std::vector<Part> parts = solid_parts(alpha);
  Scene scene{{}, std::vector<uint8_t>(alpha.values.size())};
  if (parts.empty()) return scene;
  const auto width = static_cast<size_t>(alpha.size.width);
  size_t solid = 0;
  for (const Part& part : parts) solid += part.pixels.size();
  const auto large = [&](const Part& part) {
    return static_cast<double>(part.pixels.size()) >= kSpeck * static_cast<double>(solid);
  };
  int top = alpha.size.height;
  int bottom = 0;
  for (const Part& part : parts) {
    if (!large(part) && &part != parts.data()) continue;
    top = std::min(top, static_cast<int>(part.pixels.front() / width));
    bottom = std::max(bottom, part.bottom);
  }
  for (const Part& part : parts) {
    const bool first = scene.stances.empty();
    const bool stands = large(part) && part.bottom >= bottom - kHanging * (bottom - top) &&
                        scene.stances.size() < kMost;
    if (first || stands) {
      scene.stances.push_back({alpha.size.width, 0, static_cast<int>(part.pixels.front() / width),
                               part.bottom, std::vector<int>(width, -1)});
    }
    Stance& stance = first || stands ? scene.stances.back() : scene.stances.front();
    const auto owner = static_cast<uint8_t>(first || stands ? scene.stances.size() : 1);
    for (const size_t pixel : part.pixels) {
      scene.owner[pixel] = owner;
      if (!first && !stands) continue;
      const size_t x = pixel % width;
      stance.left = std::min(stance.left, static_cast<int>(x));
      stance.right = std::max(stance.right, static_cast<int>(x) + 1);
      stance.underside[x] = std::max(stance.underside[x], static_cast<int>(pixel / width) + 1);
    }
  }
  return scene;
}

Floor contact_floor(const Stance& stance) {
  const std::vector<Point> points = contacts(stance, 0.12 * stance.height());
  std::vector<double> floor(stance.underside.size());
  size_t next = 0;
  for (int x = 0; x < static_cast<int>(floor.size()); ++x) {
    while (next < points.size() && points[next].first < x) ++next;
    const auto& [bx, by] = points[std::min(next, points.size() - 1)];
    const auto& [ax, ay] = points[next == 0 ? 0 : next - 1];
    const double share =
        bx == ax ? 0 : std::clamp(static_cast<double>(x - ax) / (bx - ax), 0.0, 1.0);
    floor[static_cast<size_t>(x)] = ay + share * (by - ay);
  }
  return {std::move(floor), points.front().first, points.back().first};
}

Floor hull_floor(const Stance& stance) {
  constexpr double kSteepest = 0.45;  // between two wheels
  constexpr double kOverhang = 0.12;  // beyond the last one
  std::vector<Point> points = contacts(stance, 0.40 * stance.height());
  // What is too steep from the lowest point is bodywork, not a wheel.
  const Point lowest =
      *std::max_element(points.begin(), points.end(),
                        [](const Point& a, const Point& b) { return a.second < b.second; });
  std::vector<Point> hull;
  for (const auto& [x, y] : points) {
    if (lowest.second - y > kSteepest * std::abs(lowest.first - x)) continue;
    while (hull.size() >= 2) {
      const auto& [ax, ay] = hull[hull.size() - 2];
      const auto& [bx, by] = hull.back();
      // Keeps only what hangs below the line between its neighbours (heights grow downwards).
      if (static_cast<int64_t>(by - ay) * (x - ax) > static_cast<int64_t>(y - ay) * (bx - ax))
        break;
      hull.pop_back();
    }
    hull.emplace_back(x, y);
  }
  std::vector<double> floor(stance.underside.size());
  // Beyond a wheel the floor follows a splitter that hangs close above it; the faster the bodywork
  // rises, the less it says of the floor.
  const auto extend = [&](const Point& wheel, int step) {
    double rise = 1;
    for (int x = wheel.first + step; x >= stance.left && x < stance.right; x += step) {
      const int under = stance.underside[static_cast<size_t>(x)];
      if (under < 0) continue;
      rise = std::min(rise, static_cast<double>(wheel.second - under) / std::abs(x - wheel.first));
    }
    const double slope = std::clamp(2 * kOverhang - rise, 0.0, std::clamp(rise, 0.0, kOverhang));
    for (int x = wheel.first; x >= 0 && x < static_cast<int>(floor.size()); x += step) {
      floor[static_cast<size_t>(x)] = wheel.second - slope * std::abs(x - wheel.first);
    }
  };
  extend(hull.front(), -1);
  extend(hull.back(), 1);
  for (size_t i = 0; i + 1 < hull.size(); ++i) {
    const auto& [ax, ay] = hull[i];
    const auto& [bx, by] = hull[i + 1];
    for (int x = ax; x <= bx; ++x) {
      floor[static_cast<size_t>(x)] = ay + static_cast<double>(by - ay) * (x - ax) / (bx - ax);
    }
  }
  return {std::move(floor), hull.front().first, hull.back().first};
}

}  // namespace bgcut::compose
