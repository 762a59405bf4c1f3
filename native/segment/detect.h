// The objects that a detector sees in a picture, weighed by how much of the subject they account
// for.
#pragma once

#include <array>
#include <memory>

#include "core/cancel.h"
#include "image/pixels.h"
#include "segment/model.h"

namespace bgcut::segment {

// The classes of COCO, in the order of cocoClasses in lib/foreground/evidence.ts.
inline constexpr int kObjectClasses = 80;

// A detection model. Its input is like that of a segmentation model, of any size that
// kDetectorMultiple divides. Its output is [1, n, 84], all of it 0..1: for every cell of three
// grids (strides 8, 16, 32; row by row) the scores of the classes, and how far left, above, right
// and below of the cell's centre the edges of its object lie, as a share of ten strides.
struct Detector {
  std::shared_ptr<Session> session;
  Contract contract;
};

inline constexpr int kDetectorMultiple = 32;

// How strongly each class is seen in the subject: 0..1.
using ObjectScores = std::array<float, kObjectClasses>;

// What the detector is shown: the picture as it is, or the subject alone, over a plain ground.
enum class Look { kScene, kSubject };

// Runs the detector on `view` (RGBA, straight alpha: the subject's; both sides divisible by
// kDetectorMultiple; the colour under alpha 0 is still the picture's). A class scores its best
// cell, times the share of the subject inside that cell's box, and less where the box is mostly
// not subject: so a bystander or a building behind the subject has no say.
// Throws kModelInvalid (the model isn't such a detector), and what infer throws.
ObjectScores detect(const Detector& detector, const image::Pixels& view, Look look,
                    CancelToken& token);

}  // namespace bgcut::segment
