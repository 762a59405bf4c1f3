// What tells the type of a subject: measured here, judged in lib/foreground/decide.ts.
#pragma once

#include <optional>

#include "segment/detect.h"

namespace bgcut::segment {

// All shares are 0..1. lib/foreground/evidence.ts has the same fields.
struct Evidence {
  std::optional<ObjectScores> objects;  // none: there was no detector

  // Of the subject's own pixels, the subject scaled to a fixed size:
  float flat = 0;     // neighbours that are alike (one level of 255 at most)
  float palette = 0;  // pixels in the eight commonest colours, of 16 levels per band
  float jumps = 0;    // places where the colour jumps within three pixels
  float clean = 0;    // jumps with a flat side, as between a line and the area beside it

  float plain = 0;  // of the picture's rim, as far as it isn't subject: of about one colour

  // The subject's box, as shares of the picture's width and height.
  float left = 0;
  float top = 0;
  float width = 0;
  float height = 0;
  float cover = 0;  // the part of the picture that is subject
};

// Measures the subject in `frame` (RGBA, straight alpha: the subject's; the colour under alpha 0 is
// still the picture's) inside `subject`, its box (not empty). The detector looks at the whole
// picture, and where that leaves doubt also at the subject alone; null: it doesn't.
// Throws what detect throws, kOutOfMemory, or the token's reason.
Evidence measure_evidence(const image::Pixels& frame, const Box& subject, const Detector* detector,
                          int threads, CancelToken& token);

}  // namespace bgcut::segment
