// What is left of a picture once its alpha is known.
#pragma once

#include "image/pixels.h"

namespace bgcut::compose {

// A rectangle in pixels of the picture it belongs to.
struct Box {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

struct Coverage {
  Box subject;       // smallest box around alpha >= 8, so that a faint fringe doesn't widen it;
                     // empty (0 x 0) where there is nothing
  bool transparent;  // some alpha is below 255
};

// Measures the alpha of `rgba`.
Coverage measure_coverage(const image::Pixels& rgba, int threads);

// Makes the colour black wherever alpha is 0: no hidden picture travels with a cut-out, and it
// compresses better.
void clear_hidden_colour(image::Pixels& rgba, int threads);

// Lays `rgba` over a plain colour; alpha is 255 everywhere afterwards.
void flatten_over(image::Pixels& rgba, uint8_t red, uint8_t green, uint8_t blue, int threads);

}  // namespace bgcut::compose
