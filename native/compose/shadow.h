// Shadows under a cut-out. All sizes are relative to the subject, so that a preview and a 50 MP
// result look alike.
#pragma once

#include "image/pixels.h"

namespace bgcut::compose {

// Adds the shadow of the subject to `rgba`, which holds the cut-out alone: black in the colour, its
// strength in the alpha, under the subject. `subject`: its box on the canvas. The canvas clips it.
//   drop  soft, offset downwards, as if the subject hung before a wall
//   3D    cast on the floor from the points of contact to the back right, foreshortened, softer
//         and paler with distance
//   car   under the body and the tyres: a dark core with a soft rim
void add_shadow(image::Pixels& rgba, const Shadow& shadow, const Box& subject, int threads);

}  // namespace bgcut::compose
