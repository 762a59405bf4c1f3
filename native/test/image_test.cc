#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "image/average.h"
#include "image/decode.h"
#include "image/encode.h"
#include "image/read_once.h"
#include "support.h"

namespace bgcut {
namespace {

constexpr Encoder kPng{Format::kPng, 0, 1, 0, PngFilter::kUp};
constexpr Encoder kZip{Format::kZip, 90, 1, 0, PngFilter::kUp};

Code code_of(const std::vector<uint8_t>& bytes, int64_t max_pixels = test::kManyPixels) {
  try {
    const auto picture = image::open_picture(bytes, max_pixels);
    CancelToken token;
    image::decode(picture, picture.header.size, 2, token);
  } catch (const Error& error) {
    return error.code();
  }
  throw std::logic_error("no error");
}

std::vector<uint8_t> bytes_of(const image::Encoded& encoded) {
  return {encoded.data.get(), encoded.data.get() + encoded.length};
}

// Every byte says something of its place, and none is 0.
image::Pixels numbered_pixels(Size size) {
  auto pixels = test::make_pixels(size, 4);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width * 4; ++x) {
      pixels.row(y)[x] = static_cast<uint8_t>(1 + (x * y >> 7) % 255);
    }
  }
  return pixels;
}

image::Decoded decode_fixture(const std::string& name) {
  const auto picture = test::open_fixture(name);
  CancelToken token;
  return image::decode(*picture, picture->header.size, 2, token);
}

TEST(OpenPicture, TellsFormatAndSizeByContent) {
  EXPECT_EQ(test::open_fixture("photos/rocket.jpg")->header.format, image::InputFormat::kJpg);
  const auto png = test::open_fixture("photos/chelsea.png");
  EXPECT_EQ(png->header.format, image::InputFormat::kPng);
  EXPECT_EQ(png->header.size, (Size{451, 300}));
  EXPECT_FALSE(png->header.has_alpha);
}

TEST(OpenPicture, RefusesWhatIsNoPicture) {
  const std::string text = "<svg xmlns='http://www.w3.org/2000/svg'/>";
  EXPECT_EQ(code_of({text.begin(), text.end()}), Code::kInvalidFileType);
  EXPECT_EQ(code_of({}), Code::kInvalidFileType);
  EXPECT_EQ(code_of({0xFF, 0xD8, 0xFF}), Code::kInvalidDimensions);
}

TEST(OpenPicture, RefusesTooManyPixelsFromTheHeader) {
  EXPECT_EQ(code_of(test::read_fixture("photos/rocket.jpg"), 640 * 427 - 1),
            Code::kResolutionTooHigh);
}

// Every way of cutting a file short must end in an error or a picture, never in a fault: this is
// what the sanitizers watch.
TEST(Decode, SurvivesTruncationAnywhere) {
  for (const char* name : {"photos/rocket.jpg", "photos/chelsea.png"}) {
    const auto bytes = test::read_fixture(name);
    for (size_t length = 1; length < bytes.size(); length = length * 5 / 4 + 1) {
      const Code code = code_of({bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(length)});
      EXPECT_TRUE(code == Code::kInvalidFileType || code == Code::kInvalidDimensions ||
                  code == Code::kFailedToReadImage)
          << name << " cut to " << length << ": " << code_name(code);
    }
  }
}

TEST(Decode, SurvivesFlippedBytes) {
  const auto original = test::read_fixture("photos/rocket.jpg");
  CancelToken token;
  for (size_t at = 2; at < original.size(); at += original.size() / 97) {
    auto bytes = original;
    bytes[at] ^= 0xFF;
    try {
      const auto picture = image::open_picture(bytes, test::kManyPixels);
      const auto decoded = image::decode(picture, picture.header.size, 1, token);
      EXPECT_EQ(decoded.pixels.size(), picture.header.size);
    } catch (const Error& error) {
      EXPECT_NE(error.code(), Code::kInternalError) << error.what();
    }
  }
}

TEST(Decode, ASmallerSizeIsTheSamePicture) {
  const auto picture = test::open_fixture("photos/rocket.jpg");
  CancelToken token;
  const auto full = image::decode(*picture, {640, 427}, 2, token);
  const auto reference =
      image::resize(full.pixels, image::whole(full.pixels), {80, 53}, false, 2, token);
  const auto small = image::decode(*picture, {80, 53}, 2, token);
  ASSERT_EQ(small.pixels.size(), (Size{80, 53}));
  double difference = 0;
  for (size_t i = 0; i < small.pixels.byte_length(); ++i) {
    difference += std::abs(small.pixels.data()[i] - reference.data()[i]);
  }
  EXPECT_LT(difference / static_cast<double>(small.pixels.byte_length()), 2.0);
}

TEST(AverageDown, IsTheRoundedMeanOfEachBlock) {
  auto pixels = test::make_pixels({23, 17}, 4);
  for (size_t i = 0; i < pixels.byte_length(); ++i) pixels.data()[i] = static_cast<uint8_t>(i * 53);
  const Box region{2, 1, 20, 15};
  for (const int factor : {2, 3, 4, 7, 15}) {
    auto averaged = image::average_down(pixels, region, factor, 2);
    ASSERT_EQ(averaged.size(), (Size{20 / factor, 15 / factor}));
    for (int y = 0; y < averaged.height(); ++y) {
      for (int i = 0; i < averaged.width() * 4; ++i) {
        const int x = i / 4;
        const int band = i % 4;
        double sum = 0;
        for (int v = 0; v < factor; ++v) {
          for (int u = 0; u < factor; ++u) {
            sum += pixels.row(1 + y * factor + v)[(2 + x * factor + u) * 4 + band];
          }
        }
        ASSERT_EQ(averaged.row(y)[i], std::floor(sum / (factor * factor) + 0.5));
      }
    }
  }
}

// The model's view through the quick way is that of the careful one.
TEST(ResizeForModel, DiffersLittleFromLanczos) {
  const auto decoded = decode_fixture("photos/rocket.jpg");
  const auto& pixels = decoded.pixels;
  CancelToken token;
  const Size size{128, 128};
  const auto quick = image::resize_for_model(pixels, image::whole(pixels), size, 2, token);
  const auto careful = image::resize(pixels, image::whole(pixels), size, false, 2, token);
  double difference = 0;
  for (size_t i = 0; i < quick.byte_length(); ++i) {
    difference += std::abs(quick.data()[i] - careful.data()[i]);
  }
  EXPECT_LT(difference / static_cast<double>(quick.byte_length()), 2.0);
}

TEST(ResizeForModel, KeepsWhiteWhiteHoweverMuchSmallerItGets) {
  auto white = test::make_pixels({600, 520}, 4);
  std::memset(white.data(), 255, white.byte_length());
  CancelToken token;
  const auto small = image::resize_for_model(white, image::whole(white), {1, 1}, 2, token);
  EXPECT_EQ(small.size(), (Size{1, 1}));
  for (int band = 0; band < 4; ++band) EXPECT_EQ(small.data()[band], 255);
}

TEST(Encode, PngGivesBackTheVeryPixels) {
  auto decoded = decode_fixture("photos/chelsea.png");
  auto& pixels = decoded.pixels;
  for (int x = 0; x < pixels.width(); ++x) pixels.row(10)[x * 4 + 3] = static_cast<uint8_t>(x);
  auto before = test::make_pixels(pixels.size(), 4);
  std::memcpy(before.data(), pixels.data(), pixels.byte_length());
  CancelToken token;
  const auto encoded = image::encode(pixels, image::Part::kRgba, kPng, {}, true, 2, token);
  const auto again = image::open_picture(bytes_of(encoded), test::kManyPixels);
  EXPECT_TRUE(again.header.has_alpha);
  const auto back = image::decode(again, again.header.size, 2, token);
  EXPECT_EQ(std::memcmp(back.pixels.data(), before.data(), before.byte_length()), 0);
}

TEST(Encode, ZipPartsAreAJpegAndAGreyPng) {
  auto decoded = decode_fixture("photos/chelsea.png");
  CancelToken token;
  const auto colour = image::encode(decoded.pixels, image::Part::kRgb, kZip, {}, false, 2, token);
  const auto alpha = image::encode(decoded.pixels, image::Part::kAlpha, kZip, {}, true, 2, token);
  EXPECT_EQ(image::open_picture(bytes_of(colour), test::kManyPixels).header.format,
            image::InputFormat::kJpg);
  const auto png = bytes_of(alpha);
  EXPECT_EQ(png[24], 8) << "bit depth";
  EXPECT_EQ(png[25], 0) << "colour type grey";
}

// A soft disc over noise, which nobody may find again under alpha 0.
image::Pixels disc(Size size) {
  auto pixels = numbered_pixels(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double away = std::hypot(x - size.width / 2.0, y - size.height / 2.0);
      uint8_t* const pixel = pixels.row(y) + static_cast<ptrdiff_t>(x) * 4;
      pixel[3] = static_cast<uint8_t>(std::clamp((size.height / 3.0 - away) * 16, 0.0, 255.0));
      if (pixel[3] != 0) std::memset(pixel, 180, 3);
    }
  }
  return pixels;
}

// libwebp reads what was put together of two of its files.
TEST(Encode, WebpKeepsAlphaAndWhatIsSeen) {
  for (const Size size : {Size{1, 1}, {7, 9}, {203, 150}}) {
    for (const int effort : {0, 2}) {
      const auto pixels = disc(size);
      auto used = disc(size);
      CancelToken token;
      const Encoder webp{Format::kWebp, 80, 0, effort, PngFilter::kNone};
      const auto encoded = image::encode(used, image::Part::kRgba, webp, {}, true, 2, token);
      const auto picture = image::open_picture(bytes_of(encoded), test::kManyPixels);
      EXPECT_EQ(picture.header.size, size);
      const auto back = image::decode(picture, size, 2, token);
      int hidden = 0;
      for (size_t k = 0; k < pixels.byte_length(); k += 4) {
        ASSERT_EQ(back.pixels.data()[k + 3], pixels.data()[k + 3]);
        if (pixels.data()[k + 3] == 0) ++hidden;
        // Grey everywhere: the edge as well, whose neighbours nobody sees.
        for (size_t band = 0; band < 3 && pixels.data()[k + 3] != 0; ++band) {
          EXPECT_NEAR(back.pixels.data()[k + band], 180, 6);
        }
      }
      EXPECT_TRUE(hidden > 0 || size.width == 1);
    }
  }
}

TEST(Encode, WebpIsTheSameForAnyNumberOfThreads) {
  CancelToken token;
  const auto file = [&](bool consume, int threads) {
    auto pixels = disc({1203, 1150});
    const Encoder webp{Format::kWebp, 80, 0, 0, PngFilter::kNone};
    return bytes_of(image::encode(pixels, image::Part::kRgba, webp, {}, consume, threads, token));
  };
  const auto alone = file(false, 1);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(file(true, threads), alone);
}

TEST(Encode, OpaqueWebpHasNoAlpha) {
  auto decoded = decode_fixture("photos/chelsea.png");
  CancelToken token;
  const Encoder webp{Format::kWebp, 80, 0, 0, PngFilter::kNone};
  image::Tags tags;
  tags.has_profile = true;
  const auto plain =
      bytes_of(image::encode(decoded.pixels, image::Part::kRgba, webp, tags, false, 2, token));
  EXPECT_FALSE(image::open_picture(plain, test::kManyPixels).header.has_alpha);
  decoded.pixels.data()[3] = 254;
  const auto soft =
      bytes_of(image::encode(decoded.pixels, image::Part::kRgba, webp, tags, true, 2, token));
  EXPECT_TRUE(image::open_picture(soft, test::kManyPixels).header.has_alpha);
  for (const auto& file : {plain, soft}) {
    EXPECT_NE(std::search(file.begin(), file.end(), "ICCP", "ICCP" + 4), file.end());
  }
}

TEST(Encode, StopsWhenCancelled) {
  auto decoded = decode_fixture("photos/chelsea.png");
  CancelToken token;
  token.cancel(Code::kTimeout);
  try {
    image::encode(decoded.pixels, image::Part::kRgba, kPng, {}, true, 2, token);
    FAIL() << "encoded";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kTimeout);
  }
}

// Large enough for several steps of giving memory back while the encoder reads.
TEST(Encode, GivingMemoryBackDoesntChangeTheFile) {
  const Size size{3000, 2500};
  CancelToken token;
  const auto file = [&](bool consume) {
    auto pixels = numbered_pixels(size);
    return bytes_of(image::encode(pixels, image::Part::kRgba, kPng, {}, consume, 2, token));
  };
  EXPECT_EQ(file(true), file(false));
}

// As threads do that were not given a core for a while: what comes late must still be there.
TEST(ReadOnce, GivesBackNothingThatHasNotBeenRead) {
  const Size size{2500, 2000};
  constexpr int kRows = 100;
  constexpr int kLate = 1000;  // the first row of what is read last
  const auto expected = numbered_pixels(size);
  auto pixels = numbered_pixels(size);
  const image::ReadOnce once(pixels);
  VipsRegion* const region = vips_region_new(once.image());
  const auto read = [&](int left, int top, int width) {
    const auto skipped = static_cast<ptrdiff_t>(left) * 4;
    const VipsRect area{left, top, width, kRows};
    ASSERT_EQ(vips_region_prepare(region, &area), 0);
    for (int y = top; y < top + kRows; ++y) {
      ASSERT_EQ(std::memcmp(VIPS_REGION_ADDR(region, left, y), expected.row(y) + skipped,
                            static_cast<size_t>(width) * 4),
                0)
          << y;
    }
  };
  for (int top = 0; top < size.height; top += kRows) {
    read(0, top, top == kLate ? size.width - 260 : size.width);
  }
  EXPECT_EQ(pixels.row(kLate / 2)[0], 0);  // gone, or nothing here would show anything
  read(size.width - 260, kLate, 260);
  EXPECT_EQ(pixels.row(size.height - kRows)[0], 0);
  g_object_unref(region);
}

}  // namespace
}  // namespace bgcut
