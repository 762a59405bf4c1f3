#include "matte/trust.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "matte/colour_model.h"
#include "matte/refine.h"
#include "planes.h"

namespace bgcut {
namespace {

using matte::Plane;
using test::at;
using test::pixel_of;
using test::plane;

// Left a subject of another colour than the wall, right one of the wall's own.
TEST(Trust, DoubtsColoursThatAreAlikeWhereBackgroundIsNear) {
  const Size size{640, 320};
  auto rgb = test::make_pixels(size, 3);
  Plane mask = plane(size, 0);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const bool subject = (x % 320 >= 60 && x % 320 < 260) && y >= 60 && y < 260;
      at(mask, x, y) = subject ? 1.0F : 0.0F;
      const int grain = (x * x * 3 + y * y * 5 + x * y * 7) % 11;
      std::memset(pixel_of(rgb, x, y), (subject && x < 320 ? 60 : 180) + grain, 3);
    }
  }
  Plane doubt = matte::doubt_in(rgb, mask, 2);
  EXPECT_LT(at(doubt, 60, 160), 0.01F);   // an edge that colours show
  EXPECT_GT(at(doubt, 380, 160), 0.9F);   // one that they don't
  EXPECT_LT(at(doubt, 480, 160), 0.01F);  // in the middle of the subject

  Plane trust = matte::trust_in(mask, plane(size, 0), doubt, 1);
  EXPECT_GT(at(trust, 380, 160), 10 * at(trust, 60, 160));
}

// A blue subject before a yellow wall, and two places that the mask is as unsure of: one shows the
// wall, one the subject.
TEST(ColourModel, OpensAHalfFoundHoleAndFillsAGreyPatch) {
  const Size size{512, 384};
  auto rgb = test::make_pixels(size, 3);
  Plane mask = plane(size, 0);
  const auto within = [](int x, int y, int left) {
    return x >= left && x < left + 60 && y >= 160 && y < 220;
  };
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const bool subject = x >= 80 && x < 430 && y >= 60 && y < 320 && !within(x, y, 150);
      const auto grain = static_cast<uint8_t>((x * x * 3 + y * y * 5 + x * y * 7) % 11);
      const uint8_t blue[]{40, 60, 170};
      const uint8_t yellow[]{210, 190, 70};
      for (int band = 0; band < 3; ++band) {
        pixel_of(rgb, x, y)[band] = static_cast<uint8_t>((subject ? blue : yellow)[band] + grain);
      }
      at(mask, x, y) = x >= 80 && x < 430 && y >= 60 && y < 320 ? 1.0F : 0.0F;
      if (within(x, y, 150) || within(x, y, 300)) at(mask, x, y) = 0.75F;
    }
  }
  auto alpha = matte::refine(rgb, mask, {}, 2, {});
  // A mask of .75 is opened by 4 x .75 x .25 of it, and matting adds nothing to what is left.
  for (int y = 168; y < 212; ++y) {
    for (int x = 158; x < 202; ++x) ASSERT_LE(at(alpha, x, y), 0.1876F) << x << "," << y;
    for (int x = 300; x < 360; ++x) ASSERT_EQ(at(alpha, x, y), 1) << x << "," << y;
  }
  MattingSteps without;
  without.background = false;
  auto more = matte::refine(rgb, mask, without, 2, {});
  EXPECT_GT(at(more, 160, 170), 0.19F);
}

// Without a sure subject there are no colours of a subject to compare with.
TEST(ColourModel, SaysNothingWhereTheMaskIsHardlySureOfAnything) {
  const Size size{400, 300};
  auto rgb = test::make_pixels(size, 3);
  Plane odds = matte::background_odds(rgb, plane(size, 0.4F), 2);
  EXPECT_EQ(*std::max_element(odds.values.begin(), odds.values.end()), 0);
}

}  // namespace
}  // namespace bgcut
