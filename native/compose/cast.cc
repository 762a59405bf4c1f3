#include "compose/cast.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "compose/stance.h"

namespace bgcut::compose {

namespace {

// Adds `value` around a point between four pixels.
void splat(Field& field, double x, double y, double value) {
  const int left = static_cast<int>(std::floor(x));
  const int top = static_cast<int>(std::floor(y));
  for (int dy = 0; dy < 2; ++dy) {
    for (int dx = 0; dx < 2; ++dx) {
      const int column = left + dx;
      const int row = top + dy;
      if (column < 0 || row < 0 || column >= field.size.width || row >= field.size.height) continue;
      const double weight =
          (dx == 0 ? 1 - (x - left) : x - left) * (dy == 0 ? 1 - (y - top) : y - top);
      field.at(column, row) += static_cast<float>(value * weight);
    }
  }
}

// Where both lie, the darker one counts.
void darken(Field& field, const Field& other, float strength) {
  for (size_t i = 0; i < field.values.size(); ++i) {
    field.values[i] = std::max(field.values[i], strength * other.values[i]);
  }
}

// Small, dark, right at the contacts: it is what makes a subject stand. A foot or a tyre curves
// away from the floor, and its contact fades as it does.
Field contact(const Field& alpha, const Stance& stance, const std::vector<double>& floor) {
  Field field = alpha.blank();
  const double thickness = std::max(1.0, 0.02 * stance.height());
  for (int x = stance.left; x < stance.right; ++x) {
    const auto column = static_cast<size_t>(x);
    const int underside = stance.underside[column];
    if (underside < 0) continue;
    const double gap = std::abs(floor[column] - underside) / (0.7 * thickness);
    if (gap >= 1) continue;
    const auto strength = static_cast<float>(1 - gap * gap);
    for (int y = static_cast<int>(underside - thickness); y < underside + thickness * 0.5; ++y) {
      if (y >= 0 && y < field.size.height) field.at(x, y) = strength;
    }
  }
  blur(field, 0.008 * stance.height(), 0.006 * stance.height());
  return field;
}

}  // namespace

Field cast_on_floor(const Field& alpha) {
  // The light stands in front, on the left, and high.
  constexpr double kShear = 0.62;          // to the right, per height
  constexpr double kForeshortened = 0.26;  // backwards (up in the picture), per height
  constexpr size_t kLayers = 6;            // steps of softness
  const Scene scene = find_stances(alpha);
  Field shadow = alpha.blank();
  for (size_t i = 0; i < scene.stances.size(); ++i) {
    const Stance& stance = scene.stances[i];
    const std::vector<double> floor = contact_floor(stance).heights;
    const double height = stance.height();
    std::array<Field, kLayers> layers;
    layers.fill(alpha.blank());
    for (int y = 0; y < std::min(stance.bottom, alpha.size.height); ++y) {
      for (int x = 0; x < alpha.size.width; ++x) {
        const auto at =
            static_cast<size_t>(y) * static_cast<size_t>(alpha.size.width) + static_cast<size_t>(x);
        if (scene.owner[at] != i + 1) continue;
        const auto column = static_cast<size_t>(x);
        const double above = std::max(0.0, floor[column] - y - 1);
        const double share = above / height;  // 0 at the floor, 1 at the top of the subject
        // A pixel's shadow covers this much: the determinant of the map, floor's slope included.
        const double slope = x + 1 < alpha.size.width ? floor[column + 1] - floor[column] : 0.0;
        const double area = std::abs(kForeshortened + kShear * slope);
        const double value = (1 - 0.72 * std::min(1.0, share)) * area * alpha.values[at];
        // Shared between two layers, so that no seam shows where the softness changes.
        const double level = std::clamp(share, 0.0, 1.0) * (kLayers - 1);
        const auto layer = std::min(kLayers - 2, static_cast<size_t>(level));
        const double part = level - static_cast<double>(layer);
        const double to_x = x + kShear * above;
        const double to_y = floor[column] - 1 - kForeshortened * above;
        splat(layers[layer], to_x, to_y, value * (1 - part));
        splat(layers[layer + 1], to_x, to_y, value * part);
      }
    }
    Field cast = alpha.blank();
    for (size_t k = 0; k < kLayers; ++k) {
      const double softness = (0.008 + 0.034 * static_cast<double>(k) / kLayers) * height;
      blur(layers[k], softness, softness * 0.5);
      for (size_t p = 0; p < cast.values.size(); ++p) {
        cast.values[p] = std::min(1.0F, cast.values[p] + layers[k].values[p]);
      }
    }
    darken(shadow, cast, 1);
    darken(shadow, contact(alpha, stance, floor), 1);
  }
  return shadow;
}

Field cast_under_vehicle(const Field& alpha) {
  Field shadow = alpha.blank();
  for (const Stance& stance : find_stances(alpha).stances) {
    const double width = stance.width();
    // What is tall and narrow covers little of the floor.
    const double height = std::clamp<double>(0.55 * width, 0.25 * stance.height(), stance.height());
    // The core lies under the body, darkest on the floor; the rim is what spreads around it.
    // Bumpers overhang the tyres, so towards both ends the shadow draws in as an ellipse does.
    const Floor ground = hull_floor(stance);
    Field core = alpha.blank();
    Field rim = alpha.blank();
    for (int x = stance.left; x < stance.right; ++x) {
      const int underside = stance.underside[static_cast<size_t>(x)];
      if (underside < 0) continue;
      const double floor = ground.heights[static_cast<size_t>(x)];
      const double gap = (floor - underside) / height;  // what is high above casts little
      const double across = 2 * (x + 0.5 - stance.left) / width - 1;  // -1..1
      const double roundness = std::sqrt(std::max(0.0, 1 - across * across));
      // Between the wheels it is dark up to the sills; beyond them light comes in from the end.
      const bool between = x >= ground.first && x <= ground.last;
      const double end =
          std::clamp((1 - std::abs(across)) / 0.16, 0.0, 1.0) *
          std::clamp(((between ? 0.34 : 0.15) - gap) / (between ? 0.20 : 0.15), 0.0, 1.0);
      const double near = std::clamp((1.2 - gap) / 0.8, 0.0, 1.0);
      const double depth = 0.050 * height * roundness;
      const double ceiling =
          std::max(std::min<double>(underside, floor) - 0.05 * height, floor - 0.22 * height * end);
      for (int y = std::max(0, static_cast<int>(ceiling));
           y < std::min<double>(floor + depth, core.size.height); ++y) {
        const double up = std::clamp((floor - y) / (0.22 * height), 0.0, 1.0);
        if (y < floor + 0.55 * depth) core.at(x, y) = static_cast<float>(end * (1 - up * up));
        rim.at(x, y) = static_cast<float>(roundness * (0.35 * near + 0.65 * end));
      }
    }
    blur(core, 0.016 * width, 0.020 * height);
    blur(rim, 0.036 * width, 0.055 * height);
    darken(shadow, core, 1);
    darken(shadow, rim, 0.72F);
  }
  return shadow;
}

}  // namespace bgcut::compose
