// A closer look at a subject that is small in a large picture: the model has hardly seen it.
#pragma once

#include <optional>

#include "matte/plane.h"

namespace bgcut::matte {

// Where to look again: the box of what `mask` takes for the subject, with a margin, in pixels of a
// picture of `shown` pixels, all of which the mask covers. None where the subject takes more than a
// fifth of the picture, or the mask is nearly as fine as the picture, or is empty.
std::optional<Box> focus_of(const Plane& mask, Size shown);

// The mask of that `box` alone, of the size of `closer`, which is what the model sees of it by
// itself. Where the two masks disagree about more than edges, `mask` counts: it has seen what is
// around. 0..1; doesn't depend on `threads`.
Plane focused(const Plane& mask, const Box& box, Size shown, const Plane& closer, int threads);

}  // namespace bgcut::matte
