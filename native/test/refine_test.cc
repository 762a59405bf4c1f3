#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "matte/closed_form.h"
#include "matte/foreground.h"
#include "matte/refine.h"
#include "planes.h"

namespace bgcut {
namespace {

using matte::Known;
using matte::Plane;
using test::at;
using test::pixel_of;
using test::plane;

// A small picture of arithmetic, which was also given to PyMatting 1.1.16.
image::Pixels small_picture() {
  auto rgb = test::make_pixels({12, 9}, 3);
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 12; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int noise = (x * x * (c + 2) + y * y * 7 + x * y * 11 * (c + 1)) % 23;
        const int step = x + y / 2 > 6 ? 90 : 0;
        pixel_of(rgb, x, y)[c] = static_cast<uint8_t>(x * 17 + y * (5 + 3 * c) + noise + step);
      }
    }
  }
  return rgb;
}

// Stripes of the two colours of a trimap, and between them what is to be found out.
matte::Trimap stripes(Size size, int foreground, int background) {
  matte::Trimap trimap{{}, size};
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      trimap.values.push_back(x < foreground    ? Known::kForeground
                              : x >= background ? Known::kBackground
                                                : Known::kUnknown);
    }
  }
  return trimap;
}

constexpr matte::Effort kThorough{5000, 1e-7F, 1e-7F};

TEST(Resample, OpaqueStaysWithinTheRangeAtAnySize) {
  for (int from = 1; from <= 40; ++from) {
    const matte::Plane ones = plane({from, from}, 1);
    for (int to = 1; to <= 60; ++to) {
      for (const float value : matte::resample(ones, {to, to}, 1).values) {
        ASSERT_LE(value, 1) << from << " to " << to;
        ASSERT_GT(value, 0.999999F) << from << " to " << to;
      }
    }
  }
}

TEST(ClosedForm, GivesWhatPyMattingGives) {
  constexpr float kExpected[] = {
      0.9811F, 0.9829F, 0.8530F, 0.7183F, 0.7203F, 0.7565F, 0.9494F, 0.9649F, 0.8857F,
      0.6847F, 0.7453F, 0.7796F, 0.9735F, 0.8514F, 0.9864F, 0.7613F, 0.7737F, 0.0408F,
      0.9404F, 0.9404F, 0.9304F, 0.7713F, 0.7873F, 0.8611F, 0.9770F, 0.9319F, 0.7782F,
      0.7817F, 1.0000F, 0.0000F, 0.9617F, 0.9712F, 0.7866F, 1.0000F, 0.7517F, 0.0000F,
      0.9776F, 0.7921F, 0.8207F, 1.0000F, 0.7078F, 0.0000F, 0.9408F, 0.7755F, 1.0000F,
      0.6976F, 0.0000F, 0.0000F, 0.8009F, 0.7794F, 1.0000F, 0.6503F, 0.0000F, 0.0000F};
  const auto trimap = stripes({12, 9}, 3, 9);
  const Plane nothing = plane({12, 9}, 0);
  Plane alpha =
      matte::closed_form(small_picture(), trimap, nothing, {nothing, nothing}, kThorough, 1, {});
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 12; ++x) {
      const float expected = x < 3 ? 1.0F : x > 8 ? 0.0F : kExpected[y * 6 + x - 3];
      EXPECT_NEAR(at(alpha, x, y), expected, 0.002) << x << "," << y;
    }
  }
}

// alpha F + (1 - alpha) B of two plain colours is what the colour model of the paper is exact for.
TEST(ClosedForm, FindsTheAlphaOfTwoPlainColours) {
  const Size size{80, 40};
  auto rgb = test::make_pixels(size, 3);
  Plane expected = plane(size, 0);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double value = std::clamp(0.5 + (40 - x) / 40.0 + 0.3 * std::sin(y * 0.7), 0.0, 1.0);
      at(expected, x, y) = static_cast<float>(value);
      const double colours[3][2] = {{230, 20}, {120, 60}, {40, 200}};
      for (int c = 0; c < 3; ++c) {
        pixel_of(rgb, x, y)[c] =
            static_cast<uint8_t>(std::lround(value * colours[c][0] + (1 - value) * colours[c][1]));
      }
    }
  }
  const Plane half = plane(size, 0.5F);
  const Plane none = plane(size, 0);
  Plane alpha = matte::closed_form(rgb, stripes(size, 6, 74), half, {half, none}, kThorough, 2, {});
  double error = 0;
  for (size_t i = 0; i < alpha.values.size(); ++i) {
    error += std::abs(static_cast<double>(alpha.values[i] - expected.values[i]));
  }
  EXPECT_LT(error / static_cast<double>(alpha.values.size()), 0.01);
}

TEST(ClosedForm, AStrongPriorWins) {
  const auto trimap = stripes({12, 9}, 3, 9);
  const Plane prior = plane({12, 9}, 0.25F);
  Plane alpha = matte::closed_form(small_picture(), trimap, plane({12, 9}, 1),
                                   {prior, plane({12, 9}, 1e4F)}, kThorough, 1, {});
  for (int x = 3; x < 9; ++x) EXPECT_NEAR(at(alpha, x, 4), 0.25, 0.001);
}

TEST(ClosedForm, APictureTooSmallForAWindowKeepsItsStart) {
  for (const Size size : {Size{1, 1}, Size{2, 7}, Size{7, 2}}) {
    const Plane start = plane(size, 0.3F);
    const Plane none = plane(size, 0);
    const auto alpha = matte::closed_form(test::make_pixels(size, 3), stripes(size, 0, 9), start,
                                          {start, none}, kThorough, 2, {});
    for (const float value : alpha.values) EXPECT_EQ(value, 0.3F);
  }
}

TEST(ClosedForm, StopsWhenItIsToldTo) {
  CancelToken token;
  token.cancel(Code::kAborted);
  const Plane half = plane({12, 9}, 0.5F);
  EXPECT_THROW(matte::closed_form(small_picture(), stripes({12, 9}, 3, 9), half, {half, half},
                                  kThorough, 1, token),
               Error);
}

// A disc with a furry edge on a plain ground, and a mask that knows only roughly where it ends.
struct Scene {
  image::Pixels rgb;
  Plane mask;
};

Scene furry_disc(Size size) {
  Scene scene{test::make_pixels(size, 3), plane(size, 0)};
  const double radius = size.height * 0.35;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double u = x - size.width / 2.0;
      const double v = y - size.height / 2.0;
      const double hair = 8 * std::sin(40 * std::atan2(v, u));
      const double away = std::hypot(u, v) - radius;
      const double alpha = std::clamp(0.5 - (away - hair) / 4, 0.0, 1.0);
      at(scene.mask, x, y) = static_cast<float>(std::clamp(0.5 - away / 40, 0.0, 1.0));
      for (int c = 0; c < 3; ++c) {
        pixel_of(scene.rgb, x, y)[c] =
            static_cast<uint8_t>(std::lround(alpha * (200 - 60 * c) + (1 - alpha) * (40 + 60 * c)));
      }
    }
  }
  return scene;
}

TEST(Refine, ThreadsDontChangeTheResult) {
  const Scene scene = furry_disc({301, 223});
  const auto one = matte::refine(scene.rgb, scene.mask, {}, 1, {});
  for (const int threads : {2, 3, 8}) {
    const auto many = matte::refine(scene.rgb, scene.mask, {}, threads, {});
    EXPECT_EQ(std::memcmp(one.values.data(), many.values.data(), one.values.size() * 4), 0)
        << threads;
  }
}

TEST(Refine, FindsTheHairsThatTheMaskBlurred) {
  const Scene scene = furry_disc({400, 300});
  const auto alpha = matte::refine(scene.rgb, scene.mask, {}, 2, {});
  double before = 0;
  double after = 0;
  for (size_t i = 0; i < alpha.values.size(); ++i) {
    const double truth = (scene.rgb.data()[3 * i] - 40) / 160.0;
    before += std::pow(static_cast<double>(scene.mask.values[i]) - truth, 2);
    after += std::pow(static_cast<double>(alpha.values[i]) - truth, 2);
  }
  EXPECT_LT(after, before * 0.3);
}

// A thin line that the mask is sure of lies in no known foreground, and colours alone would lose
// it.
TEST(Refine, KeepsAThinLineThatTheMaskIsSureOf) {
  const Size size{400, 300};
  auto rgb = test::make_pixels(size, 3);
  for (size_t i = 0; i < rgb.byte_length(); ++i) rgb.data()[i] = static_cast<uint8_t>(90 + i % 7);
  Plane mask = plane(size, 0);
  for (int x = 40; x < 360; ++x) {
    at(mask, x, 150) = 0.95F;
    at(mask, x, 151) = 0.95F;
    std::memset(pixel_of(rgb, x, 150), 20, 3);
    std::memset(pixel_of(rgb, x, 151), 20, 3);
  }
  auto alpha = matte::refine(rgb, mask, {}, 2, {});
  double mean = 0;
  for (int x = 60; x < 340; ++x) mean += static_cast<double>(at(alpha, x, 150)) / 280;
  EXPECT_GT(mean, 0.6);
}

TEST(Refine, AGreyPatchWellInsideBecomesOpaqueAndAGhostFarAwayGoes) {
  const Size size{400, 300};
  auto rgb = test::make_pixels(size, 3);
  for (size_t i = 0; i < rgb.byte_length(); ++i) rgb.data()[i] = static_cast<uint8_t>(200 + i % 5);
  Plane mask = plane(size, 0);
  test::fill(mask, {20, 40, 180, 220}, 1);
  test::fill(mask, {90, 130, 40, 40}, 0.8F);
  test::fill(mask, {320, 130, 40, 40}, 0.05F);
  auto alpha = matte::refine(rgb, mask, {}, 2, {});
  for (int y = 130; y < 170; ++y) {
    for (int x = 90; x < 130; ++x) ASSERT_EQ(at(alpha, x, y), 1) << x << "," << y;
    for (int x = 320; x < 360; ++x) ASSERT_EQ(at(alpha, x, y), 0) << x << "," << y;
  }
}

TEST(Refine, AHazeBesideASharpEdgeGoes) {
  const Size size{400, 300};
  auto rgb = test::make_pixels(size, 3);
  Plane mask = plane(size, 0);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int grain = (x * x * 3 + y * y * 5 + x * y * 7) % 31 - 15;
      std::memset(pixel_of(rgb, x, y), (x < 200 ? 180 : 90) + grain, 3);
      at(mask, x, y) =
          std::clamp((201.0F - static_cast<float>(x)) / 1.5F, x < 207 ? 0.02F : 0.0F, 1.0F);
    }
  }
  Plane alpha = matte::refine(rgb, mask, {}, 2, {});
  double haze = 0;
  for (int y = 20; y < 280; ++y) {
    for (int x = 203; x < 206; ++x) haze += static_cast<double>(at(alpha, x, y)) / 780;
  }
  EXPECT_LT(haze, 0.002);
}

TEST(Refine, IsTheSameAHundredTimesOnOneTwoAndEightThreads) {
  auto rgb = test::make_pixels({300, 200}, 3);
  Plane mask = plane({128, 128}, 0);
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 300; ++x) {
      for (int c = 0; c < 3; ++c) {
        pixel_of(rgb, x, y)[c] = static_cast<uint8_t>(x * (c + 1) / 4 + (x * y * 13) % 29);
      }
    }
  }
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) {
      at(mask, x, y) =
          std::clamp((96 - static_cast<float>(x) - static_cast<float>(y) / 4) / 40, 0.0F, 1.0F);
    }
  }
  const auto matted = [&](int threads) {
    return matte::with_detail(matte::refine(rgb, mask, {}, threads, {}), mask, rgb.size(), threads);
  };
  const Plane first = matted(1);
  for (int i = 0; i < 100; ++i) {
    const Plane again = matted(i % 3 == 0 ? 1 : i % 3 == 1 ? 2 : 8);
    ASSERT_EQ(
        std::memcmp(first.values.data(), again.values.data(), first.values.size() * sizeof(float)),
        0)
        << i;
  }
}

TEST(Refine, PlainMasksStayPlainAtAnySize) {
  for (const Size size : {Size{1, 1}, Size{3, 90}, Size{200, 120}}) {
    for (const float value : {0.0F, 1.0F}) {
      const auto alpha =
          matte::refine(test::make_pixels(size, 3), plane({64, 64}, value), {}, 2, {});
      for (const float each : alpha.values) ASSERT_EQ(each, value);
    }
  }
}

TEST(WorkingSize, KeepsTheAspectAndNeverEnlarges) {
  EXPECT_EQ(matte::working_size({4000, 3000}, 500'000), (Size{816, 612}));
  EXPECT_EQ(matte::working_size({300, 200}, 500'000), (Size{300, 200}));
  EXPECT_EQ(matte::working_size({40'000'000, 1}, 500'000), (Size{500'000, 1}));
}

TEST(Foreground, GivesWhatPyMattingGives) {
  constexpr float kExpected[] = {0.2855F, 0.2993F, 0.4110F, 0.4133F, 0.3348F, 0.5224F,
                                 0.7822F, 0.6966F, 0.9439F, 0.9323F, 0.8673F, 1.0000F,
                                 1.0000F, 0.9319F, 0.5488F, 0.7161F, 0.6622F, 0.5334F,
                                 0.6886F, 0.6505F, 0.5384F};  // of columns 3 to 9 of row 4
  Plane alpha = plane({12, 9}, 0);
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 12; ++x) {
      at(alpha, x, y) = std::clamp(static_cast<float>(10 - x) / 8, 0.0F, 1.0F);
    }
  }
  const auto layers = matte::estimate_layers(small_picture(), alpha, 1);
  for (size_t i = 0; i < std::size(kExpected); ++i) {
    EXPECT_NEAR(layers.foreground[(size_t{4} * 12 + 3) * 3 + i], kExpected[i], 0.003) << i;
  }
}

// Green shines through the soft edge of something red: what is painted is red.
TEST(Foreground, TakesTheBackgroundOutOfASoftEdgeAndNothingElse) {
  const Size size{300, 200};
  auto rgb = test::make_pixels(size, 3);
  auto rgba = test::make_pixels(size, 4);
  Plane alpha = plane(size, 0);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int level = std::clamp(255 - (x - 120) * 5, 0, 255);
      at(alpha, x, y) = static_cast<float>(level) / 255.0F;
      uint8_t* const pixel = pixel_of(rgb, x, y);
      pixel[0] = static_cast<uint8_t>((200 * level + 20 * (255 - level)) / 255);
      pixel[1] = static_cast<uint8_t>((30 * level + 180 * (255 - level)) / 255);
      pixel[2] = 50;
      std::memcpy(pixel_of(rgba, x, y), pixel, 3);
      pixel_of(rgba, x, y)[3] = static_cast<uint8_t>(level);
    }
  }
  const auto layers = matte::estimate_layers(rgb, alpha, 1);
  auto painted = test::make_pixels(size, 4);
  std::memcpy(painted.data(), rgba.data(), rgba.byte_length());
  matte::paint_foreground(layers, alpha, {0, 0, 300, 200}, painted, 1);
  for (int x = 0; x < size.width; ++x) {
    const uint8_t* const before = pixel_of(rgba, x, 100);
    const uint8_t* const after = pixel_of(painted, x, 100);
    EXPECT_EQ(after[3], before[3]);
    if (before[3] == 0 || before[3] == 255) {
      EXPECT_EQ(std::memcmp(before, after, 4), 0) << x;
    } else {
      EXPECT_NEAR(after[0], 200, 6) << x;
      EXPECT_NEAR(after[1], 30, 6) << x;
    }
  }
  for (const int threads : {2, 3, 8}) {
    const auto same = matte::estimate_layers(rgb, alpha, threads);
    EXPECT_TRUE(std::equal(same.foreground.begin(), same.foreground.end(),
                           layers.foreground.begin(), layers.foreground.end()));
    EXPECT_TRUE(std::equal(same.background.begin(), same.background.end(),
                           layers.background.begin(), layers.background.end()));
    auto many = test::make_pixels(size, 4);
    std::memcpy(many.data(), rgba.data(), rgba.byte_length());
    matte::paint_foreground(layers, alpha, {0, 0, 300, 200}, many, threads);
    EXPECT_EQ(std::memcmp(many.data(), painted.data(), many.byte_length()), 0);
  }
}

// A net of threads one sample wide, which half the size can't hold.
TEST(WithDetail, BringsBackWhatTheMattesSizeCouldNotHold) {
  constexpr Size kMask{256, 256};
  matte::Plane net{Floats(static_cast<size_t>(kMask.area())), kMask};
  float* value = net.values.data();
  for (int y = 0; y < kMask.height; ++y) {
    for (int x = 0; x < kMask.width; ++x) *value++ = x % 8 == 0 || y % 8 == 0 ? 1.0F : 0.0F;
  }
  const matte::Plane small = matte::resample(net, {128, 128}, 2);
  const auto error = [&](const matte::Plane& plane) {
    double sum = 0;
    for (size_t i = 0; i < net.values.size(); ++i) {
      sum += std::abs(plane.values[i] - net.values[i]);
    }
    return sum / static_cast<double>(net.values.size());
  };
  const auto detailed = matte::with_detail(small, net, {4000, 4000}, 2);
  ASSERT_EQ(detailed.size, kMask);
  EXPECT_GT(error(matte::resample(small, kMask, 2)), 0.1);
  EXPECT_LT(error(detailed), 0.001);
}

TEST(WithDetail, IsNeverLargerThanWhatIsMatted) {
  const matte::Plane alpha{Floats(size_t{40} * 30, 0.5F), {40, 30}};
  const matte::Plane mask{Floats(size_t{64} * 64, 1.0F), {64, 64}};
  EXPECT_EQ(matte::with_detail(alpha, mask, {50, 45}, 2).size, (Size{50, 45}));
  EXPECT_EQ(matte::with_detail(alpha, mask, {40, 30}, 2).size, (Size{40, 30}));
}

}  // namespace
}  // namespace bgcut
