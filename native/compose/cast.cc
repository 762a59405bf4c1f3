#include "compose/cast.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bgcut::compose {

namespace {

constexpr float kSolid = 0.5F;  // what casts a shadow

// Geometry of the subject on its field: field pixels.
struct Stance {
  int left;
  int right;  // one past
  int top;
  int bottom;                  // one past the lowest solid row
  std::vector<int> underside;  // per column, one past its lowest solid row; -1 where there is none
  std::vector<double> floor;   // per column, the height of the floor under the points of contact
};

// The floor: straight between the points where the subject touches it. Those are the columns whose
// underside is lowest among their neighbours and near the bottom of the whole.
Stance find_stance(const Field& alpha) {
  const int width = alpha.size.width;
  Stance stance{width,
                0,
                alpha.size.height,
                0,
                std::vector<int>(static_cast<size_t>(width), -1),
                std::vector<double>(static_cast<size_t>(width))};
  for (int y = 0; y < alpha.size.height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (alpha.at(x, y) < kSolid) continue;
      stance.left = std::min(stance.left, x);
      stance.right = std::max(stance.right, x + 1);
      stance.top = std::min(stance.top, y);
      stance.bottom = y + 1;
      stance.underside[static_cast<size_t>(x)] = y + 1;
    }
  }
  if (stance.right <= stance.left) return stance;
  const double reach = 0.12 * (stance.bottom - stance.top);  // how far up a contact may be
  const int near = std::max(1, (stance.right - stance.left) / 12);
  std::vector<std::pair<int, int>> contacts;  // column, height
  for (int x = stance.left; x < stance.right; ++x) {
    const int here = stance.underside[static_cast<size_t>(x)];
    if (here < stance.bottom - reach) continue;
    bool lowest = true;
    for (int other = std::max(stance.left, x - near); other < std::min(stance.right, x + near + 1);
         ++other) {
      lowest = lowest && stance.underside[static_cast<size_t>(other)] <= here;
    }
    if (lowest) contacts.emplace_back(x, here);
  }
  size_t next = 0;
  for (int x = 0; x < width; ++x) {
    while (next < contacts.size() && contacts[next].first < x) ++next;
    const auto& after = contacts[std::min(next, contacts.size() - 1)];
    const auto& before = contacts[next == 0 ? 0 : next - 1];
    const double share =
        after.first == before.first
            ? 0
            : std::clamp(static_cast<double>(x - before.first) / (after.first - before.first), 0.0,
                         1.0);
    stance.floor[static_cast<size_t>(x)] = before.second + share * (after.second - before.second);
  }
  return stance;
}

// Adds `value` around a point between four pixels; the strongest contribution stays.
void splat(Field& field, double x, double y, float value) {
  const int left = static_cast<int>(std::floor(x));
  const int top = static_cast<int>(std::floor(y));
  for (int dy = 0; dy < 2; ++dy) {
    for (int dx = 0; dx < 2; ++dx) {
      const int column = left + dx;
      const int row = top + dy;
      if (column < 0 || row < 0 || column >= field.size.width || row >= field.size.height) continue;
      const double weight =
          (dx == 0 ? 1 - (x - left) : x - left) * (dy == 0 ? 1 - (y - top) : y - top);
      float& target = field.at(column, row);
      target = std::max(target, value * static_cast<float>(std::min(1.0, weight * 2)));
    }
  }
}

// Small, dark, right at the contacts: it is what makes a subject stand.
Field contact(const Field& alpha, const Stance& stance) {
  Field field = alpha.blank();
  const double height = stance.bottom - stance.top;
  const double thickness = std::max(1.0, 0.02 * height);
  for (int x = stance.left; x < stance.right; ++x) {
    const int underside = stance.underside[static_cast<size_t>(x)];
    const double floor = stance.floor[static_cast<size_t>(x)];
    if (underside < 0 || underside < floor - 2 * thickness) continue;
    for (int y = static_cast<int>(floor - thickness); y < floor + thickness * 0.5; ++y) {
      if (y >= 0 && y < field.size.height) field.at(x, y) = 1;
    }
  }
  blur(field, 0.012 * height, 0.006 * height);
  return field;
}

// The floor under a vehicle: the lower convex hull of its underside. Seen in perspective the far
// wheels stand higher in the picture than the near ones; the hull runs through all of them.
std::vector<double> hull_floor(const Stance& stance) {
  std::vector<std::pair<int, int>> hull;  // column, height
  for (int x = stance.left; x < stance.right; ++x) {
    const int y = stance.underside[static_cast<size_t>(x)];
    if (y < 0) continue;
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
  std::vector<double> floor(stance.floor.size(), stance.bottom);
  for (size_t i = 0; i + 1 < hull.size(); ++i) {
    const auto& [ax, ay] = hull[i];
    const auto& [bx, by] = hull[i + 1];
    for (int x = ax; x <= bx; ++x) {
      floor[static_cast<size_t>(x)] = ay + static_cast<double>(by - ay) * (x - ax) / (bx - ax);
    }
  }
  if (hull.size() == 1) floor[static_cast<size_t>(hull.front().first)] = hull.front().second;
  return floor;
}

}  // namespace

Field cast_on_floor(const Field& alpha) {
  // The light stands in front, on the left, and high.
  constexpr double kShear = 0.62;          // to the right, per height
  constexpr double kForeshortened = 0.26;  // backwards (up in the picture), per height
  constexpr size_t kLayers = 6;            // steps of softness
  const Stance stance = find_stance(alpha);
  if (stance.right <= stance.left) return alpha.blank();
  const double height = stance.bottom - stance.top;

  std::array<Field, kLayers> layers;
  layers.fill(alpha.blank());
  for (int y = stance.top; y < stance.bottom; ++y) {
    for (int x = stance.left; x < stance.right; ++x) {
      if (alpha.at(x, y) < kSolid) continue;
      const double floor = stance.floor[static_cast<size_t>(x)];
      const double above = std::max(0.0, floor - y - 1);
      const double share = above / height;  // 0 at the floor, 1 at the top of the subject
      const auto layer = std::min(kLayers - 1, static_cast<size_t>(share * kLayers));
      const auto strength = static_cast<float>(1 - 0.72 * share);
      splat(layers[layer], x + kShear * above, floor - 1 - kForeshortened * above,
            strength * alpha.at(x, y));
    }
  }
  Field shadow = alpha.blank();
  for (size_t i = 0; i < kLayers; ++i) {
    const double softness = (0.008 + 0.034 * static_cast<double>(i) / kLayers) * height;
    blur(layers[i], softness, softness * 0.5);
    // Neighbouring layers meet where both are half-blurred: their sum closes the seam.
    for (size_t k = 0; k < shadow.values.size(); ++k) {
      shadow.values[k] = std::min(1.0F, shadow.values[k] + layers[i].values[k]);
    }
  }
  const Field touch = contact(alpha, stance);
  for (size_t k = 0; k < shadow.values.size(); ++k) {
    shadow.values[k] = std::max(shadow.values[k], touch.values[k]);
  }
  return shadow;
}

Field cast_under_vehicle(const Field& alpha) {
  const Stance stance = find_stance(alpha);
  if (stance.right <= stance.left) return alpha.blank();
  const double width = stance.right - stance.left;
  const double height = stance.bottom - stance.top;
  // The core lies under the body, darkest on the floor; the rim is what spreads around it. Bumpers
  // overhang the tyres, so towards both ends the shadow draws in as an ellipse does.
  const std::vector<double> floors = hull_floor(stance);
  Field core = alpha.blank();
  Field rim = alpha.blank();
  for (int x = stance.left; x < stance.right; ++x) {
    const int underside = stance.underside[static_cast<size_t>(x)];
    if (underside < 0) continue;
    const double floor = floors[static_cast<size_t>(x)];
    const double gap = (floor - underside) / height;  // what is high above the floor casts little
    const double across = 2 * (x + 0.5 - stance.left) / width - 1;  // -1..1
    const double roundness = std::sqrt(std::max(0.0, 1 - across * across));
    const double end = std::clamp((1 - std::abs(across)) / 0.16, 0.0, 1.0) *
                       std::clamp((0.34 - gap) / 0.16, 0.0, 1.0);
    const double depth = 0.050 * height * roundness;
    const double ceiling =
        std::max(std::min<double>(underside, floor) - 0.05 * height, floor - 0.22 * height * end);
    for (int y = std::max(0, static_cast<int>(ceiling));
         y < std::min<double>(floor + depth, core.size.height); ++y) {
      const double up = std::clamp((floor - y) / (0.22 * height), 0.0, 1.0);
      if (y < floor + 0.55 * depth) core.at(x, y) = static_cast<float>(end * (1 - 0.45 * up));
      rim.at(x, y) = static_cast<float>(roundness * (0.35 + 0.65 * end));
    }
  }
  blur(core, 0.016 * width, 0.020 * height);
  blur(rim, 0.036 * width, 0.055 * height);
  for (size_t k = 0; k < core.values.size(); ++k) {
    core.values[k] = std::max(core.values[k], 0.72F * rim.values[k]);
  }
  return core;
}

}  // namespace bgcut::compose
