#include "core/pipeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "image/decode.h"
#include "matte/upsample.h"

namespace bgcut {

namespace {

// Everything that one request owns while it runs.
struct Context {
  std::unique_ptr<image::Picture> picture;
  const Plan& plan;
  const Model& model;
  int threads;
  CancelToken& token;

  bool has_alpha = false;
  image::Decoded decoded;
  segment::Tensor tensor;
  segment::Mask mask;
  Target target;  // which of the plan's targets it is
  Result result;
};

Size larger_target(const Plan& plan) {
  return plan.opaque && plan.opaque->size.area() > plan.transparent.size.area()
             ? plan.opaque->size
             : plan.transparent.size;
}

// The picture is decoded once: at the result's size, or larger where the model sees more than the
// result shows.
Size decode_size(const Plan& plan, Size picture) {
  const Size target = larger_target(plan);
  const double scale = std::max({1.0, static_cast<double>(plan.segment.width) / target.width,
                                 static_cast<double>(plan.segment.height) / target.height});
  return {std::min(picture.width, static_cast<int>(std::ceil(target.width * scale))),
          std::min(picture.height, static_cast<int>(std::ceil(target.height * scale)))};
}

void fit_to(Context& request, Size size) {
  if (request.decoded.pixels.size() == size) return;
  request.decoded.pixels = image::resize(request.decoded.pixels, size, request.has_alpha,
                                         request.threads, request.token);
}

void decode(Context& request) {
  request.has_alpha = request.picture->header.has_alpha;
  request.decoded =
      image::decode(*request.picture, decode_size(request.plan, request.picture->header.size),
                    request.threads, request.token);
  request.picture.reset();
}

void tensor(Context& request) {
  const image::Pixels squeezed =
      image::squeeze_to_rgb(request.decoded.pixels, request.plan.segment, request.has_alpha,
                            request.threads, request.token);
  request.tensor = segment::fill_tensor(squeezed, request.model.contract);
  fit_to(request, larger_target(request.plan));
}

void inference(Context& request) {
  // A large picture needs the memory more, to be encoded, than the next request needs it kept.
  constexpr int64_t kLargePicture = 16'000'000;
  const bool release_scratch = larger_target(request.plan).area() > kLargePicture;
  double& inside = request.result.stage_ms[2];
  request.mask = segment::infer(*request.model.session, request.model.contract, request.tensor,
                                release_scratch, request.token, inside);
  request.tensor = {};
}

void mask(Context& request) {
  matte::apply_mask(request.mask, request.decoded.pixels, request.threads);
  request.mask = {};
}

void cutout(Context& request) {
  image::Pixels& pixels = request.decoded.pixels;
  auto coverage = compose::measure_coverage(pixels, request.threads);
  request.target = request.plan.opaque && !coverage.transparent ? *request.plan.opaque
                                                                : request.plan.transparent;
  if (pixels.size() != request.target.size) {
    request.has_alpha = true;
    fit_to(request, request.target.size);
    coverage = compose::measure_coverage(pixels, request.threads);
  }
  if (coverage.subject.width == 0) throw Error(Code::kUnknownForeground, "the matte is empty");
  request.result.foreground = coverage.subject;
  request.result.size = pixels.size();
  if (request.plan.channels == Channels::kAlpha) return;
  switch (request.target.encoder.format) {
    case Format::kPng:
    case Format::kWebp:
      compose::clear_hidden_colour(pixels, request.threads);
      break;
    case Format::kJpg:
      compose::flatten_over(pixels, 255, 255, 255, request.threads);
      break;
    case Format::kZip:  // color.jpg keeps the picture under alpha 0
      break;
  }
}

void encode(Context& request) {
  const Encoder& encoder = request.target.encoder;
  Result& result = request.result;
  result.format = encoder.format;
  const auto write = [&](image::Part part, bool last = true) {
    return image::encode(request.decoded.pixels, part, encoder, request.decoded.tags, last,
                         request.threads, request.token);
  };
  if (encoder.format == Format::kZip) {
    result.data = write(image::Part::kRgb, false);
    request.token.check();
    result.alpha = write(image::Part::kAlpha);
  } else if (request.plan.channels == Channels::kAlpha) {
    result.data = write(image::Part::kAlpha);
  } else {
    result.data = write(encoder.format == Format::kJpg ? image::Part::kRgb : image::Part::kRgba);
  }
}

using Stage = void (*)(Context&);
constexpr std::array<Stage, kStageNames.size()> kStages{decode, tensor, inference,
                                                        mask,   cutout, encode};

}  // namespace

Result run_pipeline(std::unique_ptr<image::Picture> picture, const Plan& plan, const Model& model,
                    int threads, CancelToken& token) {
  Context request{std::move(picture), plan, model, threads, token, false, {}, {}, {}, {}, {}};
  for (size_t i = 0; i < kStages.size(); ++i) {
    token.check();
    const auto start = Clock::now();
    kStages[i](request);
    // A stage may report a time of its own: inference, the time inside ONNX Runtime.
    double& spent = request.result.stage_ms[i];
    if (spent == 0) spent = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  }
  return std::move(request.result);
}

}  // namespace bgcut
