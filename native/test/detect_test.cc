#include "segment/detect.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "segment/evidence.h"
#include "support.h"

namespace bgcut {
namespace {

using Rgb = std::array<uint8_t, 3>;
constexpr Rgb kRed{255, 0, 0};
constexpr Rgb kGreen{0, 255, 0};
constexpr Rgb kBlue{0, 0, 255};
constexpr Rgb kBlack{0, 0, 0};

constexpr size_t kPerson = 0;
constexpr size_t kCar = 2;
constexpr size_t kCat = 15;

void fill(image::Pixels& pixels, const Box& box, Rgb colour, uint8_t alpha) {
  for (int y = box.top; y < box.top + box.height; ++y) {
    for (int x = box.left; x < box.left + box.width; ++x) {
      uint8_t* const pixel = pixels.row(y) + size_t{4} * static_cast<size_t>(x);
      std::copy(colour.begin(), colour.end(), pixel);
      pixel[3] = alpha;
    }
  }
}

image::Pixels scene(Size size, Rgb colour) {
  auto pixels = test::make_pixels(size, 4);
  fill(pixels, {0, 0, size.width, size.height}, colour, 0);
  return pixels;
}

// The detector of test/fixtures/models: red is a person, green a car, blue a cat, and every object
// reaches five strides around its cell.
const segment::Detector& colour_detector() {
  static const segment::Detector detector = [] {
    test::load_runtime();
    segment::Contract contract = test::tiny_contract();
    contract.output_name = "cells";
    const std::string file = std::string(BGCUT_FIXTURES) + "/models/cells.onnx";
    return segment::Detector{segment::open_session(file, {.threads = 2}, contract), contract};
  }();
  return detector;
}

segment::ObjectScores see(const image::Pixels& view, segment::Look look) {
  CancelToken token;
  return segment::detect(colour_detector(), view, look, token);
}

TEST(FillTensor, EveryPlaneHasItsOwnMean) {
  auto rgb = test::make_pixels({1, 1}, 3);
  const Rgb pixel{51, 102, 204};  // .2, .4, .8
  std::copy(pixel.begin(), pixel.end(), rgb.data());
  segment::Contract contract = test::tiny_contract();
  contract.mean = {0.1F, 0.2F, 0.3F};
  contract.std = {1, 2, 4};
  const auto in_order = segment::fill_tensor(rgb, contract).values;
  EXPECT_NEAR(in_order[0], 0.1F, 1e-6);
  EXPECT_NEAR(in_order[1], 0.1F, 1e-6);
  EXPECT_NEAR(in_order[2], 0.125F, 1e-6);
  contract.order = segment::BandOrder::kBgr;
  const auto reversed = segment::fill_tensor(rgb, contract).values;
  EXPECT_NEAR(reversed[0], 0.7F, 1e-6);
  EXPECT_NEAR(reversed[1], 0.1F, 1e-6);
  EXPECT_NEAR(reversed[2], -0.025F, 1e-6);
}

TEST(Detect, ASubjectThatFillsItsBoxScoresInFull) {
  auto view = scene({64, 64}, kBlack);
  fill(view, {0, 0, 64, 64}, {128, 0, 0}, 255);
  const auto scores = see(view, segment::Look::kScene);
  EXPECT_NEAR(scores[kPerson], 128 / 255.0, 1e-4);
  EXPECT_NEAR(scores[kCar], 0, 1e-6);
  EXPECT_NEAR(scores[kCat], 0, 1e-6);
}

// The subject is 16 columns of 64. Of the boxes that hold all of it the narrowest belong to the
// cells of stride 8 at x = 4, which end at x = 4 + 40: the subject fills 16 of their 44 columns.
TEST(Detect, ABoxThatIsMostlyNotTheSubjectCountsForLess) {
  auto view = scene({64, 64}, kRed);
  fill(view, {0, 0, 16, 64}, kRed, 255);
  EXPECT_NEAR(see(view, segment::Look::kScene)[kPerson], 2.0 * 16 / 44, 1e-3);
}

TEST(Detect, WhatStandsBesideTheSubjectHasLessSay) {
  auto view = scene({96, 96}, kGreen);
  fill(view, {0, 0, 24, 96}, kRed, 255);
  const auto scores = see(view, segment::Look::kScene);
  // The boxes of stride 8 are 80 pixels high at most, so they hold 80 of the subject's 96 rows.
  EXPECT_NEAR(scores[kPerson], 80.0 / 96, 1e-4);
  // The narrowest of a green cell that holds its columns: of the cell at x = 28, up to x = 68.
  EXPECT_NEAR(scores[kCar], 80.0 / 96 * 2 * 24 / 68, 1e-3);
}

TEST(Detect, TheSubjectAloneIsSeenWithoutItsSurroundings) {
  auto view = scene({64, 64}, kGreen);
  fill(view, {16, 0, 48, 64}, kRed, 255);
  const auto scores = see(view, segment::Look::kSubject);
  EXPECT_GT(scores[kPerson], 0.9F);
  EXPECT_EQ(scores[kCar], 0);
}

TEST(Detect, NothingIsSeenWhereThereIsNoSubject) {
  const auto scores = see(scene({64, 32}, kRed), segment::Look::kScene);
  EXPECT_EQ(*std::max_element(scores.begin(), scores.end()), 0);
}

TEST(Detect, AModelThatIsNoDetectorIsRefused) {
  const segment::Detector wrong{test::open_tiny(), test::tiny_contract()};
  const auto view = scene({64, 64}, kRed);
  CancelToken token;
  try {
    segment::detect(wrong, view, segment::Look::kScene, token);
    FAIL() << "it was taken for a detector";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kModelInvalid);
  }
}

TEST(Detect, StopsWhenCancelled) {
  const auto view = scene({64, 64}, kRed);
  CancelToken token;
  token.cancel(Code::kTimeout);
  EXPECT_THROW(segment::detect(colour_detector(), view, segment::Look::kScene, token), Error);
}

segment::Evidence measure(const image::Pixels& frame, const Box& subject,
                          const segment::Detector* detector = nullptr) {
  CancelToken token;
  return segment::measure_evidence(frame, subject, detector, 2, token);
}

TEST(Evidence, TellsWhereTheSubjectIs) {
  auto frame = scene({400, 200}, kBlack);
  const Box box{100, 40, 200, 120};
  fill(frame, box, kRed, 255);
  const auto evidence = measure(frame, box);
  EXPECT_FLOAT_EQ(evidence.left, 0.25F);
  EXPECT_FLOAT_EQ(evidence.top, 0.2F);
  EXPECT_FLOAT_EQ(evidence.width, 0.5F);
  EXPECT_FLOAT_EQ(evidence.height, 0.6F);
  EXPECT_NEAR(evidence.cover, 0.3F, 0.01);
  EXPECT_FALSE(evidence.objects);
}

TEST(Evidence, OneColourIsFlatAndNoiseIsNot) {
  const Box box{50, 50, 300, 300};
  auto frame = scene({400, 400}, kBlack);
  fill(frame, box, kBlue, 255);
  const auto flat = measure(frame, box);
  EXPECT_NEAR(flat.flat, 1, 0.02);
  EXPECT_NEAR(flat.palette, 1, 0.02);
  EXPECT_EQ(flat.jumps, 0);

  std::mt19937 random(7);
  for (int y = 50; y < 350; ++y) {
    for (int x = 50; x < 350; ++x) {
      for (int band = 0; band < 3; ++band) {
        frame.row(y)[x * 4 + band] = static_cast<uint8_t>(random() % 256);
      }
    }
  }
  const auto noise = measure(frame, box);
  EXPECT_LT(noise.flat, 0.05);
  EXPECT_LT(noise.palette, 0.2);
  EXPECT_GT(noise.jumps, 0.5);
  EXPECT_LT(noise.clean, 0.1);
}

TEST(Evidence, StripesJumpCleanly) {
  const Box box{0, 0, 320, 320};
  auto frame = scene({320, 320}, kBlack);
  for (int x = 0; x < 320; x += 40) {
    fill(frame, {x, 0, 20, 320}, kRed, 255);
    fill(frame, {x + 20, 0, 20, 320}, kBlue, 255);
  }
  const auto evidence = measure(frame, box);
  EXPECT_GT(evidence.jumps, 0.02);
  EXPECT_GT(evidence.clean, 0.9);
}

TEST(Evidence, AGroundOfOneColourIsPlain) {
  const Box box{100, 100, 200, 200};
  auto frame = scene({400, 400}, {240, 240, 235});
  fill(frame, box, kRed, 255);
  EXPECT_NEAR(measure(frame, box).plain, 1, 0.001);

  fill(frame, {0, 0, 200, 400}, {90, 60, 30}, 0);
  fill(frame, box, kRed, 255);
  EXPECT_NEAR(measure(frame, box).plain, 0.5, 0.03);
}

TEST(Evidence, ASubjectThatFillsThePictureLeavesNoGroundToJudge) {
  auto frame = scene({300, 300}, kGreen);
  fill(frame, {0, 0, 300, 300}, kRed, 255);
  const auto evidence = measure(frame, {0, 0, 300, 300});
  EXPECT_EQ(evidence.plain, 0);
  EXPECT_NEAR(evidence.cover, 1, 1e-6);
}

TEST(Evidence, TheDetectorLooksAgainAtASmallSubject) {
  auto frame = scene({1200, 900}, kGreen);
  const Box box{500, 400, 60, 60};
  fill(frame, box, kRed, 255);
  const auto objects = measure(frame, box, &colour_detector()).objects;
  ASSERT_TRUE(objects);
  // In the whole picture all boxes are mostly ground; alone the subject fills its own. Half of
  // what the second look says counts.
  EXPECT_GT((*objects)[kPerson], 0.25F);
  EXPECT_LT((*objects)[kCar], 0.1F);
}

TEST(Evidence, PicturesOfAnyShapeAreMeasured) {
  for (const Size size : {Size{1, 1}, Size{3, 2000}, Size{2000, 3}, Size{17, 13}}) {
    auto frame = scene(size, kRed);
    const Box all{0, 0, size.width, size.height};
    fill(frame, all, kRed, 255);
    const auto evidence = measure(frame, all, &colour_detector());
    EXPECT_NEAR(evidence.cover, 1, 1e-6);
    // Objects of this detector are at most 320 pixels large, less than the views.
    EXPECT_GT((*evidence.objects)[kPerson], 0.6F) << size.width << " x " << size.height;
  }
}

TEST(Evidence, ThreadsDontChangeTheResult) {
  const Box box{0, 0, 700, 500};
  auto frame = scene({701, 503}, kGreen);
  std::mt19937 random(3);
  for (size_t i = 0; i < frame.byte_length(); ++i) frame.data()[i] = static_cast<uint8_t>(random());
  CancelToken token;
  const auto one = segment::measure_evidence(frame, box, &colour_detector(), 1, token);
  const auto many = segment::measure_evidence(frame, box, &colour_detector(), 4, token);
  EXPECT_EQ(one.objects, many.objects);
  EXPECT_EQ(one.flat, many.flat);
  EXPECT_EQ(one.clean, many.clean);
  EXPECT_EQ(one.plain, many.plain);
}

}  // namespace
}  // namespace bgcut
