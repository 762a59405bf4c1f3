// Private to native/compose: how a subject stands, for the shadows that lie on a floor.
#pragma once

#include <cstdint>
#include <vector>

#include "compose/field.h"

namespace bgcut::compose {

constexpr float kSolid = 0.5F;  // the least alpha that casts a shadow

// One thing that stands on the floor. Lengths and places are in pixels of the field.
struct Stance {
  int left;
  int right;  // one past
  int top;
  int bottom;                  // one past the lowest solid row
  std::vector<int> underside;  // per column, one past its lowest solid row; -1 where there is none

  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

// The things of a cut-out, and who owns what.
struct Scene {
  std::vector<Stance> stances;  // the largest first; none where nothing is solid
  std::vector<uint8_t> owner;   // per field pixel: 1 + index of the stance it belongs to, or 0
};

// Things that don't touch stand for themselves: a woman beside her car has a floor of her own.
// Specks, and what hangs high above the floor of the rest, belong to the largest thing.
Scene find_stances(const Field& alpha);

// The floor under one thing.
struct Floor {
  std::vector<double> heights;  // per column of the field
  int first;                    // columns of the outermost points of contact
  int last;
};

// The floor of something on feet: straight between the points of contact, level beyond them.
// Contacts are the columns whose underside is lowest among their neighbours and near the bottom of
// the whole.
Floor contact_floor(const Stance& stance);

// The floor of a vehicle: the lower convex hull of its points of contact. Seen in perspective the
// far wheels stand higher in the picture than the near ones; the hull runs through all of them. A
// floor is never steep, and beyond the last wheel it hardly rises: bumpers hang above it.
Floor hull_floor(const Stance& stance);

}  // namespace bgcut::compose
