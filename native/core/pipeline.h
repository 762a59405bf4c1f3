// One request from encoded picture to encoded result: the ordered list of stages.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "core/cancel.h"
#include "core/cpus.h"
#include "core/plan.h"
#include "image/encode.h"
#include "image/picture.h"
#include "segment/evidence.h"
#include "segment/matting.h"
#include "segment/model.h"

namespace bgcut {

// The stages in their order; `lib/native.ts` and the docs use the same names.
inline constexpr std::array<const char*, 9> kStageNames{
    "decode", "tensor", "inference", "matte", "mask", "classify", "layout", "compose", "encode"};

// What is known of the subject before it is composed.
struct Subject {
  Size frame;                                 // which of the plan's frames it is
  Box box;                                    // of the subject, in pixels of the frame; never empty
  bool transparent;                           // some alpha in the frame is below 255
  bool box_transparent;                       // some alpha in the box is
  std::optional<segment::Evidence> evidence;  // of its type, where the plan wants it
};

// A composition and the picture below it, if any.
struct Layout {
  Composition composition;
  std::shared_ptr<const image::Picture> background;
};

// Decides how the subject becomes the result: lib/compose.ts, by way of the addon. Called once, on
// the thread of the request; may block until its answer is there, but not longer than the token
// lives. May throw Error.
using Composer = std::function<Layout(const Subject&, CancelToken&)>;

struct Result {
  Format format = Format::kPng;
  Size size;
  image::Encoded data;                                // the file; for a zip its color.jpg
  std::optional<image::Encoded> alpha;                // for a zip its alpha.png
  Box foreground;                                     // the subject's box in pixels of the frame
  std::array<double, kStageNames.size()> stage_ms{};  // wall time per stage, milliseconds
  double waiting_ms = 0;                              // for CPUs, between the stages
};

// Weights and settings that all requests of an engine share; scratch memory belongs to a request.
struct Model {
  std::shared_ptr<segment::Session> session;
  segment::Contract contract;
  // Tells what a subject is; null: its type is judged by colours and shape alone.
  std::shared_ptr<const segment::Detector> detector;
  // Makes mattes where the plan says so; null: it doesn't.
  std::shared_ptr<const segment::MattingModel> matting = nullptr;
};

// More pixels than this are a large picture: the memory of one is worth more care than time.
inline constexpr int64_t kLargePicture = 16'000'000;

// One request.
struct Request {
  std::unique_ptr<image::Picture> picture;
  Plan plan;
  Composer compose;
  Rank rank{};  // whose turn it is where CPUs are short
};

// Runs a request, whose picture's memory is freed as soon as it is decoded. The token is checked
// between stages, inside inference, while libvips decodes and encodes, and while CPUs are waited
// for. Throws Error: what the stages throw, kUnknownForeground where nothing is left, or the
// token's reason.
Result run_pipeline(Request request, const Model& model, int threads, CancelToken& token);

}  // namespace bgcut
