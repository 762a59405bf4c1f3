// Placing the cut-out on the canvas of the result.
#pragma once

#include "core/cancel.h"
#include "image/pixels.h"

namespace bgcut::compose {

// Puts the `source` region of `frame` (RGBA) onto a transparent canvas so that it covers `target`,
// which may reach over the canvas' edges and may be of another size: then it is resampled, weighted
// by alpha. Where the sizes agree, pixels are copied as they are, hidden colour included.
image::Pixels place(const image::Pixels& frame, const Box& source, const Box& target, Size canvas,
                    int threads, const CancelToken& token);

}  // namespace bgcut::compose
