// The schemes of native/convnet against sums written out in double precision, on every instruction
// set that this CPU has.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "convnet_support.h"

namespace bgcut::convnet {
namespace {

class ConvnetScheme : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    scheme_ = scheme({true, true}, GetParam());
    if (scheme_ == nullptr) GTEST_SKIP() << "this CPU has no " << GetParam();
  }

  // A layer whose input is in two parts.
  std::vector<float> layer(const Layer& shape, const std::vector<float>& input,
                           const std::vector<float>& weights, const std::vector<float>& bias,
                           bool relu, const std::vector<float>* residual, bool plain = false) {
    const Size size{shape.height, shape.width};
    const auto area = static_cast<ptrdiff_t>(shape.height) * shape.width;
    const int first = shape.in / 2;
    Filters filters{{first, shape.in - first}, shape.out, shape.dilation, 1, relu};
    scheme_->pack(&filters, weights.data(), bias.data());
    Laid parts[] = {{*scheme_,
                     {first, size, shape.dilation, false},
                     {input.begin(), input.begin() + area * first}},
                    {*scheme_,
                     {shape.in - first, size, shape.dilation + 1, false},
                     {input.begin() + area * first, input.end()}}};
    Laid output(*scheme_, {shape.out, size, 1, plain});
    Block scratch(scheme_->convolution_bytes(filters, size, kWorkers.count));
    const std::vector<Operand> inputs{parts[0].operand(), parts[1].operand()};
    if (residual == nullptr) {
      scheme_->convolve(filters, inputs, nullptr, output.operand(), scratch.get(), kWorkers);
    } else {
      Laid added(*scheme_, {shape.out, size, 3, false}, *residual);
      const Operand operand = added.operand();
      scheme_->convolve(filters, inputs, &operand, output.operand(), scratch.get(), kWorkers);
    }
    return output.values();
  }

  // Results keep 8 bits, or 11.
  float kept() const { return scheme_->is_bfloat16() ? 1.0F / 256 : 1.0F / 2048; }

  const Scheme* scheme_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(Cpu, ConvnetScheme, kSchemes,
                         [](const auto& name) { return std::string(name.param); });

// Widths around a whole number of tiles and of vectors, dilations that leave some images without a
// pixel, channels that fill no block.
TEST_P(ConvnetScheme, ConvolvesAsWrittenOut) {
  const Layer shapes[] = {{2, 1, 1, 1, 1},     {3, 5, 7, 7, 1},     {20, 9, 9, 70, 1},
                          {4, 17, 5, 63, 1},   {4, 3, 6, 64, 1},    {4, 3, 8, 65, 1},
                          {2, 2, 4, 133, 1},   {6, 8, 128, 16, 1},  {7, 3, 13, 13, 2},
                          {16, 16, 16, 16, 8}, {5, 4, 30, 100, 3},  {3, 4, 3, 5, 4},
                          {90, 70, 5, 17, 1},  {66, 32, 300, 20, 1}};
  Random random(1);
  for (const Layer& shape : shapes) {
    SCOPED_TRACE(testing::Message() << shape.in << " to " << shape.out << ", " << shape.height
                                    << " x " << shape.width << ", dilation " << shape.dilation);
    const size_t area = static_cast<size_t>(shape.height) * shape.width;
    const auto input = random.floats(area * shape.in, 0, 1);
    const auto filters = random.floats(static_cast<size_t>(shape.in) * shape.out * 9, -.3F, .3F);
    const auto bias = random.floats(shape.out, -.5F, .5F);
    auto expected = convolved(shape, 1, input, filters, bias);
    const float bound = bound_for(shape, input, filters, bias);
    const auto plain = layer(shape, input, filters, bias, false, nullptr);
    EXPECT_LT(largest_difference(plain, expected), bound);
    if (shape.out == 1) {
      const auto thin = layer(shape, input, filters, bias, false, nullptr, true);
      EXPECT_LT(largest_difference(thin, expected), bound);
    }
    const auto residual = random.floats(expected.size(), -1, 1);
    for (size_t k = 0; k < expected.size(); ++k) {
      expected[k] = std::max(expected[k], 0.0F) + residual[k];
    }
    const auto added = layer(shape, input, filters, bias, true, &residual);
    EXPECT_LT(largest_difference(added, expected), bound);
  }
}

TEST_P(ConvnetScheme, ConvolvesAPictureWithStrideAsWrittenOut) {
  Random random(2);
  for (const Layer& shape : {Layer{3, 5, 1, 1, 1}, Layer{3, 16, 9, 64, 1}, Layer{1, 3, 8, 77, 1},
                             Layer{3, 40, 6, 130, 1}}) {
    SCOPED_TRACE(testing::Message() << shape.height << " x " << shape.width);
    const Size size{shape.height, shape.width};
    const auto input =
        random.floats(static_cast<size_t>(shape.height) * shape.width * shape.in, -2, 2);
    const auto weights = random.floats(static_cast<size_t>(shape.in) * shape.out * 9, -.3F, .3F);
    const auto bias = random.floats(shape.out, -.5F, .5F);
    const auto expected = convolved(shape, 2, input, weights, bias);
    Filters filters{{shape.in}, shape.out, 1, 2, false};
    scheme_->pack(&filters, weights.data(), bias.data());
    Block scratch(scheme_->convolution_bytes(filters, size, kWorkers.count));
    Laid output(*scheme_, {shape.out, {(shape.height + 1) / 2, (shape.width + 1) / 2}, 1, false});
    scheme_->convolve_picture(filters, input.data(), size, output.operand(), scratch.get(),
                              kWorkers);
    EXPECT_LT(largest_difference(output.values(), expected), 8 * kept());
  }
}

TEST_P(ConvnetScheme, PoolTakesTheLargest) {
  constexpr int kChannels = 35;
  Random random(3);
  for (const auto& [height, width] : {std::pair{1, 1}, {2, 2}, {5, 37}, {8, 64}}) {
    const Size size{height, width};
    const Size half{(height + 1) / 2, (width + 1) / 2};
    const auto values = random.floats(static_cast<size_t>(kChannels) * height * width, -1, 1);
    Laid input(*scheme_, {kChannels, size, 2, false}, values);
    Laid output(*scheme_, {kChannels, half, 1, false});
    Block scratch(scheme_->plane_bytes(size, kWorkers.count));
    scheme_->pool(input.operand(), output.operand(), scratch.get(), kWorkers);
    EXPECT_EQ(output.values(), pooled(values, kChannels, size));
  }
}

TEST_P(ConvnetScheme, UpsampleIsBilinearBetweenPixelCentres) {
  Random random(4);
  for (const bool plain : {false, true}) {
    const int channels = plain ? 1 : 33;
    for (const auto& [height, width] : {std::pair{1, 1}, {2, 3}, {5, 37}, {8, 64}}) {
      const Size size{height, width};
      const auto values = random.floats(static_cast<size_t>(channels) * height * width, -1, 1);
      Laid input(*scheme_, {channels, size, 0, false}, values);
      Laid output(*scheme_, {channels, {2 * height, 2 * width}, 1, plain});
      Operand from = input.operand();
      std::vector<float> thin = values;
      if (plain && scheme_->is_bfloat16()) from = {thin.data(), {1, size, 0, true}};
      Block scratch(scheme_->plane_bytes(size, kWorkers.count));
      scheme_->upsample(from, output.operand(), scratch.get(), kWorkers);
      EXPECT_LT(largest_difference(output.values(), doubled(values, channels, size)),
                1.2F * kept());
    }
  }
}

TEST_P(ConvnetScheme, SigmoidIsTheLogisticFunction) {
  constexpr int kChannels = 2;
  std::vector<float> values;
  for (int k = -60; k < 60; ++k) values.push_back(rounded(static_cast<float>(k) / 4));
  Laid input(*scheme_, {kChannels, {6, 10}, 1, false}, values);
  std::vector<float> output(values.size());
  scheme_->sigmoid(input.operand(), output.data(), kWorkers);
  for (size_t k = 0; k < values.size(); ++k) {
    EXPECT_NEAR(output[k], 1 / (1 + std::exp(-static_cast<double>(values[k]))), 1e-6);
  }
}

TEST(ConvnetSchemes, AreOnlyThoseThatTheModelAllows) {
  EXPECT_EQ(scheme({false, false}), nullptr);
  EXPECT_EQ(scheme({true, true}, "none"), nullptr);
  EXPECT_EQ(scheme({true, false}, "amx"), nullptr);
  const Scheme* const half = scheme({true, false});
  EXPECT_FALSE(half != nullptr && half->is_bfloat16());
}

}  // namespace
}  // namespace bgcut::convnet
