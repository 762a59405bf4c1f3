#include "matte/focus.h"

#include <gtest/gtest.h>

#include "planes.h"

namespace bgcut {
namespace {

using matte::Plane;
using test::at;
using test::fill;
using test::plane;

TEST(FocusOf, IsTheBoxOfASmallSubjectInALargePictureWithAMargin) {
  Plane mask = plane({256, 256}, 0);
  fill(mask, {64, 128, 32, 16}, 1);
  const auto box = matte::focus_of(mask, {4096, 2048});
  ASSERT_TRUE(box);
  // 32 x 16 pixels of the mask are 512 x 128 of the picture: a margin of 15 % of 512.
  EXPECT_NEAR(box->left, 1024 - 77, 1);
  EXPECT_NEAR(box->top, 1024 - 77, 1);
  EXPECT_NEAR(box->width, 512 + 154, 2);
  EXPECT_NEAR(box->height, 128 + 154, 2);
}

TEST(FocusOf, StaysInsideThePicture) {
  Plane mask = plane({64, 64}, 0);
  fill(mask, {0, 56, 8, 8}, 1);
  const auto box = matte::focus_of(mask, {1000, 1000});
  ASSERT_TRUE(box);
  EXPECT_EQ(box->left, 0);
  EXPECT_EQ(box->top + box->height, 1000);
}

TEST(FocusOf, IsNothingWhereItWouldGainNothing) {
  Plane large = plane({64, 64}, 0);
  fill(large, {10, 10, 40, 40}, 1);
  EXPECT_FALSE(matte::focus_of(large, {4000, 3000}));
  Plane small = plane({64, 64}, 0);
  fill(small, {10, 10, 8, 8}, 1);
  EXPECT_FALSE(matte::focus_of(small, {80, 60}));  // hardly finer than the mask
  EXPECT_TRUE(matte::focus_of(small, {800, 600}));
  EXPECT_FALSE(matte::focus_of(plane({64, 64}, 0.05F), {4000, 3000}));
}

// Bars of half a pixel of the first mask: it has only their mean.
TEST(Focused, HasWhatOnlyTheCloserLookShows) {
  Plane mask = plane({100, 100}, 0);
  fill(mask, {40, 40, 20, 20}, 0.5F);
  const Box box{400, 400, 200, 200};
  Plane closer = plane({200, 200}, 0);
  for (int x = 0; x < 200; x += 10) fill(closer, {x, 0, 5, 200}, 1);
  Plane result = matte::focused(mask, box, {1000, 1000}, closer, 2);
  EXPECT_EQ(result.size, closer.size);
  EXPECT_GT(at(result, 102, 100), 0.95F);
  EXPECT_LT(at(result, 107, 100), 0.05F);
}

TEST(Focused, BelievesTheFirstLookWhereTheTwoSeeDifferentThings) {
  Plane mask = plane({100, 100}, 0);
  fill(mask, {40, 40, 20, 20}, 1);
  Plane closer = plane({200, 200}, 1);
  fill(closer, {100, 0, 100, 200}, 0);  // half of the subject is lost
  Plane result = matte::focused(mask, {400, 400, 200, 200}, {1000, 1000}, closer, 2);
  EXPECT_GT(at(result, 30, 100), 0.95F);
  EXPECT_GT(at(result, 170, 100), 0.95F);
}

}  // namespace
}  // namespace bgcut
