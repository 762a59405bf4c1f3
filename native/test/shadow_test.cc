// Properties of the shadows that lie on a floor, on drawn subjects.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "compose/cutout.h"
#include "compose/shadow.h"
#include "support.h"

namespace bgcut {
namespace {

// Subjects in white, drawn into 400 x 400; strengths are read where they are not.
struct Scene {
  image::Pixels pixels = image::transparent_pixels({400, 400});

  void put(int x, int y) {
    std::memset(pixels.row(y) + size_t{4} * static_cast<size_t>(x), 255, 4);
  }
  Scene& box(const Box& box) {
    for (int y = box.top; y < box.top + box.height; ++y) {
      for (int x = box.left; x < box.left + box.width; ++x) put(x, y);
    }
    return *this;
  }
  Scene& disc(int centre_x, int centre_y, int radius) {
    for (int y = centre_y - radius; y < centre_y + radius; ++y) {
      for (int x = centre_x - radius; x < centre_x + radius; ++x) {
        if (std::hypot(x + 0.5 - centre_x, y + 0.5 - centre_y) < radius) put(x, y);
      }
    }
    return *this;
  }
  Scene& cast(ShadowKind kind) {
    compose::add_shadow(pixels, {kind, 1}, compose::measure_coverage(pixels, 1).subject, 2);
    return *this;
  }
  int at(int x, int y) const { return pixels.row(y)[size_t{4} * static_cast<size_t>(x) + 3]; }
  int darkest(const Box& box) const {
    int most = 0;
    for (int y = box.top; y < box.top + box.height; ++y) {
      for (int x = box.left; x < box.left + box.width; ++x) most = std::max(most, at(x, y));
    }
    return most;
  }
};

// Seen from the side: bumpers hang over the tyres, which stand at 300.
Scene car_from_the_side() {
  Scene scene;
  scene.box({40, 200, 320, 70}).disc(120, 270, 30).disc(280, 270, 30);
  return scene;
}

TEST(CarShadow, ReachesBelowTheTyresAndNotUpToTheBumpers) {
  Scene scene = car_from_the_side();
  scene.cast(ShadowKind::kCar);
  EXPECT_GT(scene.at(120, 301), 120) << "dark at the tyre";
  EXPECT_GT(scene.at(200, 298), 40) << "and between the wheels";
  EXPECT_LT(scene.at(60, 275), 30) << "but no wedge between tyre and bumper";
  EXPECT_LT(scene.at(340, 275), 30);
  EXPECT_EQ(scene.at(20, 240), 0);
}

// In perspective the rear wheel stands higher in the picture; the floor runs through both.
TEST(CarShadow, FollowsTheFloorThroughWheelsThatStandAtDifferentHeights) {
  Scene scene;
  scene.box({100, 150, 220, 90}).disc(130, 225, 25).disc(280, 255, 25).cast(ShadowKind::kCar);
  EXPECT_GT(scene.at(205, 258), 60);
  EXPECT_LT(scene.at(130, 285), scene.at(280, 285)) << "the far wheel's floor is not that low";
}

// What is forced on a person: nothing between the arms and the feet, where no floor is.
TEST(CarShadow, DrawsNoBoxBesideWhatIsNoCar) {
  Scene scene;
  scene.box({190, 60, 30, 260}).box({120, 130, 170, 20}).box({120, 130, 14, 60});
  scene.box({276, 130, 14, 60}).cast(ShadowKind::kCar);
  EXPECT_GT(scene.at(205, 322), 60) << "dark at the feet";
  EXPECT_EQ(scene.darkest({100, 195, 60, 60}), 0) << "nothing under the hands";
  EXPECT_EQ(scene.darkest({250, 195, 60, 60}), 0);
}

// A woman walks in front of her car: the floor under the car is not hers.
TEST(CarShadow, EachThingStandsForItself) {
  Scene alone = car_from_the_side();
  alone.cast(ShadowKind::kCar);
  Scene both = car_from_the_side();
  both.box({375, 200, 20, 135}).cast(ShadowKind::kCar);
  for (int y = 0; y < 400; ++y) {
    for (int x = 0; x < 260; ++x) ASSERT_NEAR(alone.at(x, y), both.at(x, y), 3) << x << "," << y;
  }
  EXPECT_GT(both.at(385, 336), 60);
}

TEST(CastShadow, TouchesARoundFootOnlyWhereItStands) {
  Scene scene;
  scene.disc(180, 240, 60).cast(ShadowKind::kThreeD);
  EXPECT_GT(scene.at(180, 300), 60) << "dark at the point of contact";
  EXPECT_LT(scene.darkest({145, 299, 17, 6}), 25) << "no smear to the left of it";
}

// Evenly dark within: rows that are foreshortened together leave no bands.
TEST(CastShadow, FadesWithoutBands) {
  Scene scene;
  scene.box({60, 60, 120, 240}).cast(ShadowKind::kThreeD);
  int bands = 0;
  // Along the axis of the shadow, away from its edges.
  for (int step = 8; step < 44; ++step) {
    const auto y = 300 - step;
    const auto x = static_cast<int>(std::lround(150 + 0.62 / 0.26 * step));
    const int near = scene.at(x, y);
    const int far = scene.at(static_cast<int>(std::lround(x + 0.62 / 0.26)), y - 1);
    if (x > 190 && far > near + 1) ++bands;
  }
  EXPECT_EQ(bands, 0) << "it only ever gets paler";
  EXPECT_GT(scene.at(200, 280), scene.at(280, 247));
}

}  // namespace
}  // namespace bgcut
