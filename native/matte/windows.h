// Semi-transparent car windows.
#pragma once

#include "image/pixels.h"

namespace bgcut::matte {

// Lowers the alpha of what looks like the glass of a car in the cut-out `rgba`: smooth, dark or
// pale-grey areas in the upper part of `subject` (its box) that bodywork encloses. Reflections keep
// their cover, the rest lets the background through. Does nothing where no such area is found.
void open_windows(image::Pixels& rgba, const Box& subject, int threads);

}  // namespace bgcut::matte
