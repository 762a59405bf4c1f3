// The subject's own colours where the background shines through.
#pragma once

#include <cstdlib>
#include <memory>

#include "image/pixels.h"
#include "matte/plane.h"

namespace bgcut::matte {

// Colours, three floats of 0..1 for each pixel, row by row: black until they are written. What
// never is takes no memory.
class Colours {
 public:
  Colours() = default;
  // Throws std::bad_alloc.
  explicit Colours(Size size);

  bool empty() const { return count_ == 0; }
  float operator[](size_t i) const { return values_.get()[i]; }
  float& operator[](size_t i) { return values_.get()[i]; }
  const float* begin() const { return values_.get(); }
  const float* end() const { return values_.get() + count_; }

 private:
  std::unique_ptr<float[], void (*)(void*)> values_{nullptr, std::free};
  size_t count_ = 0;
};

// The colours of the foreground and of the background: the picture is alpha F + (1 - alpha) B.
struct Layers {
  Colours foreground;
  Colours background;
  Size size;
};

// Multi-level foreground estimation (Germer, Uelwer, Conrad, Harmeling: Fast Multi-Level Foreground
// Estimation, 2020) for `rgb` (three bands) and its `alpha`, of the same size. At sizes above 64
// pixels only what is near alpha between 0 and 1 is worked on: some pixels further away both layers
// are black, where nobody sees them. The result doesn't depend on `threads`.
Layers estimate_layers(const image::Pixels& rgb, const Plane& alpha, int threads);

// Where the alpha of `rgba` is between 0 and 255 in `region`, which `layers` cover, the colour
// becomes that of the foreground. `layers` are brought up bilinearly and give way to the picture's
// own colour the more, the more solid the pixel (Forte: Approximate Fast Foreground Colour
// Estimation, 2021), so that detail is kept. Pixels of alpha 0 and 255 keep theirs. `alpha` is that
// of the layers. The result doesn't depend on `threads`.
void paint_foreground(const Layers& layers, const Plane& alpha, const Box& region,
                      image::Pixels& rgba, int threads);

}  // namespace bgcut::matte
