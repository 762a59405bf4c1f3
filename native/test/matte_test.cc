#include "matte/upsample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "compose/cutout.h"
#include "image/decode.h"
#include "support.h"

namespace bgcut {
namespace {

image::Pixels opaque_pixels(Size size) {
  auto pixels = test::make_pixels(size, 4);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) pixels.row(y)[x * 4 + 3] = 255;
  }
  return pixels;
}

segment::Mask random_mask(Size size) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> value(0, 1);
  segment::Mask mask{Floats(static_cast<size_t>(size.area())), size};
  for (float& v : mask.values) v = value(random);
  return mask;
}

TEST(ApplyMask, AConstantMaskStaysConstantAtAnySize) {
  for (const Size size : {Size{1, 1}, Size{7, 300}, Size{333, 5}, Size{640, 480}}) {
    for (const float level : {0.0F, 0.25F, 1.0F}) {
      auto pixels = opaque_pixels(size);
      matte::apply_mask({Floats(64, level), {8, 8}}, image::whole(pixels), pixels, 2);
      const int expected = static_cast<int>(std::lround(level * 255));
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) ASSERT_EQ(pixels.row(y)[x * 4 + 3], expected);
      }
    }
  }
}

TEST(ApplyMask, TheSameSizeKeepsEveryValue) {
  const auto mask = random_mask({97, 61});
  auto pixels = opaque_pixels(mask.size);
  matte::apply_mask(mask, image::whole(pixels), pixels, 1);
  for (int y = 0; y < 61; ++y) {
    for (int x = 0; x < 97; ++x) {
      ASSERT_NEAR(pixels.row(y)[x * 4 + 3], mask.values[static_cast<size_t>(y * 97 + x)] * 255,
                  0.51);
    }
  }
}

// Catmull-Rom reproduces straight lines: a ramp stays a ramp away from the clamped border.
TEST(ApplyMask, ARampStaysARamp) {
  const int n = 32;
  segment::Mask mask{{}, {n, n}};
  for (int y = 0; y < n; ++y) {
    for (int x = 0; x < n; ++x) mask.values.push_back((static_cast<float>(x) + 0.5F) / n);
  }
  auto pixels = opaque_pixels({n * 10, n * 10});
  matte::apply_mask(mask, image::whole(pixels), pixels, 2);
  for (int x = 20; x < n * 10 - 20; ++x) {
    ASSERT_NEAR(pixels.row(150)[x * 4 + 3], (x + 0.5) / (n * 10) * 255, 0.6) << x;
  }
}

TEST(ApplyMask, ThreadsDontChangeTheResult) {
  const auto mask = random_mask({64, 64});
  auto one = opaque_pixels({701, 503});
  matte::apply_mask(mask, image::whole(one), one, 1);
  for (const int threads : {2, 3, 8}) {
    auto many = opaque_pixels({701, 503});
    matte::apply_mask(mask, image::whole(many), many, threads);
    EXPECT_EQ(std::memcmp(one.data(), many.data(), one.byte_length()), 0);
  }
}

TEST(ApplyMask, WhatWasTransparentStaysSo) {
  auto pixels = opaque_pixels({64, 64});
  for (int x = 0; x < 64; ++x) pixels.row(3)[x * 4 + 3] = static_cast<uint8_t>(x * 4);
  matte::apply_mask({Floats(4, 1.0F), {2, 2}}, image::whole(pixels), pixels, 1);
  for (int x = 0; x < 64; ++x) EXPECT_EQ(pixels.row(3)[x * 4 + 3], x * 4);
}

TEST(ApplyMask, OutsideTheRegionNothingIsLeft) {
  auto pixels = opaque_pixels({50, 40});
  matte::apply_mask({Floats(16, 1.0F), {4, 4}}, {10, 5, 20, 15}, pixels, 2);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 50; ++x) {
      const bool inside = x >= 10 && x < 30 && y >= 5 && y < 20;
      ASSERT_EQ(pixels.row(y)[x * 4 + 3], inside ? 255 : 0) << x << "," << y;
    }
  }
}

TEST(Coverage, TheBoxStartsAtAlpha8) {
  auto pixels = test::make_pixels({300, 200}, 4);
  pixels.row(0)[3] = 7;  // a faint fringe in the corner doesn't count
  pixels.row(50)[100 * 4 + 3] = 8;
  pixels.row(149)[220 * 4 + 3] = 255;
  for (const int threads : {1, 4}) {
    const auto coverage = compose::measure_coverage(pixels, threads);
    EXPECT_EQ(coverage.subject.left, 100);
    EXPECT_EQ(coverage.subject.top, 50);
    EXPECT_EQ(coverage.subject.width, 121);
    EXPECT_EQ(coverage.subject.height, 100);
    EXPECT_TRUE(coverage.transparent);
  }
}

TEST(Coverage, NothingAndEverything) {
  const auto empty = compose::measure_coverage(test::make_pixels({20, 20}, 4), 1);
  EXPECT_EQ(empty.subject.width, 0);
  EXPECT_EQ(empty.subject.height, 0);
  const auto full = compose::measure_coverage(opaque_pixels({20, 20}), 1);
  EXPECT_EQ(full.subject.width, 20);
  EXPECT_FALSE(full.transparent);
}

TEST(Cutout, HiddenColourIsClearedAndNothingElse) {
  auto pixels = test::make_pixels({100, 100}, 4);
  for (size_t i = 0; i < pixels.byte_length(); ++i) pixels.data()[i] = static_cast<uint8_t>(i * 37);
  auto before = test::make_pixels({100, 100}, 4);
  std::memcpy(before.data(), pixels.data(), pixels.byte_length());
  compose::clear_hidden_colour(pixels, 2);
  for (size_t i = 0; i < pixels.byte_length(); i += 4) {
    const bool hidden = before.data()[i + 3] == 0;
    for (size_t k = 0; k < 4; ++k) {
      ASSERT_EQ(pixels.data()[i + k], hidden ? 0 : before.data()[i + k]);
    }
  }
}

}  // namespace
}  // namespace bgcut
