// Car windows: see-through or opaque.
#pragma once

#include "image/pixels.h"

namespace bgcut::matte {

// Lowers the alpha of what looks like the glass of a car in the cut-out `rgba` (RGB still that of
// the picture): smooth, colourless areas in the upper half of `subject` (its box), darker than the
// body and enclosed by it. Reflections keep their cover, the rest lets the background through. It
// is cautious: where nothing fits, as on a black car, nothing changes. Works at a small size of its
// own, so that every resolution gives the same windows.
void open_windows(image::Pixels& rgba, const Box& subject, int threads);

// Makes opaque what the subject encloses and the model left translucent.
void close_windows(image::Pixels& rgba, const Box& subject, int threads);

}  // namespace bgcut::matte
