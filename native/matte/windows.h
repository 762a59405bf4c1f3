// Car windows: see-through or opaque.
#pragma once

#include <vector>

#include "image/pixels.h"

namespace bgcut::matte {

// The glass of a subject, at a size of its own, so that every resolution has the same windows.
struct Glass {
  Size size;
  std::vector<float> clear;  // per pixel, how much of it is let through, 0..1; empty: no glass
};

// Finds what looks like the glass of a car in the cut-out `rgba` (RGB still that of the picture):
// smooth, colourless areas in the upper half of `subject` (its box), darker than the body and
// enclosed by it. It is cautious where nothing is sure, as on a black car; but where one window is,
// its neighbours are too.
Glass find_glass(const image::Pixels& rgba, const Box& subject);

// Lowers the alpha of the glass, `subject` being the box that it was found in, wherever and however
// large it lies now. Reflections keep their cover, the rest lets the background through.
void open_windows(image::Pixels& rgba, const Box& subject, const Glass& glass, int threads);

// Makes opaque what the subject encloses and the model left translucent.
void close_windows(image::Pixels& rgba, const Box& subject, int threads);

}  // namespace bgcut::matte
