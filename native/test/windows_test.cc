#include "matte/windows.h"

#include <gtest/gtest.h>

#include "support.h"

namespace bgcut {
namespace {

// A pale car, drawn: a body, and above it a cabin with a dark window in a frame of body colour.
struct Drawing {
  image::Pixels pixels = image::transparent_pixels({600, 400});
  Box subject{50, 100, 500, 200};
  Box window{200, 120, 180, 60};

  void fill(const Box& box, int level, int alpha) {
    for (int y = box.top; y < box.top + box.height; ++y) {
      for (int x = box.left; x < box.left + box.width; ++x) {
        uint8_t* const pixel = pixels.row(y) + size_t{4} * static_cast<size_t>(x);
        pixel[0] = pixel[1] = pixel[2] = static_cast<uint8_t>(level);
        pixel[3] = static_cast<uint8_t>(alpha);
      }
    }
  }
  int alpha(int x, int y) { return pixels.row(y)[size_t{4} * static_cast<size_t>(x) + 3]; }
};

void open_windows(Drawing& car) {
  matte::open_windows(car.pixels, car.subject, matte::find_glass(car.pixels, car.subject), 2);
}

Drawing pale_car(int window_level) {
  Drawing car;
  car.fill({50, 190, 500, 110}, 200, 255);
  car.fill({170, 100, 240, 100}, 200, 255);
  car.fill(car.window, window_level, 255);
  return car;
}

TEST(Windows, DarkGlassLetsTheBackgroundThrough) {
  auto car = pale_car(40);
  open_windows(car);
  EXPECT_LT(car.alpha(290, 150), 150);
  EXPECT_GT(car.alpha(290, 150), 50) << "glass is never quite invisible";
  EXPECT_EQ(car.alpha(290, 250), 255) << "the body stays";
  EXPECT_EQ(car.alpha(180, 150), 255) << "the frame stays";
  EXPECT_EQ(car.alpha(100, 120), 0) << "outside nothing appears";
}

TEST(Windows, WhereNoGlassIsNothingChanges) {
  auto car = pale_car(200);
  open_windows(car);
  EXPECT_EQ(car.alpha(290, 150), 255);
  auto tiny = test::make_pixels({1, 1}, 4);
  EXPECT_TRUE(matte::find_glass(tiny, {0, 0, 1, 1}).clear.empty());
  matte::open_windows(tiny, {0, 0, 1, 1}, {}, 1);
  matte::close_windows(tiny, {0, 0, 1, 1}, 1);
}

// A reflection makes one pane of a car paler than its body and leaves its neighbour dark.
TEST(Windows, APaneOpensWhereItsNeighbourDoes) {
  const auto car_with = [](int neighbour) {
    Drawing car = pale_car(130);
    car.fill({50, 190, 500, 110}, 130, 255);
    car.fill({170, 100, 240, 100}, 130, 255);
    car.fill({209, 114, 87, 72}, 10, 255);  // rubber
    car.fill({215, 120, 75, 60}, 160, 255);
    car.fill({310, 120, 75, 60}, neighbour, 255);
    open_windows(car);
    return car;
  };
  Drawing alone = car_with(130);
  EXPECT_EQ(alone.alpha(250, 150), 255);
  Drawing pair = car_with(40);
  EXPECT_LT(pair.alpha(345, 150), 150);
  EXPECT_LT(pair.alpha(250, 150), 210);
  EXPECT_EQ(pair.alpha(250, 250), 255) << "the door below stays";
}

TEST(Windows, AGlintLeavesNoHoleInAPane) {
  auto car = pale_car(40);
  car.fill({280, 145, 6, 6}, 255, 255);
  open_windows(car);
  EXPECT_LT(car.alpha(282, 147), 240);
  EXPECT_LT(car.alpha(270, 147), 150);
}

// The shadow is laid under the closed car: found in the frame, opened on the canvas.
TEST(Windows, OpenWhereverTheSubjectHasBeenPut) {
  auto car = pale_car(40);
  const auto glass = matte::find_glass(car.pixels, car.subject);
  Drawing moved;
  moved.pixels = image::transparent_pixels({600, 400});
  const Box half{300, 200, 250, 100};  // the subject at half its size
  moved.fill(half, 200, 255);
  matte::open_windows(moved.pixels, half, glass, 2);
  EXPECT_LT(moved.alpha(300 + 120, 200 + 25), 150);
  EXPECT_EQ(moved.alpha(300 + 120, 200 + 75), 255);
}

TEST(Windows, ClosingMakesTheInsideOpaqueAndKeepsTheEdge) {
  auto car = pale_car(40);
  car.fill(car.window, 40, 140);
  car.fill({50, 190, 10, 110}, 200, 90);  // a soft outer edge
  matte::close_windows(car.pixels, car.subject, 2);
  EXPECT_EQ(car.alpha(290, 150), 255);
  EXPECT_EQ(car.alpha(51, 250), 90);
  EXPECT_EQ(car.alpha(100, 120), 0);
}

}  // namespace
}  // namespace bgcut
