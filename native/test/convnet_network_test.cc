// Networks of native/convnet: what goes where, by every scheme that this CPU has.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "convnet/network.h"
#include "convnet/plan.h"
#include "convnet_support.h"

namespace bgcut::convnet {
namespace {

class ConvnetNetwork : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    scheme_ = scheme({true, true}, GetParam());
    if (scheme_ == nullptr) GTEST_SKIP() << "this CPU has no " << GetParam();
  }

  const Scheme* scheme_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(Cpu, ConvnetNetwork, kSchemes,
                         [](const auto& name) { return std::string(name.param); });

// What a network computes, written out; the first value is the picture.
class WrittenOut {
 public:
  WrittenOut(std::vector<float> picture, int channels, Size size) {
    values_.push_back({std::move(picture), channels, size});
  }

  void convolve(const Convolution& convolution, const std::vector<float>& filters,
                const std::vector<float>& bias) {
    Made joined{{}, 0, values_[convolution.inputs.front()].size};
    for (const Value input : convolution.inputs) {
      const Made& part = values_[input];
      joined.values.insert(joined.values.end(), part.values.begin(), part.values.end());
      joined.channels += part.channels;
    }
    const Layer layer{joined.channels, convolution.channels_out, joined.size.height,
                      joined.size.width, convolution.dilation};
    auto out = convolved(layer, convolution.stride, joined.values, filters, bias);
    for (float& value : out) value = convolution.relu ? std::max(value, 0.0F) : value;
    for (size_t k = 0; convolution.residual >= 0 && k < out.size(); ++k) {
      out[k] += values_[convolution.residual].values[k];
    }
    const int step = convolution.stride;
    values_.push_back(
        {std::move(out),
         convolution.channels_out,
         {(joined.size.height + step - 1) / step, (joined.size.width + step - 1) / step}});
  }

  void pool(Value input) {
    const Made& from = values_[input];
    const Size half{(from.size.height + 1) / 2, (from.size.width + 1) / 2};
    values_.push_back({pooled(from.values, from.channels, from.size), from.channels, half});
  }

  void upsample(Value input) {
    const Made& from = values_[input];
    values_.push_back({doubled(from.values, from.channels, from.size),
                       from.channels,
                       {from.size.height * 2, from.size.width * 2}});
  }

  std::vector<float> sigmoid() const {
    std::vector<float> out;
    for (const float value : values_.back().values) out.push_back(1 / (1 + std::exp(-value)));
    return out;
  }

 private:
  struct Made {
    std::vector<float> values;
    int channels;
    Size size;
  };
  std::vector<Made> values_;
};

// Two levels with a skip between them, as U2-Net has it: what is pooled comes back doubled.
struct Small {
  explicit Small(const Scheme* scheme) : network(scheme, 3) {
    const Value top = convolution({0}, 3, 12, 1, 2, -1);
    const Value low = convolution({pool(top)}, 12, 20, 1, 1, -1);
    const Value wide = convolution({low}, 20, 20, 2, 1, -1);
    const Value joined = convolution({upsample(wide), top}, 32, 12, 1, 1, top);
    result = upsample(convolution({joined}, 12, 1, 1, 1, -1));
  }

  Value convolution(std::vector<Value> inputs, int in, int out, int dilation, int stride,
                    Value residual) {
    auto filters = random.floats(static_cast<size_t>(in) * out * 9, -.3F, .3F);
    auto bias = random.floats(out, -.2F, .2F);
    const Convolution step{std::move(inputs), out, dilation, stride, out > 1, residual};
    const Value made = network.add_convolution(step, filters.data(), bias.data());
    steps.emplace_back(
        [step, filters, bias](WrittenOut* written) { written->convolve(step, filters, bias); });
    return made;
  }

  Value pool(Value input) {
    steps.emplace_back([input](WrittenOut* written) { written->pool(input); });
    return network.add_pool(input);
  }

  Value upsample(Value input) {
    steps.emplace_back([input](WrittenOut* written) { written->upsample(input); });
    return network.add_upsample(input);
  }

  static std::vector<float> picture(Size size) {
    return Random(6).floats(static_cast<size_t>(3) * size.height * size.width, -1, 1);
  }

  std::vector<float> written_out(Size size) const {
    WrittenOut written(picture(size), 3, size);
    for (const auto& step : steps) step(&written);
    return written.sigmoid();
  }

  std::vector<float> run(Size size, int workers, const Stopped& stopped,
                         bool* whole = nullptr) const {
    const Size out = network.result_size(result, size.height, size.width);
    std::vector<float> output(static_cast<size_t>(out.height) * out.width, -1);
    std::optional<Block> block;
    const bool ended = network.run(
        picture(size).data(), size.height, size.width, result, output.data(), workers, in_threads,
        [&block](size_t bytes) { return block.emplace(bytes).get(); }, stopped);
    if (whole != nullptr) *whole = ended;
    return output;
  }

  Random random{5};
  Network network;
  Value result = -1;
  std::vector<std::function<void(WrittenOut*)>> steps;
};

TEST_P(ConvnetNetwork, GivesWhatIsWrittenOut) {
  const Small small(scheme_);
  for (const Size size : {Size{8, 8}, {36, 68}}) {
    const float bound = scheme_->is_bfloat16() ? .02F : .006F;
    EXPECT_LT(largest_difference(small.run(size, 2, kNever), small.written_out(size)), bound);
  }
}

TEST_P(ConvnetNetwork, GivesTheSameForAnyNumberOfWorkers) {
  const Small small(scheme_);
  for (const Size size : {Size{8, 8}, {64, 128}, {260, 300}}) {
    ASSERT_TRUE(small.network.accepts(size.height, size.width));
    const auto alone = small.run(size, 1, kNever);
    for (const int workers : {2, 3, 8}) EXPECT_EQ(small.run(size, workers, kNever), alone);
  }
}

TEST_P(ConvnetNetwork, KnowsWhichSizesItsSkipsAllow) {
  const Small small(scheme_);
  EXPECT_TRUE(small.network.accepts(4, 8));
  EXPECT_FALSE(small.network.accepts(4, 9));  // 5, pooled 3, doubled 6
}

TEST_P(ConvnetNetwork, Stops) {
  const Small small(scheme_);
  bool whole = true;
  std::atomic<int> asked{0};
  small.run(
      {260, 300}, 2, [&asked] { return ++asked > 20; }, &whole);
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
