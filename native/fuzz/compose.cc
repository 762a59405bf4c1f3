// Placing, shadows and backgrounds for canvases and boxes of any size.
#include <algorithm>
#include <cstring>
#include <vector>

#include "compose/background.h"
#include "compose/canvas.h"
#include "compose/cutout.h"
#include "compose/shadow.h"
#include "fuzz/input.h"
#include "fuzz/targets.h"
#include "image/decode.h"

namespace bgcut::fuzz {

namespace {

const uint8_t* at(const image::Pixels& pixels, int x, int y) {
  return pixels.row(y) + static_cast<ptrdiff_t>(x) * 4;
}

// The box of alpha >= 8 and whether anything is transparent, once more and the slow way.
compose::Coverage coverage_of(const image::Pixels& rgba) {
  int left = rgba.width();
  int top = rgba.height();
  int right = 0;
  int bottom = 0;
  bool transparent = false;
  for (int y = 0; y < rgba.height(); ++y) {
    for (int x = 0; x < rgba.width(); ++x) {
      const uint8_t alpha = at(rgba, x, y)[3];
      transparent = transparent || alpha < 255;
      if (alpha < 8) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = y + 1;
    }
  }
  if (right == 0) return {{}, transparent};
  return {{left, top, right - left, bottom - top}, transparent};
}

// What lies on the canvas is a copy of the frame, and all around is empty.
void require_placed(const image::Pixels& canvas, const image::Pixels& frame, const Box& source,
                    const Box& target) {
  constexpr uint8_t kNothing[4] = {0, 0, 0, 0};
  for (int y = 0; y < canvas.height(); ++y) {
    for (int x = 0; x < canvas.width(); ++x) {
      const int column = x - target.left;
      const int row = y - target.top;
      const bool covered = column >= 0 && row >= 0 && column < target.width && row < target.height;
      if (covered && source.size() != target.size()) continue;
      const uint8_t* const expected =
          covered ? at(frame, source.left + column, source.top + row) : kNothing;
      require(std::memcmp(at(canvas, x, y), expected, 4) == 0, "placing copies pixels");
    }
  }
}

void cast_shadow(image::Pixels& rgba, Input& input, int threads) {
  const Box subject = coverage_of(rgba).subject;
  if (subject.width == 0) return;
  const std::vector<uint8_t> before(rgba.data(), rgba.data() + rgba.byte_length());
  const auto kind = static_cast<ShadowKind>(input.between(0, 2));
  compose::add_shadow(rgba, {kind, input.fraction(0, 1)}, subject, threads);
  for (size_t i = 0; i < before.size(); i += 4) {
    require(rgba.data()[i + 3] >= before[i + 3], "a shadow takes no cover away");
    require(before[i + 3] < 255 || std::memcmp(rgba.data() + i, before.data() + i, 4) == 0,
            "a shadow lies under the subject");
  }
}

}  // namespace

void compose(std::span<const uint8_t> bytes) {
  Input input(bytes);
  const CancelToken token;
  const int threads = input.between(1, 3);
  const image::Pixels frame = input.pixels(input.size(120), 4);
  const compose::Coverage coverage = compose::measure_coverage(frame, threads);
  const compose::Coverage expected = coverage_of(frame);
  require(coverage.subject == expected.subject && coverage.transparent == expected.transparent,
          "coverage is measured");
  compose::is_opaque(frame, input.box_inside(frame.size()));
  if (coverage.subject.width > 0) {
    // The region in which a subject is found holds it.
    compose::cut_off_below(frame, coverage.subject, image::whole(frame));
    compose::cut_off_below(frame, coverage.subject, coverage.subject);
  }

  const Box source = input.box_inside(frame.size());
  const Size canvas = input.size(120);
  Size size = source.size();
  if (input.flag()) size = {input.between(1, 400), input.between(1, 400)};
  // Over the edges as well.
  const Box target{input.between(1 - size.width, canvas.width - 1),
                   input.between(1 - size.height, canvas.height - 1), size.width, size.height};
  image::Pixels result = compose::place(frame, source, target, canvas, threads, token);
  require(result.size() == canvas, "the canvas has its size");
  require_placed(result, frame, source, target);

  if (input.flag()) cast_shadow(result, input, threads);
  const Colour colour{input.byte(), input.byte(), input.byte(), input.byte()};
  if (input.flag()) compose::lay_over_colour(result, colour, threads);
  compose::clear_hidden_colour(result, threads);
  compose::lay_over_colour(result, {255, 255, 255, 255}, threads);
  require(!compose::measure_coverage(result, threads).transparent, "an opaque ground is opaque");
}

}  // namespace bgcut::fuzz
