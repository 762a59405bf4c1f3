// Any bytes as a picture through the whole pipeline, with a tiny model, any plan that lib/plan.ts
// could make and any composition that lib/compose.ts could: a result that opens and has its size,
// or an error about the picture.
#include "core/pipeline.h"

#include <algorithm>
#include <utility>

#include "fuzz/input.h"
#include "fuzz/targets.h"
#include "test/support.h"

namespace bgcut::fuzz {

namespace {

Plan any_plan(Input& input, Size picture) {
  Plan plan;
  const int percent = input.between(1, 100);
  const auto scaled = [&](int side) { return std::max(1, side * percent / 100); };
  plan.frame = {scaled(picture.width), scaled(picture.height)};
  if (input.flag()) {
    plan.transparent_frame =
        Size{std::max(1, plan.frame.width / 2), std::max(1, plan.frame.height / 2)};
  }
  const int side = input.between(16, 96);
  plan.segment = {side, side};
  if (input.flag()) plan.roi = input.box_inside(picture);
  if (input.flag()) {
    plan.matting = Matting{};
    plan.matting->pixels = input.between(1, 10'000);
    if (input.flag()) plan.matting->other_scale = Size{side * 2, side * 2};
  }
  plan.classify = input.flag();
  return plan;
}

Layout any_layout(Input& input, const Subject& subject) {
  const Box frame{0, 0, subject.frame.width, subject.frame.height};
  Composition composition;
  composition.source = input.flag() ? subject.box : frame;
  composition.canvas = input.flag() ? composition.source.size() : input.size(100);
  // Wholly on the canvas, as lib/compose.ts has it.
  composition.target = input.flag() ? Box{0, 0, composition.canvas.width, composition.canvas.height}
                                    : input.box_inside(composition.canvas);
  composition.windows = static_cast<Windows>(input.between(0, 2));
  if (input.flag()) {
    composition.shadow =
        Shadow{static_cast<ShadowKind>(input.between(0, 2)), input.fraction(0.01F, 1)};
  }
  if (input.flag()) {
    composition.background_colour = Colour{input.byte(), input.byte(), input.byte(), input.byte()};
  }
  composition.encoder = {static_cast<Format>(input.between(0, 3)), 80, 1, 0, PngFilter::kSub};
  composition.channels = input.flag() && composition.encoder.format != Format::kZip
                             ? Channels::kAlpha
                             : Channels::kRgba;
  return {composition, nullptr};
}

void require_subject(const Subject& subject) {
  const Box& box = subject.box;
  require(box.width >= 1 && box.height >= 1 && box.left >= 0 && box.top >= 0 &&
              box.left + box.width <= subject.frame.width &&
              box.top + box.height <= subject.frame.height,
          "a subject lies inside its frame");
  if (!subject.evidence) return;
  const segment::Evidence& evidence = *subject.evidence;
  for (const float share :
       {evidence.flat, evidence.palette, evidence.jumps, evidence.clean, evidence.plain,
        evidence.left, evidence.top, evidence.width, evidence.height, evidence.cover}) {
    require(share >= 0 && share <= 1, "evidence is in shares of 1");
  }
}

void require_file(const image::Encoded& file, Size size) {
  const uint8_t* const data = file.data.get();
  const image::Picture picture = image::open_picture({data, data + file.length}, size.area());
  require(picture.header.size == size, "a result has its size");
}

}  // namespace

void pipeline(std::span<const uint8_t> bytes) {
  constexpr size_t kOptions = 48;
  constexpr int64_t kMaxPixels = 400'000;
  static const Model model{test::open_tiny(), test::tiny_contract(), nullptr};
  Input input(bytes.last(std::min(bytes.size(), kOptions)));
  const auto file = bytes.first(bytes.size() - std::min(bytes.size(), kOptions));
  const int threads = input.between(1, 2);
  const bool with_background = input.flag();
  Size canvas;
  try {
    const auto open = [&] { return image::open_picture({file.begin(), file.end()}, kMaxPixels); };
    Request request;
    request.picture = std::make_unique<image::Picture>(open());
    request.plan = any_plan(input, request.picture->header.size);
    request.compose = [&](const Subject& subject, CancelToken&) {
      require_subject(subject);
      Layout layout = any_layout(input, subject);
      canvas = layout.composition.canvas;
      if (with_background) layout.background = std::make_shared<image::Picture>(open());
      return layout;
    };
    CancelToken token;
    const Result result = run_pipeline(std::move(request), model, threads, token);
    require(result.size == canvas, "a result has the size of its canvas");
    require_file(result.data, canvas);
    require(result.alpha.has_value() == (result.format == Format::kZip), "a zip has two parts");
    if (result.alpha) require_file(*result.alpha, canvas);
  } catch (const Error& error) {
    switch (error.code()) {
      case Code::kInvalidFileType:
      case Code::kInvalidDimensions:
      case Code::kResolutionTooHigh:
      case Code::kFailedToReadImage:
      case Code::kFailedToReadBackground:
      case Code::kUnknownForeground:
        return;
      default:
        require(false, error.what());
    }
  }
}

}  // namespace bgcut::fuzz
