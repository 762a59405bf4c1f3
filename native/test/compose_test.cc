#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "compose/background.h"
#include "compose/canvas.h"
#include "compose/cutout.h"
#include "compose/shadow.h"
#include "image/decode.h"
#include "image/encode.h"
#include "support.h"

namespace bgcut {
namespace {

using Rgba = std::array<int, 4>;

uint8_t* at(image::Pixels& pixels, int x, int y) {
  return pixels.row(y) + size_t{4} * static_cast<size_t>(x);
}

int alpha_at(image::Pixels& pixels, int x, int y) {
  return at(pixels, x, y)[3];
}

void fill(image::Pixels& pixels, const Box& box, const Rgba& colour) {
  for (int y = box.top; y < box.top + box.height; ++y) {
    for (int x = box.left; x < box.left + box.width; ++x) {
      for (size_t band = 0; band < 4; ++band) {
        at(pixels, x, y)[band] = static_cast<uint8_t>(colour[band]);
      }
    }
  }
}

// Porter and Duff's «over» in real numbers.
std::array<double, 4> over(const uint8_t* top, const Colour& below) {
  const double a = top[3] / 255.0;
  const double b = below.alpha / 255.0 * (1 - a);
  const double total = a + b;
  if (total == 0) return {0, 0, 0, 0};
  return {(top[0] * a + below.red * b) / total, (top[1] * a + below.green * b) / total,
          (top[2] * a + below.blue * b) / total, total * 255};
}

TEST(Background, AColourIsLaidUnderByTheRealArithmetic) {
  for (const uint8_t alpha : {uint8_t{0}, uint8_t{119}, uint8_t{255}}) {
    const Colour colour{129, 212, 250, alpha};
    auto pixels = test::make_pixels({256, 1}, 4);
    for (int x = 0; x < 256; ++x) fill(pixels, {x, 0, 1, 1}, {200, 0, 255, x});
    auto before = test::make_pixels({256, 1}, 4);
    std::memcpy(before.data(), pixels.data(), pixels.byte_length());
    compose::lay_over_colour(pixels, colour, 1);
    for (int x = 0; x < 256; ++x) {
      const auto expected = over(at(before, x, 0), colour);
      if (expected[3] == 0) continue;
      for (size_t band = 0; band < 4; ++band) {
        ASSERT_NEAR(at(pixels, x, 0)[band], expected[band], 0.51) << x << " band " << band;
      }
    }
  }
}

TEST(Background, APictureCoversTheCanvasCentred) {
  // Left half red, right half blue, as a PNG of 200 x 100; the canvas is square.
  auto halves = test::make_pixels({200, 100}, 4);
  fill(halves, {0, 0, 100, 100}, {255, 0, 0, 255});
  fill(halves, {100, 0, 100, 100}, {0, 0, 255, 255});
  CancelToken token;
  constexpr Encoder kPng{Format::kPng, 0, 1, 0, PngFilter::kUp};
  const auto png = image::encode(halves, image::Part::kRgba, kPng, {}, false, 2, token);
  const auto picture =
      image::open_picture({png.data.get(), png.data.get() + png.length}, 1'000'000);
  for (const int side : {50, 100, 300}) {
    auto canvas = image::transparent_pixels({side, side});
    compose::lay_over_picture(canvas, picture, 2, token);
    EXPECT_EQ(at(canvas, side / 8, side / 2)[0], 255);
    EXPECT_EQ(at(canvas, side - side / 8, side / 2)[2], 255);
    EXPECT_EQ(compose::measure_coverage(canvas, 1).transparent, false);
  }
  auto same = image::transparent_pixels({200, 100});
  compose::lay_over_picture(same, picture, 1, token);
  EXPECT_EQ(std::memcmp(same.data(), halves.data(), halves.byte_length()), 0);
}

TEST(Place, CopiesPixelByPixelWhereSizesAgree) {
  auto frame = test::make_pixels({40, 30}, 4);
  for (size_t i = 0; i < frame.byte_length(); ++i) frame.data()[i] = static_cast<uint8_t>(i * 31);
  CancelToken token;
  auto canvas = compose::place(frame, {5, 6, 20, 10}, {-3, 25, 20, 10}, {60, 30}, 1, token);
  EXPECT_EQ(canvas.size(), (Size{60, 30}));
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 60; ++x) {
      const bool inside = x < 17 && y >= 25;
      for (size_t band = 0; band < 4; ++band) {
        const int expected = inside ? at(frame, x + 8, y - 19)[band] : 0;
        ASSERT_EQ(at(canvas, x, y)[band], expected) << x << "," << y;
      }
    }
  }
}

TEST(Place, ScalingLetsNoHiddenColourBleedIn) {
  auto frame = test::make_pixels({100, 100}, 4);
  fill(frame, {0, 0, 100, 100}, {0, 255, 0, 0});    // green, but hidden
  fill(frame, {30, 30, 40, 40}, {255, 0, 0, 255});  // the subject is red
  CancelToken token;
  auto canvas = compose::place(frame, {0, 0, 100, 100}, {0, 0, 37, 37}, {37, 37}, 2, token);
  for (int y = 0; y < 37; ++y) {
    for (int x = 0; x < 37; ++x) {
      if (alpha_at(canvas, x, y) > 8) {
        ASSERT_LT(at(canvas, x, y)[1], 8) << x << "," << y;
      }
    }
  }
  EXPECT_EQ(alpha_at(canvas, 18, 18), 255);
}

TEST(Opaque, IsABoxWhoseEveryAlphaIs) {
  auto canvas = image::transparent_pixels({20, 10});
  fill(canvas, {3, 2, 9, 5}, {0, 0, 0, 255});
  EXPECT_TRUE(compose::is_opaque(canvas, {3, 2, 9, 5}));
  EXPECT_FALSE(compose::is_opaque(canvas, {3, 2, 10, 5}));
  EXPECT_FALSE(compose::is_opaque(canvas, {3, 2, 9, 6}));
  fill(canvas, {11, 6, 1, 1}, {0, 0, 0, 254});
  EXPECT_FALSE(compose::is_opaque(canvas, {3, 2, 9, 5}));
}

TEST(CutOff, APortraitGoesOnBelowThePictureAToeDoesNot) {
  const Box frame{0, 0, 200, 100};
  const auto cut_off = [&](const Box& lowest, const Box& region) {
    auto canvas = image::transparent_pixels({200, 100});
    fill(canvas, {50, 20, 100, 60}, {1, 2, 3, 255});
    fill(canvas, lowest, {1, 2, 3, 255});
    return compose::cut_off_below(canvas, compose::measure_coverage(canvas, 1).subject, region);
  };
  EXPECT_TRUE(cut_off({60, 80, 70, 20}, frame));
  EXPECT_FALSE(cut_off({60, 80, 70, 17}, frame)) << "it ends above the border";
  EXPECT_FALSE(cut_off({60, 80, 8, 20}, frame)) << "a toe";
  EXPECT_FALSE(cut_off({60, 80, 1, 1}, frame));
  EXPECT_TRUE(cut_off({60, 78, 1, 1}, {0, 0, 200, 80})) << "the region of interest ends there";
}

class ShadowOf : public testing::TestWithParam<ShadowKind> {};

// A block that stands on the floor, and its shadow, at any scale.
image::Pixels block_with_shadow(ShadowKind kind, int unit) {
  auto canvas = image::transparent_pixels({40 * unit, 40 * unit});
  fill(canvas, {14 * unit, 10 * unit, 10 * unit, 20 * unit}, {10, 200, 30, 255});
  compose::add_shadow(canvas, {kind, 0.5F}, compose::measure_coverage(canvas, 1).subject, 2);
  return canvas;
}

TEST_P(ShadowOf, IsBlackUnderTheSubjectAndNotAboveIt) {
  auto canvas = block_with_shadow(GetParam(), 10);
  int strongest = 0;
  for (int y = 0; y < 400; ++y) {
    for (int x = 0; x < 400; ++x) {
      const bool subject = x >= 140 && x < 240 && y >= 100 && y < 300;
      const uint8_t* const pixel = at(canvas, x, y);
      if (subject) {
        ASSERT_EQ(pixel[1], 200);
        ASSERT_EQ(pixel[3], 255);
      } else {
        ASSERT_EQ(pixel[0] + pixel[1] + pixel[2], 0);
        strongest = std::max<int>(strongest, pixel[3]);
      }
    }
  }
  EXPECT_GT(strongest, 60);
  EXPECT_LE(strongest, 128) << "opacity is the most that a shadow may darken";
  EXPECT_EQ(alpha_at(canvas, 10, 10), 0) << "no shadow in the far corner";
  EXPECT_GT(alpha_at(canvas, 190, 302), 20) << "it begins at the subject's foot";
}

// A preview and a full-size result look alike.
TEST_P(ShadowOf, LooksAlikeAtEveryResolution) {
  auto small = block_with_shadow(GetParam(), 5);
  auto large = block_with_shadow(GetParam(), 30);
  CancelToken token;
  auto reduced = image::resize(large, image::whole(large), small.size(), true, 2, token);
  double difference = 0;
  for (int y = 0; y < small.height(); ++y) {
    for (int x = 0; x < small.width(); ++x) {
      difference += std::abs(alpha_at(small, x, y) - alpha_at(reduced, x, y));
    }
  }
  EXPECT_LT(difference / static_cast<double>(small.size().area()), 1.5);
}

TEST_P(ShadowOf, OpacityZeroIsNoShadow) {
  auto canvas = image::transparent_pixels({100, 100});
  fill(canvas, {30, 30, 40, 40}, {1, 2, 3, 255});
  auto before = image::transparent_pixels({100, 100});
  std::memcpy(before.data(), canvas.data(), canvas.byte_length());
  compose::add_shadow(canvas, {GetParam(), 0}, {30, 30, 40, 40}, 1);
  EXPECT_EQ(std::memcmp(before.data(), canvas.data(), canvas.byte_length()), 0);
}

// The smallest and oddest subjects: nothing may be read or written outside (the sanitizers watch).
TEST_P(ShadowOf, SurvivesOddSubjects) {
  for (const Box& subject :
       {Box{0, 0, 1, 1}, Box{9, 9, 1, 1}, Box{0, 0, 10, 1}, Box{0, 0, 1, 10}, Box{0, 0, 10, 10}}) {
    auto canvas = image::transparent_pixels({10, 10});
    fill(canvas, subject, {9, 9, 9, 100});
    compose::add_shadow(canvas, {GetParam(), 1}, subject, 4);
    fill(canvas, subject, {9, 9, 9, 255});
    compose::add_shadow(canvas, {GetParam(), 1}, subject, 4);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, ShadowOf,
                         testing::Values(ShadowKind::kDrop, ShadowKind::kThreeD, ShadowKind::kCar));

}  // namespace
}  // namespace bgcut
