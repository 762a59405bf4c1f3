// A convolutional network of the U2-Net family, ready to run on the CPU: 3 x 3 convolutions with
// their ReLU, the Concat before and the Add after them, 2 x 2 pooling, doubling, a sigmoid at the
// end. Knows nothing of ONNX Runtime; segment/own_provider.cc builds it from a graph.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "convnet/kernels.h"

namespace bgcut::convnet {

// What a step reads or writes: an index of Network's values. 0 is the network's input.
using Value = int;

struct Convolution {
  std::vector<Value> inputs;  // joined along the channels
  int channels_in = 0;
  int channels_out = 0;
  int dilation = 1;
  int stride = 1;  // 2 only from the network's input; then dilation is 1
  bool relu = false;
  Value residual = -1;  // added after the ReLU; -1: nothing
};

// How to run `worker(0)` to `worker(count - 1)`, if possible at the same time, and wait for all.
using Parallel = std::function<void(int count, const std::function<void(int)>& worker)>;

// Memory for one run, uninitialized, aligned to 64 bytes; it belongs to whoever gives it.
using Allocate = std::function<void*(size_t bytes)>;

// Asked from all workers, between pieces of some milliseconds: whether to give up.
using Stopped = std::function<bool()>;

class Network {
 public:
  // `kernels`: not null, lives as long as the network. `channels`: of the input.
  Network(const Kernels* kernels, int channels);

  // Each adds one step and returns the value that it makes. `filters`: [channels_out][channels_in]
  // [3][3]; `bias`: [channels_out]; both are copied, into the form that the kernels like.
  Value add_convolution(const Convolution& convolution, const float* filters, const float* bias);
  Value add_pool(Value input);
  Value add_upsample(Value input);
  int channels(Value value) const { return values_[value].channels; }

  // Says whether a picture of this size can go through: every Concat and Add joins equal sizes.
  bool accepts(int height, int width) const;

  // Runs all steps. `input`: float32 [channels][height][width], of a size that accepts() accepts;
  // `output`: sigmoid(`result`), float32, which has `channels(result)` channels of result_size().
  // Returns whether it ran to the end; if it was stopped the output is undefined. Thread-safe: runs
  // share nothing but the filters. The result does not depend on the number of workers.
  bool run(const float* input, int height, int width, Value result, float* output, int workers,
           const Parallel& parallel, const Allocate& allocate, const Stopped& stopped) const;

  struct Size {
    int height;
    int width;
    bool operator==(const Size&) const = default;
  };
  Size result_size(Value value, int height, int width) const;

 private:
  enum class Kind { kConvolution, kPool, kUpsample };
  struct Step {
    Kind kind;
    std::vector<Value> inputs;
    Value output;
    Convolution convolution;          // of kConvolution
    std::unique_ptr<Half[]> filters;  // packed; null where the stride is 2
    std::vector<float> strided;       // the filters as they came where the stride is 2
    std::vector<float> bias;
  };
  struct Made {
    int channels;
  };
  class Run;

  std::vector<Size> sizes(int height, int width) const;

  const Kernels* kernels_;
  std::vector<Made> values_;
  std::vector<Step> steps_;
};

}  // namespace bgcut::convnet
