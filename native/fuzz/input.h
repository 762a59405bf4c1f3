// What a fuzzer's bytes mean: numbers and small pictures, read from the end, so that what is left
// in front can be a file as it is.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "image/pixels.h"
#include "matte/plane.h"

namespace bgcut::fuzz {

// Ends the process where a promise of the code doesn't hold: the fuzzer keeps the input. NDEBUG
// doesn't turn it off.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

// Reads the bytes of one input; where there are no more, it reads zeros.
class Input {
 public:
  explicit Input(std::span<const uint8_t> bytes) : left_(bytes) {}

  uint8_t byte();
  bool flag() { return (byte() & 1) != 0; }
  // Within bounds, both included.
  int between(int least, int most);
  // Any number there is, but neither NaN nor an infinity.
  double any_number();
  // Within bounds, both included, in 256 steps.
  float fraction(float least, float most);

  // Sides of 1 to `most`; now and then one of them is up to ten times longer, so that there are
  // bands of rows for several threads.
  Size size(int most);
  // Not empty, inside `size`.
  Box box_inside(Size size);

  // A picture of rectangles, ramps and noise; `bands` 3 or 4. Of the four bands the last is alpha,
  // which is mostly 0 or 255.
  image::Pixels pixels(Size size, int bands);
  // The same for a plane of 0..1.
  matte::Plane plane(Size size);

  // What nobody has read yet, and nobody will.
  std::span<const uint8_t> rest();

 private:
  std::span<const uint8_t> left_;
};

}  // namespace bgcut::fuzz
