// From the model's mask to a matte: alpha where the mask is unsure, a solid inside.
#pragma once

#include "core/cancel.h"
#include "core/plan.h"
#include "image/pixels.h"
#include "matte/plane.h"

namespace bgcut::matte {

// The size at which the region `region` is matted: its aspect, at most `pixels` pixels, never
// larger than it is.
Size working_size(Size region, int pixels);

// Two masks of one picture, of any sizes, as one of `size`: their mean where they agree, `first`
// where a model that sees the picture at another size also sees another subject.
Plane blend(const Plane& first, const Plane& second, Size size, int threads);

// The alpha of `rgb` (three bands: what the model saw, at the working size) from the model's `mask`
// of any size, by those of the `steps` that are its own. 0..1, of the size of `rgb`; doesn't depend
// on `threads`. See docs/matting.md. Throws the token's reason.
Plane refine(const image::Pixels& rgb, const Plane& mask, const MattingSteps& steps, int threads,
             const CancelToken& token);

// `alpha`, which was matted at its own size, with what the model's `mask` has that is too fine for
// that size: spokes, straps, the meshes of a net. Of the larger size of the two, in each direction
// at most `most`, the size of what is matted. 0..1; doesn't depend on `threads`.
Plane with_detail(const Plane& alpha, const Plane& mask, Size most, int threads);

}  // namespace bgcut::matte
