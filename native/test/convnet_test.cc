// The kernels of native/convnet against sums written out in double precision, on every instruction
// set that this CPU has.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <onnxruntime_float16.h>
#include "convnet/kernels.h"
#include "convnet/network.h"
#include "convnet/plan.h"

namespace bgcut::convnet {
namespace {

struct Float16 : onnxruntime_float16::Float16Impl<Float16> {
  static uint16_t bits(float value) { return ToUint16Impl(value); }
  static float value(uint16_t bits) {
    Float16 half;
    half.val = bits;
    return half.ToFloatImpl();
  }
};

// What float16 keeps of a value.
float rounded(float value) {
  return Float16::value(Float16::bits(value));
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::vector<float> floats(size_t count, float low, float high) {
    std::uniform_real_distribution<float> distribution(low, high);
    std::vector<float> values(count);
    for (float& value : values) value = rounded(distribution(engine_));
    return values;
  }

 private:
  std::mt19937 engine_;
};

std::vector<Half> halves(const std::vector<float>& values) {
  std::vector<Half> out(values.size() + kReadAhead);
  std::transform(values.begin(), values.end(), out.begin(), Float16::bits);
  return out;
}

std::vector<float> floats(const std::vector<Half>& halves, size_t count) {
  std::vector<float> out(count);
  std::transform(halves.begin(), halves.begin() + static_cast<ptrdiff_t>(count), out.begin(),
                 Float16::value);
  return out;
}

struct Shape {
  int in;
  int out;
  int height;
  int width;
  int dilation;
};

// A convolution of 3 x 3 as ONNX defines it.
std::vector<float> convolved(const Shape& shape, int stride, const std::vector<float>& input,
                             const std::vector<float>& filters, const std::vector<float>& bias) {
  const int height = (shape.height + stride - 1) / stride;
  const int width = (shape.width + stride - 1) / stride;
  std::vector<float> output;
  for (int out = 0; out < shape.out; ++out) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        double sum = bias[out];
        for (int tap = 0; tap < 9 * shape.in; ++tap) {
          const int from_y = y * stride + (tap % 9 / 3 - 1) * shape.dilation;
          const int from_x = x * stride + (tap % 3 - 1) * shape.dilation;
          if (from_y < 0 || from_y >= shape.height || from_x < 0 || from_x >= shape.width) continue;
          sum +=
              static_cast<double>(filters[static_cast<size_t>(out) * shape.in * 9 + tap]) *
              input[(static_cast<size_t>(tap / 9) * shape.height + from_y) * shape.width + from_x];
        }
        output.push_back(static_cast<float>(sum));
      }
    }
  }
  return output;
}

float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  float largest = 0;
  for (size_t k = 0; k < std::min(a.size(), b.size()); ++k) {
    const float difference = std::abs(a[k] - b[k]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

std::vector<float> magnitudes(std::vector<float> values) {
  for (float& value : values) value = std::abs(value);
  return values;
}

// What the results may be off by: float16 has 11 bits, and the transforms take some three of them
// from the largest sum of magnitudes, as they add and subtract neighbours.
float bound_for(const Shape& shape, const std::vector<float>& input,
                const std::vector<float>& filters, const std::vector<float>& bias) {
  const auto sums = convolved(shape, 1, magnitudes(input), magnitudes(filters), magnitudes(bias));
  return *std::max_element(sums.begin(), sums.end()) / 256;
}

class ConvnetKernels : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    table_ = kernels(GetParam());
    if (table_ == nullptr) GTEST_SKIP() << "this CPU has no " << GetParam();
  }

  // A layer in one piece, its input in two parts.
  std::vector<float> layer(const Shape& shape, const std::vector<float>& input,
                           const std::vector<float>& filters, const std::vector<float>& bias,
                           bool relu, const std::vector<float>* residual) {
    const size_t area = static_cast<size_t>(shape.height) * shape.width;
    std::vector<Half> packed(table_->packed_filters(shape.in, shape.out));
    table_->pack_filters(filters.data(), shape.in, shape.out, packed.data());
    const Layer whole{shape.height, shape.width,   shape.dilation, shape.in,
                      shape.out,    packed.data(), bias.data(),    relu};
    const int first = shape.in / 2;
    const std::vector<Half> parts[] = {
        halves({input.begin(), input.begin() + static_cast<ptrdiff_t>(area * first)}),
        halves({input.begin() + static_cast<ptrdiff_t>(area * first), input.end()})};
    const Planes planes[] = {{parts[0].data(), first}, {parts[1].data(), shape.in - first}};
    const auto added = residual == nullptr ? std::vector<Half>() : halves(*residual);
    std::vector<Half> output(area * shape.out + kReadAhead);
    const LayerMemory memory{planes, 2, residual == nullptr ? nullptr : added.data(),
                             output.data()};
    const int vectors = table_->vectors(whole);
    std::vector<float> transformed(table_->input_floats(whole, vectors));
    std::vector<float> products(table_->product_floats(whole, vectors));
    std::vector<float> scratch(table_->worker_floats(whole));
    table_->transform_input(whole, memory, 0, vectors, 0, shape.in, transformed.data(),
                            scratch.data());
    table_->multiply(whole, vectors, 0, kPatchArea, transformed.data(), products.data(),
                     scratch.data());
    table_->transform_output(whole, memory, 0, vectors, 0, shape.out, products.data());
    return floats(output, area * shape.out);
  }

  const Kernels* table_ = nullptr;
};

#if defined(__aarch64__)
const auto kTables = testing::Values("neon");
#else
const auto kTables = testing::Values("avx512", "avx2");
#endif

INSTANTIATE_TEST_SUITE_P(Cpu, ConvnetKernels, kTables,
                         [](const auto& table) { return std::string(table.param); });

// Widths around a whole number of tiles and of vectors, dilations that leave some images without a
// pixel, channels that fill no block.
TEST_P(ConvnetKernels, ConvolveAsWrittenOut) {
  const Shape shapes[] = {{2, 1, 1, 1, 1},     {3, 5, 7, 7, 1},    {20, 9, 9, 70, 1},
                          {4, 17, 5, 63, 1},   {4, 3, 6, 64, 1},   {4, 3, 8, 65, 1},
                          {2, 2, 4, 133, 1},   {6, 8, 128, 16, 1}, {7, 3, 13, 13, 2},
                          {16, 16, 16, 16, 8}, {5, 4, 30, 100, 3}, {3, 4, 3, 5, 4}};
  Random random(1);
  for (const Shape& shape : shapes) {
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
    const auto residual = random.floats(expected.size(), -1, 1);
    for (size_t k = 0; k < expected.size(); ++k) {
      expected[k] = std::max(expected[k], 0.0F) + residual[k];
    }
    const auto added = layer(shape, input, filters, bias, true, &residual);
    EXPECT_LT(largest_difference(added, expected), bound);
  }
}

TEST_P(ConvnetKernels, ConvolveWithStrideAsWrittenOut) {
  Random random(2);
  for (const Shape& shape : {Shape{3, 5, 1, 1, 1}, Shape{3, 16, 9, 64, 1}, Shape{1, 3, 8, 77, 1},
                             Shape{3, 2, 6, 130, 1}}) {
    SCOPED_TRACE(testing::Message() << shape.height << " x " << shape.width);
    const size_t area = static_cast<size_t>(shape.height) * shape.width;
    const auto input = random.floats(area * shape.in, -2, 2);
    const auto filters = random.floats(static_cast<size_t>(shape.in) * shape.out * 9, -.3F, .3F);
    const auto bias = random.floats(shape.out, -.5F, .5F);
    const auto expected = convolved(shape, 2, input, filters, bias);
    std::vector<Half> output(expected.size());
    std::vector<float> scratch(table_->strided_floats(shape.in, shape.width));
    for (int y = 0; y < (shape.height + 1) / 2; ++y) {
      table_->strided_row(input.data(), shape.height, shape.width, shape.in, shape.out,
                          filters.data(), bias.data(), false, y, output.data(), scratch.data());
    }
    EXPECT_LT(largest_difference(floats(output, expected.size()), expected), .005F);
  }
}

TEST_P(ConvnetKernels, PoolTakesTheLargest) {
  Random random(3);
  for (const auto& [height, width] : {std::pair{1, 1}, {2, 2}, {5, 37}, {8, 64}}) {
    const auto input = random.floats(static_cast<size_t>(height) * width, -1, 1);
    const int out_width = (width + 1) / 2;
    std::vector<Half> output(static_cast<size_t>((height + 1) / 2) * out_width);
    std::vector<float> scratch(plane_scratch(width));
    table_->pool(halves(input).data(), height, width, output.data(), scratch.data());
    std::vector<float> expected(output.size(), -2);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        float& value = expected[static_cast<size_t>(y / 2) * out_width + x / 2];
        value = std::max(value, input[static_cast<size_t>(y) * width + x]);
      }
    }
    EXPECT_EQ(floats(output, output.size()), expected);
  }
}

// ONNX: the pixel at x of the result is at (x + .5) / 2 - .5 of the input, whose edges go on.
TEST_P(ConvnetKernels, UpsampleIsBilinearBetweenPixelCentres) {
  Random random(4);
  for (const auto& [height, width] : {std::pair{1, 1}, {2, 3}, {5, 37}, {8, 64}}) {
    const auto input = random.floats(static_cast<size_t>(height) * width, -1, 1);
    std::vector<Half> output(input.size() * 4);
    std::vector<float> scratch(plane_scratch(width));
    table_->upsample(halves(input).data(), height, width, output.data(), scratch.data());
    std::vector<float> expected;
    const auto at = [&, rows = height, columns = width](int y, int x) {
      return input[static_cast<size_t>(std::clamp(y, 0, rows - 1)) * columns +
                   std::clamp(x, 0, columns - 1)];
    };
    for (int y = 0; y < 2 * height; ++y) {
      for (int x = 0; x < 2 * width; ++x) {
        const double from_y = (y + .5) / 2 - .5;
        const double from_x = (x + .5) / 2 - .5;
        const int top = static_cast<int>(std::floor(from_y));
        const int left = static_cast<int>(std::floor(from_x));
        const double down = from_y - top;
        const double right = from_x - left;
        expected.push_back(static_cast<float>(
            (at(top, left) * (1 - right) + at(top, left + 1) * right) * (1 - down) +
            (at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right) * down));
      }
    }
    EXPECT_LT(largest_difference(floats(output, output.size()), expected), .0006F);
  }
}

TEST_P(ConvnetKernels, SigmoidIsTheLogisticFunction) {
  std::vector<float> input;
  for (int k = -90; k <= 90; ++k) input.push_back(rounded(static_cast<float>(k) / 4));
  std::vector<float> output(input.size());
  table_->sigmoid(halves(input).data(), input.size(), output.data());
  for (size_t k = 0; k < input.size(); ++k) {
    EXPECT_NEAR(output[k], 1 / (1 + std::exp(-static_cast<double>(input[k]))), 1e-6);
  }
}

// Workers as threads, so that a sanitizer sees what they share.
void in_threads(int count, const std::function<void(int)>& worker) {
  std::vector<std::thread> threads;
  for (int k = 1; k < count; ++k) threads.emplace_back(worker, k);
  worker(0);
  for (auto& thread : threads) thread.join();
}

// Two levels with a skip between them, as U2-Net has it: what is pooled comes back doubled.
struct Small {
  Network network;
  Value result;
};

Small small_network(const Kernels* table) {
  Random random(5);
  Network network(table, 3);
  const auto convolution = [&](std::vector<Value> inputs, int in, int out, int dilation, int stride,
                               Value residual) {
    const auto filters = random.floats(static_cast<size_t>(in) * out * 9, -.3F, .3F);
    const auto bias = random.floats(out, -.2F, .2F);
    return network.add_convolution({std::move(inputs), in, out, dilation, stride, true, residual},
                                   filters.data(), bias.data());
  };
  const Value top = convolution({0}, 3, 12, 1, 2, -1);
  const Value low = convolution({network.add_pool(top)}, 12, 20, 1, 1, -1);
  const Value wide = convolution({low}, 20, 20, 2, 1, -1);
  const Value joined = convolution({network.add_upsample(wide), top}, 32, 12, 1, 1, top);
  const Value result = convolution({joined}, 12, 1, 1, 1, -1);
  return {std::move(network), result};
}

std::vector<float> run(const Small& small, int height, int width, int workers,
                       const Stopped& stopped, bool* whole = nullptr) {
  const auto input = Random(6).floats(static_cast<size_t>(3) * height * width, -1, 1);
  const auto size = small.network.result_size(small.result, height, width);
  std::vector<float> output(static_cast<size_t>(size.height) * size.width, -1);
  std::unique_ptr<std::byte[]> block;
  const bool ended = small.network.run(
      input.data(), height, width, small.result, output.data(), workers, in_threads,
      [&block](size_t bytes) -> void* {
        constexpr size_t kAlignment = 64;
        block = std::make_unique<std::byte[]>(bytes + kAlignment);
        void* aligned = block.get();
        size_t space = bytes + kAlignment;
        return std::align(kAlignment, bytes, aligned, space);
      },
      stopped);
  if (whole != nullptr) *whole = ended;
  return output;
}

TEST_P(ConvnetKernels, NetworkGivesTheSameForAnyNumberOfWorkers) {
  const Small small = small_network(table_);
  for (const auto& [height, width] : {std::pair{8, 8}, {64, 128}, {260, 300}}) {
    ASSERT_TRUE(small.network.accepts(height, width));
    const auto alone = run(small, height, width, 1, [] { return false; });
    EXPECT_TRUE(
        std::all_of(alone.begin(), alone.end(), [](float v) { return v >= .5F && v <= 1; }));
    for (const int workers : {2, 3, 8}) {
      EXPECT_EQ(run(small, height, width, workers, [] { return false; }), alone);
    }
  }
}

TEST_P(ConvnetKernels, NetworkKnowsWhichSizesItsSkipsAllow) {
  const Small small = small_network(table_);
  EXPECT_TRUE(small.network.accepts(4, 8));
  EXPECT_FALSE(small.network.accepts(4, 9));  // 5, pooled 3, doubled 6
}

TEST_P(ConvnetKernels, NetworkStops) {
  const Small small = small_network(table_);
  bool whole = true;
  std::atomic<int> asked{0};
  run(
      small, 260, 300, 2, [&asked] { return ++asked > 20; }, &whole);
  EXPECT_FALSE(whole);
  EXPECT_LT(asked, 40);
}

TEST(ConvnetPlan, GivesNoByteToTwoValuesAtOnce) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<Lifetime> lifetimes(40);
    for (auto& lifetime : lifetimes) {
      lifetime.first = static_cast<int>(random() % 30);
      lifetime.last = lifetime.first + static_cast<int>(random() % 8);
      lifetime.bytes = random() % 5000;
    }
    const MemoryPlan plan = plan_memory(lifetimes);
    size_t sum = 0;
    for (size_t a = 0; a < lifetimes.size(); ++a) {
      sum += lifetimes[a].bytes + 64;
      EXPECT_EQ(plan.offsets[a] % 64, 0U);
      EXPECT_LE(plan.offsets[a] + lifetimes[a].bytes, plan.bytes);
      for (size_t b = 0; b < a; ++b) {
        const bool together =
            lifetimes[a].first <= lifetimes[b].last && lifetimes[b].first <= lifetimes[a].last;
        const bool apart = plan.offsets[a] + lifetimes[a].bytes <= plan.offsets[b] ||
                           plan.offsets[b] + lifetimes[b].bytes <= plan.offsets[a];
        EXPECT_TRUE(!together || apart);
      }
    }
    EXPECT_LT(plan.bytes, sum / 2);  // 40 values, of which some 6 live at a time
  }
}

}  // namespace
}  // namespace bgcut::convnet
