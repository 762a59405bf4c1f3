// One request from encoded picture to encoded result: the ordered list of stages.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>

#include "compose/cutout.h"
#include "core/cancel.h"
#include "core/plan.h"
#include "image/encode.h"
#include "image/picture.h"
#include "segment/model.h"

namespace bgcut {

// The stages in their order; `lib/native.ts` and the docs use the same names.
inline constexpr std::array<const char*, 6> kStageNames{"decode", "tensor", "inference",
                                                        "mask",   "cutout", "encode"};

struct Result {
  Format format = Format::kPng;
  Size size;
  image::Encoded data;                                // the file; for a zip its color.jpg
  std::optional<image::Encoded> alpha;                // for a zip its alpha.png
  compose::Box foreground;                            // in pixels of the result
  std::array<double, kStageNames.size()> stage_ms{};  // wall time per stage, milliseconds
};

// Weights and settings that all requests of an engine share; scratch memory belongs to a request.
struct Model {
  std::shared_ptr<segment::Session> session;
  segment::Contract contract;
};

// Runs `plan` on `picture`, whose memory is freed as soon as it is decoded. The token is checked
// between stages, inside inference, and while libvips decodes and encodes.
// Throws Error: what the stages throw, kUnknownForeground where nothing is left, or the token's
// reason.
Result run_pipeline(std::unique_ptr<image::Picture> picture, const Plan& plan, const Model& model,
                    int threads, CancelToken& token);

}  // namespace bgcut
