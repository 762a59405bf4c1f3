// The subject's own colours where the background shines through.
#pragma once

#include <vector>

#include "image/pixels.h"
#include "matte/plane.h"

namespace bgcut::matte {

// The colours of the foreground and of the background, three floats of 0..1 for each pixel, row by
// row: the picture is alpha F + (1 - alpha) B.
struct Layers {
  std::vector<float> foreground;
  std::vector<float> background;
  Size size;
};

// Multi-level foreground estimation (Germer, Uelwer, Conrad, Harmeling: Fast Multi-Level Foreground
// Estimation, 2020) for `rgb` (three bands) and its `alpha`, of the same size. At sizes above 64
// pixels only what is near alpha between 0 and 1 is worked on: elsewhere one of the two colours is
// the picture's, and the other one is a coarse guess that nobody sees.
// The result doesn't depend on `threads`.
Layers estimate_layers(const image::Pixels& rgb, const Plane& alpha, int threads);

// Where the alpha of `rgba` is between 0 and 255 in `region`, which `layers` cover, the colour
// becomes that of the foreground. `layers` are brought up bilinearly and give way to the picture's
// own colour the more, the more solid the pixel (Forte: Approximate Fast Foreground Colour
// Estimation, 2021), so that detail is kept. Pixels of alpha 0 and 255 keep theirs. `alpha` is that
// of the layers. The result doesn't depend on `threads`.
void paint_foreground(const Layers& layers, const Plane& alpha, const Box& region,
                      image::Pixels& rgba, int threads);

}  // namespace bgcut::matte
