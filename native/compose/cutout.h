// What is left of a picture once its alpha is known.
#pragma once

#include "image/pixels.h"

namespace bgcut::compose {

struct Coverage {
  Box subject;       // smallest box around alpha >= 8, so that a faint fringe doesn't widen it;
                     // empty (0 x 0) where there is nothing
  bool transparent;  // some alpha is below 255
};

// Measures the alpha of `rgba`.
Coverage measure_coverage(const image::Pixels& rgba, int threads);

// Whether every alpha in `box` is 255.
bool is_opaque(const image::Pixels& rgba, const Box& box);

// Whether `subject`, the box of a cut-out, goes on below `region`, the part of the picture in which
// it was looked for: a good part of its width is solid along the lower border. A toe there is none.
bool cut_off_below(const image::Pixels& rgba, const Box& subject, const Box& region);

// Makes the colour black wherever alpha is 0: no hidden picture travels with a cut-out, and it
// compresses better.
void clear_hidden_colour(image::Pixels& rgba, int threads);

}  // namespace bgcut::compose
