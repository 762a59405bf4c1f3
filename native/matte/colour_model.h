// What the colours of the whole picture say of a pixel: whether it looks like the background.
#pragma once

#include "image/pixels.h"
#include "matte/plane.h"

namespace bgcut::matte {

// The odds of each colour of `rgb` (three bands, of the size of `mask`) to be background: how often
// it occurs in what `mask` is sure to be background, over how often it occurs there and in what it
// is sure to be subject, each as a share; both as histograms of the whole picture (as in Boykov and
// Jolly, "Interactive Graph Cuts for Optimal Boundary & Region Segmentation", 2001). 0..1; of no
// use, and 0, where the mask is sure itself, and everywhere if it is hardly sure of anything. A
// colour that occurs nowhere is taken for the subject's. Doesn't depend on `threads`.
Plane background_odds(const image::Pixels& rgb, const Plane& mask, int threads);

}  // namespace bgcut::matte
