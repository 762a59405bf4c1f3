#include "core/pipeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "compose/background.h"
#include "compose/canvas.h"
#include "compose/cutout.h"
#include "compose/shadow.h"
#include "core/parallel.h"
#include "image/average.h"
#include "image/decode.h"
#include "matte/focus.h"
#include "matte/foreground.h"
#include "matte/learned.h"
#include "matte/refine.h"
#include "matte/upsample.h"
#include "matte/windows.h"

namespace bgcut {

namespace {

// Everything that one request owns while it runs.
struct Context {
  Request request;
  const Model& model;
  int threads;
  CancelToken& token;

  Size input{};  // of the picture, upright
  bool has_alpha = false;
  Box region{};  // what is cut out, in pixels of the frame; outside nothing is left
  image::Decoded decoded{};
  image::Pixels overview{};  // of the whole picture, for what needs fewer pixels; may be empty
  segment::Tensor tensor{};
  std::optional<segment::Tensor> other_tensor{};
  // What the model sees, at the size of matting; empty where there is none.
  image::Pixels working{};
  segment::Mask mask{};  // the model's, then the matte
  std::optional<segment::Mask> other_mask{};
  matte::Layers layers{};
  matte::Plane layers_alpha{};  // of the same size
  compose::Coverage coverage{};
  std::optional<segment::Evidence> evidence{};
  Layout layout{};
  Result result{};
};

// A box of a picture of size `from` in pixels of the picture scaled to `to`: not empty, inside it.
Box scaled(const Box& box, Size from, Size to) {
  const double x = static_cast<double>(to.width) / from.width;
  const double y = static_cast<double>(to.height) / from.height;
  const int left = std::min(static_cast<int>(std::lround(box.left * x)), to.width - 1);
  const int top = std::min(static_cast<int>(std::lround(box.top * y)), to.height - 1);
  const auto right = static_cast<int>(std::lround((box.left + box.width) * x));
  const auto bottom = static_cast<int>(std::lround((box.top + box.height) * y));
  return {left, top, std::max(right - left, 1), std::max(bottom - top, 1)};
}

// The region of interest in pixels of a picture scaled to `size`: not empty, inside it.
Box region_of_interest(const Plan& plan, Size input, Size size) {
  if (!plan.roi) return {0, 0, size.width, size.height};
  return scaled(*plan.roi, input, size);
}

// The size to decode at: the frame's, or larger where the model, whose input is `segment`, sees
// more of the region of interest than the result shows.
Size decode_size(const Plan& plan, Size input, Size segment) {
  const Box roi = region_of_interest(plan, input, plan.frame);
  const double scale = std::max({1.0, static_cast<double>(segment.width) / roi.width,
                                 static_cast<double>(segment.height) / roi.height});
  return {std::min(input.width, static_cast<int>(std::ceil(plan.frame.width * scale))),
          std::min(input.height, static_cast<int>(std::ceil(plan.frame.height * scale)))};
}

void fit_to(Context& context, Size size) {
  image::Pixels& pixels = context.decoded.pixels;
  if (pixels.size() == size) return;
  pixels = image::resize(pixels, image::whole(pixels), size, context.has_alpha, context.threads,
                         context.token);
}

void decode(Context& context) {
  Request& request = context.request;
  context.input = request.picture->header.size;
  context.has_alpha = request.picture->header.has_alpha;
  const Size size = decode_size(request.plan, context.input, request.plan.segment);
  context.decoded = image::decode(*request.picture, size, context.threads, context.token);
  if (!request.plan.segment_again) request.picture.reset();
}

// The model and the type need far fewer pixels than a large picture has: reading them all once is
// enough. A region of interest is read by itself, to the pixel.
image::Pixels overview_of(const image::Pixels& pixels, const Plan& plan, int threads) {
  if (plan.roi) return {};
  const int factor = std::min({pixels.width() / plan.segment.width,
                               pixels.height() / plan.segment.height, image::kLargestBlock});
  if (factor < 2) return {};
  return image::average_down(pixels, image::whole(pixels), factor, threads);
}

const image::Pixels& overview_or(const Context& context, const image::Pixels& pixels) {
  return context.overview.width() > 0 ? context.overview : pixels;
}

// What the model and the matting see of a region of `pixels`, which has `shown` pixels in the
// frame.
void look_at(Context& context, const image::Pixels& pixels, const Box& region, Size shown) {
  const Plan& plan = context.request.plan;
  const auto squeezed = [&](Size size) {
    return image::squeeze_to_rgb(pixels, region, size, context.has_alpha, context.threads,
                                 context.token);
  };
  context.tensor = segment::fill_tensor(squeezed(plan.segment), context.model.contract);
  if (!plan.matting) return;
  context.working =
      squeezed(plan.matting->model.value_or(matte::working_size(shown, plan.matting->pixels)));
  if (plan.matting->other_scale) {
    context.other_tensor =
        segment::fill_tensor(squeezed(*plan.matting->other_scale), context.model.contract);
  }
}

void tensor(Context& context) {
  const Plan& plan = context.request.plan;
  const image::Pixels& pixels = context.decoded.pixels;
  context.overview = overview_of(pixels, plan, context.threads);
  const image::Pixels& seen = overview_or(context, pixels);
  context.region = region_of_interest(plan, context.input, plan.frame);
  look_at(context, seen, region_of_interest(plan, context.input, seen.size()),
          context.region.size());
  if (!plan.classify) context.overview = {};
  fit_to(context, plan.frame);
}

// The tensor of a second, larger look. The picture is decoded once more: few need it, and for the
// others a preview has been decoded no larger than it has to be.
segment::Tensor tensor_again(Context& context) {
  const Plan& plan = context.request.plan;
  const Size size = decode_size(plan, context.input, *plan.segment_again);
  const image::Pixels pixels =
      image::decode(*context.request.picture, size, context.threads, context.token).pixels;
  const Box region = region_of_interest(plan, context.input, pixels.size());
  return segment::fill_tensor(image::squeeze_to_rgb(pixels, region, *plan.segment_again,
                                                    context.request.picture->header.has_alpha,
                                                    context.threads, context.token),
                              context.model.contract);
}

void inference(Context& context) {
  // A large picture needs the memory more, to be encoded, than the next request needs it kept.
  const bool release_scratch = context.request.plan.frame.area() > kLargePicture;
  double& inside = context.result.stage_ms[2];
  const auto look = [&](const segment::Tensor& tensor) {
    double spent = 0;
    segment::Mask seen = segment::infer(*context.model.session, context.model.contract, tensor,
                                        release_scratch, context.token, spent);
    inside += spent;
    return seen;
  };
  context.mask = look(context.tensor);
  context.tensor = {};
  if (context.request.plan.segment_again && !segment::is_sure(context.mask)) {
    context.mask = look(tensor_again(context));
    context.other_tensor.reset();  // the other scale is this one
  }
  context.request.picture.reset();
  const auto& matting = context.request.plan.matting;
  if (matting && matting->steps.closer_look) {
    const Size shown = context.region.size();
    if (const std::optional<Box> box = matte::focus_of(context.mask, shown)) {
      const Box part{context.region.left + box->left, context.region.top + box->top, box->width,
                     box->height};
      look_at(context, context.decoded.pixels, part, part.size());
      context.mask =
          matte::focused(context.mask, *box, shown, look(context.tensor), context.threads);
      context.tensor = {};
      context.region = part;
    }
  }
  if (!context.other_tensor) return;
  context.other_mask = look(*context.other_tensor);
  context.other_tensor.reset();
}

// Alpha at the size of matting, or at that of the mask where this is larger.
matte::Plane matte_of(Context& context) {
  const Plan& plan = context.request.plan;
  const matte::Plane first = std::move(context.mask);
  const auto refined = [&](const matte::Plane& mask) {
    return matte::refine(context.working, mask, plan.matting->steps, context.threads,
                         context.token);
  };
  const auto blended = [&] {
    return matte::blend(first, *context.other_mask, context.working.size(), context.threads);
  };
  if (plan.matting->model && context.model.matting != nullptr) {
    return matte::refine_by_model(context.working, context.other_mask ? blended() : first,
                                  *context.model.matting, context.threads, context.token);
  }
  matte::Plane alpha = refined(context.other_mask ? blended() : first);
  if (!plan.matting->steps.detail) return alpha;
  return matte::with_detail(alpha, first, context.region.size(), context.threads);
}

void matte(Context& context) {
  if (!context.request.plan.matting) return;
  context.mask = matte_of(context);
  context.other_mask.reset();
  // The colours of a picture that comes with transparency are the subject's own already.
  const image::Pixels& pixels = context.decoded.pixels;
  const bool cut_out =
      context.has_alpha && compose::measure_coverage(pixels, context.threads).transparent;
  if (!cut_out) {
    context.layers_alpha = matte::resample(context.mask, context.working.size(), context.threads);
    context.layers = matte::estimate_layers(context.working, context.layers_alpha, context.threads);
  }
  context.working = {};
}

void mask(Context& context) {
  const Box& region = context.region;
  image::Pixels& pixels = context.decoded.pixels;
  matte::apply_mask(context.mask, region, pixels, context.threads);
  if (!context.layers.foreground.empty()) {
    matte::paint_foreground(context.layers, context.layers_alpha, region, pixels, context.threads);
    context.layers = {};
    context.layers_alpha = {};
  }
  if (context.overview.width() > 0) {
    matte::apply_mask(context.mask, scaled(region, pixels.size(), context.overview.size()),
                      context.overview, context.threads);
  }
  context.mask = {};
  context.has_alpha = true;
}

// What is there, and what it is.
void classify(Context& context) {
  const Plan& plan = context.request.plan;
  image::Pixels& pixels = context.decoded.pixels;
  context.coverage = compose::measure_coverage(pixels, context.threads);
  if (context.coverage.transparent && plan.transparent_frame &&
      *plan.transparent_frame != pixels.size()) {
    fit_to(context, *plan.transparent_frame);
    context.coverage = compose::measure_coverage(pixels, context.threads);
  }
  if (context.coverage.subject.width == 0) {
    throw Error(Code::kUnknownForeground, "the matte is empty");
  }
  if (!plan.classify) return;
  const image::Pixels& seen = overview_or(context, pixels);
  context.evidence =
      segment::measure_evidence(seen, scaled(context.coverage.subject, pixels.size(), seen.size()),
                                context.model.detector.get(), context.threads, context.token);
  context.overview = {};
}

void layout(Context& context) {
  const compose::Coverage& coverage = context.coverage;
  context.result.foreground = coverage.subject;
  const image::Pixels& pixels = context.decoded.pixels;
  const bool box_transparent =
      coverage.transparent && !compose::is_opaque(pixels, coverage.subject);
  context.layout = context.request.compose(
      {pixels.size(), coverage.subject, coverage.transparent, box_transparent, context.evidence},
      context.token);
}

// Where the subject's box in the frame comes to lie on the canvas.
Box on_canvas(const Composition& composition, const Box& subject) {
  const Box& source = composition.source;
  const Box& target = composition.target;
  const Box within{subject.left - source.left, subject.top - source.top, subject.width,
                   subject.height};
  const Box at = scaled(within, source.size(), target.size());
  return {target.left + at.left, target.top + at.top, at.width, at.height};
}

void compose(Context& context) {
  const Composition& composition = context.layout.composition;
  const int threads = context.threads;
  const Box& found = context.result.foreground;
  image::Pixels& pixels = context.decoded.pixels;
  const Box frame = image::whole(pixels);
  matte::Glass glass;
  if (composition.windows == Windows::kOpen) glass = matte::find_glass(pixels, found);
  if (composition.windows == Windows::kClosed) matte::close_windows(pixels, found, threads);
  std::optional<Shadow> shadow = composition.shadow;
  if (composition.channels == Channels::kAlpha) shadow.reset();
  // No floor is to be seen under a portrait: its shadow falls on the wall behind it.
  if (shadow && shadow->kind == ShadowKind::kThreeD &&
      compose::cut_off_below(
          pixels, found, region_of_interest(context.request.plan, context.input, frame.size()))) {
    shadow->kind = ShadowKind::kDrop;
  }
  if (composition.canvas != pixels.size() || composition.source != frame ||
      composition.target != frame) {
    pixels = compose::place(pixels, composition.source, composition.target, composition.canvas,
                            threads, context.token);
  }
  if (shadow) {
    const Box subject = compose::measure_coverage(pixels, threads).subject;
    if (subject.width > 0) compose::add_shadow(pixels, *shadow, subject, threads);
  }
  // After the shadow: what is seen through the glass is the background, not the shadow on it.
  matte::open_windows(pixels, on_canvas(composition, found), glass, threads);
  if (composition.channels == Channels::kAlpha) return;
  if (context.layout.background) {
    compose::lay_over_picture(pixels, *context.layout.background, threads, context.token);
  } else if (composition.background_colour) {
    compose::lay_over_colour(pixels, *composition.background_colour, threads);
  }
  switch (composition.encoder.format) {
    case Format::kPng:
      compose::clear_hidden_colour(pixels, threads);
      break;
    case Format::kJpg:
      compose::lay_over_colour(pixels, {255, 255, 255, 255}, threads);
      break;
    case Format::kWebp:  // its encoder hides them
    case Format::kZip:   // color.jpg keeps the picture under alpha 0
      break;
  }
}

void encode(Context& context) {
  const Composition& composition = context.layout.composition;
  const Encoder& encoder = composition.encoder;
  Result& result = context.result;
  result.format = encoder.format;
  result.size = context.decoded.pixels.size();
  const auto write = [&](image::Part part, bool last = true) {
    return image::encode(context.decoded.pixels, part, encoder, context.decoded.tags, last,
                         context.threads, context.token);
  };
  if (encoder.format == Format::kZip) {
    // Neither encoder keeps more than one core busy: the two parts are written side by side.
    const auto both = [&](int begin, int end) {
      if (begin == 0) result.data = write(image::Part::kRgb, false);
      if (end == 2) result.alpha = write(image::Part::kAlpha, false);
    };
    parallel_bands(std::min(context.threads, 2), 2, both);
  } else if (composition.channels == Channels::kAlpha) {
    result.data = write(image::Part::kAlpha);
  } else {
    result.data = write(encoder.format == Format::kJpg ? image::Part::kRgb : image::Part::kRgba);
  }
}

bool by_model(const Context& context) {
  return segment::keeps_all_threads(*context.model.session);
}
bool by_matting_model(const Context& context) {
  const auto& matting = context.request.plan.matting;
  return matting && matting->model && segment::keeps_all_threads(*context.model.matting->session);
}

struct Stage {
  void (*run)(Context&);
  // Whether it keeps all CPUs of a request busy; others hold one, and use what is idle beside it.
  bool (*holds_all)(const Context&) = nullptr;
};
constexpr std::array<Stage, kStageNames.size()> kStages{{{decode},
                                                         {tensor},
                                                         {inference, by_model},
                                                         {matte, by_matting_model},
                                                         {mask},
                                                         {classify},
                                                         {layout},
                                                         {compose},
                                                         {encode}}};

}  // namespace

Result run_pipeline(Request request, const Model& model, int threads, CancelToken& token) {
  Context context{std::move(request), model, threads, token};
  CpuShare share(context.request.rank, token);
  const Helpers helpers;
  for (size_t i = 0; i < kStages.size(); ++i) {
    const Stage& stage = kStages[i];
    token.check();
    const auto waiting = Clock::now();
    share.hold(stage.holds_all != nullptr && stage.holds_all(context) ? threads : 1);
    context.result.waiting_ms += milliseconds_since(waiting);
    const auto start = Clock::now();
    stage.run(context);
    // A stage may report a time of its own: inference, the time inside ONNX Runtime.
    double& spent = context.result.stage_ms[i];
    if (spent == 0) spent = milliseconds_since(start);
  }
  return std::move(context.result);
}

}  // namespace bgcut
