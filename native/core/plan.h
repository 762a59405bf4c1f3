// What one request is to do: the output of lib/plan.ts, read once by native/addon/read_plan.cc.
// TypeScript has validated it; no default value stands here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace bgcut {

struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
  int64_t area() const { return static_cast<int64_t>(width) * height; }
};

enum class Format { kPng, kJpg, kWebp, kZip };
enum class Channels { kRgba, kAlpha };
enum class PngFilter { kNone, kSub, kUp, kAll };

// Settings of one encoder; each format reads its own fields only.
struct Encoder {
  Format format = Format::kPng;
  int quality = 0;                      // jpg, webp, zip (its color.jpg): 1..100
  int compression = 0;                  // png, zip (its alpha.png): zlib level 0..9
  int effort = 0;                       // webp: 0..6
  PngFilter filter = PngFilter::kNone;  // png, zip (its alpha.png)
  bool optimize = false;                // jpg, zip (its color.jpg): smaller, in several passes
};

// A rectangle in pixels of the picture or canvas it belongs to.
struct Box {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  bool operator==(const Box&) const = default;
  Size size() const { return {width, height}; }
};

// The steps from mask to matte that can be left out, so that a bench shows what each is worth;
// docs/matting.md says what they do.
struct MattingSteps {
  bool closer_look = true;    // at the box of a small subject
  bool holes = true;          // opened where they have the background's colours
  bool prior = true;          // the mask, as far as it is trusted, beside the colours
  bool doubt = true;          // in colours that are alike
  bool background = true;     // keeps out what has surely its colours
  bool coarse_start = true;   // matting at half the size first
  bool solid_inside = true;   // where the mask is sure, and nothing far away
  bool haze = true;           // cleared beside sharp edges
  bool filled_inside = true;  // opaque, but where it looks like the background
  bool detail = true;         // of the mask, too fine for the size of matting
};

// How the mask becomes a matte.
struct Matting {
  int pixels = 0;  // at most so many are matted, at a size of their own; the rest is interpolated
  std::optional<Size> other_scale;  // the model looks at this size of its input as well
  std::optional<Size> model;  // by the matting model, whose input has this size; none: by ourselves
  MattingSteps steps;
};

// Output of lib/plan.ts: what is known before the subject is.
struct Plan {
  Size frame;                             // the whole picture at the scale of the result
  std::optional<Size> transparent_frame;  // format auto: the frame of a result that is transparent
  Size segment;                           // the model's input: the roi is squeezed to it
  std::optional<Size> segment_again;      // its input once more, where the first mask is in doubt
  std::optional<Box> roi;                // pixels of the input, upright, inside it; none: all of it
  std::optional<Matting> matting;        // none: the mask is the alpha, and colours stay
  bool classify = false;                 // evidence for the type of the subject is wanted
  std::chrono::milliseconds timeout{0};  // from submission; 0: none
};

enum class ShadowKind { kDrop, kThreeD, kCar };

struct Shadow {
  ShadowKind kind;
  float opacity;  // 0..1
};

// A plain colour, 0..255 each; alpha below 255 leaves the result translucent.
struct Colour {
  uint8_t red, green, blue, alpha;
};

// What becomes of the windows of a car: as the model found them, see-through, or opaque.
enum class Windows { kAsFound, kOpen, kClosed };

// Output of lib/compose.ts: how the cut-out becomes the result.
struct Composition {
  Size canvas;  // size of the result
  Box source;   // the part of the frame that is used
  Box target;   // where it lands on the canvas: clipped there, resampled when of another size
  Windows windows = Windows::kAsFound;
  std::optional<Shadow> shadow;
  std::optional<Colour> background_colour;
  Channels channels = Channels::kRgba;
  Encoder encoder;
};

}  // namespace bgcut
