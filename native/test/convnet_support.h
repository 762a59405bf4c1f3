// What the tests of native/convnet share: values laid out as a scheme does, and the steps of a
// network written out in double precision.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <onnxruntime_float16.h>
#include "convnet/scheme.h"
#include "convnet/tiles_scheme.h"

namespace bgcut::convnet {

struct Float16 : onnxruntime_float16::Float16Impl<Float16> {
  static uint16_t bits(float value) { return ToUint16Impl(value); }
  static float value(uint16_t bits) {
    Float16 half;
    half.val = bits;
    return half.ToFloatImpl();
  }
};

// What bfloat16 keeps of a value, and so float16, which has more bits, if it isn't tiny.
inline float rounded(float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000U;
  std::memcpy(&value, &bits, sizeof(bits));
  return value;
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

// The schemes that CPUs of this kind may have.
#if defined(__aarch64__)
inline const auto kSchemes = testing::Values("neon");
#else
inline const auto kSchemes = testing::Values("amx", "avx512", "avx2");
#endif

struct Layer {
  int in;
  int out;
  int height;
  int width;
  int dilation;
};

// A convolution of 3 x 3 as ONNX defines it.
inline std::vector<float> convolved(const Layer& shape, int stride, const std::vector<float>& input,
                                    const std::vector<float>& filters,
                                    const std::vector<float>& bias) {
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

inline float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  float largest = 0;
  for (size_t k = 0; k < std::min(a.size(), b.size()); ++k) {
    const float difference = std::abs(a[k] - b[k]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

inline std::vector<float> magnitudes(std::vector<float> values) {
  for (float& value : values) value = std::abs(value);
  return values;
}

inline float bound_for(const Layer& shape, const std::vector<float>& input,
                       const std::vector<float>& filters, const std::vector<float>& bias) {
  const auto sums = convolved(shape, 1, magnitudes(input), magnitudes(filters), magnitudes(bias));
  return *std::max_element(sums.begin(), sums.end()) / 256;
}

// Workers as threads, so that a sanitizer sees what they share.
inline void in_threads(int count, const std::function<void(int)>& worker) {
  std::vector<std::thread> threads;
  for (int k = 1; k < count; ++k) threads.emplace_back(worker, k);
  worker(0);
  for (auto& thread : threads) thread.join();
}

// Memory as a run would give it: aligned, and full of what was there before.
class Block {
 public:
  explicit Block(size_t bytes) : bytes_(bytes + kAlignment, std::byte{0x7F}) {}
  void* get() {
    void* aligned = bytes_.data();
    size_t space = bytes_.size();
    return std::align(kAlignment, bytes_.size() - kAlignment, aligned, space);
  }

 private:
  static constexpr size_t kAlignment = 64;
  std::vector<std::byte> bytes_;
};

// Where a scheme keeps a value.
class Laid {
 public:
  Laid(const Scheme& scheme, const Shape& shape)
      : scheme_(scheme), shape_(shape), block_(scheme.bytes(shape)) {}
  Laid(const Scheme& scheme, const Shape& shape, const std::vector<float>& values)
      : Laid(scheme, shape) {
    // The borders of a value are zeros, and channels that fill up a chunk.
    std::memset(block_.get(), 0, scheme.bytes(shape));
    each([this](int channel, int y, int x, size_t at,
                const float* value) { put(channel, y, x, at, *value); },
         values.data());
  }

  Operand operand() { return {block_.get(), shape_}; }

  std::vector<float> values() {
    std::vector<float> out(static_cast<size_t>(shape_.channels) * shape_.size.height *
                           shape_.size.width);
    each([this](int channel, int y, int x, size_t at,
                float* value) { *value = take(channel, y, x, at); },
         out.data());
    return out;
  }

 private:
  template <class Work, class Value>
  void each(const Work& work, Value* value) {
    size_t at = 0;
    for (int channel = 0; channel < shape_.channels; ++channel) {
      for (int y = 0; y < shape_.size.height; ++y) {
        for (int x = 0; x < shape_.size.width; ++x, ++at) work(channel, y, x, at, value + at);
      }
    }
  }

  BFloat* place(int channel, int y, int x) {
    const TileValue value = tile_value(block_.get(), shape_);
    return value.data + channel / kChunk * value.chunk + y * value.row +
           static_cast<ptrdiff_t>(x) * kChunk + channel % kChunk;
  }

  void put(int channel, int y, int x, size_t at, float value) {
    if (!scheme_.is_bfloat16()) {
      static_cast<uint16_t*>(block_.get())[at] = Float16::bits(value);
      return;
    }
    std::memcpy(place(channel, y, x), reinterpret_cast<const char*>(&value) + 2, 2);
  }

  float take(int channel, int y, int x, size_t at) {
    if (!scheme_.is_bfloat16()) {
      return Float16::value(static_cast<const uint16_t*>(block_.get())[at]);
    }
    if (shape_.plain) return static_cast<const float*>(block_.get())[at];
    float value = 0;
    std::memcpy(reinterpret_cast<char*>(&value) + 2, place(channel, y, x), 2);
    return value;
  }

  const Scheme& scheme_;
  Shape shape_;
  Block block_;
};

inline const Parallel kThreads = in_threads;
inline const Stopped kNever = [] { return false; };
inline const Workers kWorkers{2, kThreads, kNever};

inline std::vector<float> pooled(const std::vector<float>& input, int channels, Size size) {
  const Size half{(size.height + 1) / 2, (size.width + 1) / 2};
  std::vector<float> out(static_cast<size_t>(channels) * half.height * half.width,
                         -std::numeric_limits<float>::infinity());
  for (size_t k = 0; k < input.size(); ++k) {
    const size_t x = k % size.width;
    const size_t y = k / size.width % size.height;
    const size_t channel = k / size.width / size.height;
    float& value = out[(channel * half.height + y / 2) * half.width + x / 2];
    value = std::max(value, input[k]);
  }
  return out;
}

// ONNX: the pixel at x of the result is at (x + .5) / 2 - .5 of the input, whose edges go on.
inline std::vector<float> doubled(const std::vector<float>& input, int channels, Size size) {
  std::vector<float> out;
  for (int channel = 0; channel < channels; ++channel) {
    const auto at = [&](int y, int x) {
      return input[(static_cast<size_t>(channel) * size.height +
                    std::clamp(y, 0, size.height - 1)) *
                       size.width +
                   std::clamp(x, 0, size.width - 1)];
    };
    for (int y = 0; y < 2 * size.height; ++y) {
      for (int x = 0; x < 2 * size.width; ++x) {
        const double from_y = (y + .5) / 2 - .5;
        const double from_x = (x + .5) / 2 - .5;
        const int top = static_cast<int>(std::floor(from_y));
        const int left = static_cast<int>(std::floor(from_x));
        const double down = from_y - top;
        const double right = from_x - left;
        out.push_back(static_cast<float>(
            (at(top, left) * (1 - right) + at(top, left + 1) * right) * (1 - down) +
            (at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right) * down));
      }
    }
  }
  return out;
}

}  // namespace bgcut::convnet
