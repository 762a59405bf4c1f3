// A convolutional network of the U2-Net family, ready to run on the CPU: 3 x 3 convolutions with
// their ReLU, the Concat before and the Add after them, 2 x 2 pooling, doubling, a sigmoid at the
// end. Knows nothing of ONNX Runtime; segment/convnet_graph.cc builds it from a graph.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "convnet/scheme.h"

namespace bgcut::convnet {

// What a step reads or writes: an index of Network's values. 0 is the network's input.
using Value = int;

struct Convolution {
  std::vector<Value> inputs;  // joined along the channels
  int channels_out = 0;
  int dilation = 1;
  int stride = 1;  // 2 only from the network's input; then dilation is 1
  bool relu = false;
  Value residual = -1;  // added after the ReLU; -1: nothing
};

// Memory for one run, uninitialized, aligned to 64 bytes; it belongs to whoever gives it.
using Allocate = std::function<void*(size_t bytes)>;

class Network {
 public:
  // `scheme`: not null, lives as long as the network. `channels`: of the input.
  Network(const Scheme* scheme, int channels);

  // Each adds one step and returns the value that it makes. `filters`: [channels_out][channels_in]
  // [3][3]; `bias`: [channels_out]; both are copied, into the form that the scheme likes.
  Value add_convolution(const Convolution& convolution, const float* filters, const float* bias);
  Value add_pool(Value input);
  Value add_upsample(Value input);
  int channels(Value value) const { return channels_[value]; }

  // Says whether a picture of this size can go through: every Concat and Add joins equal sizes.
  bool accepts(int height, int width) const;

  // Runs all steps. `input`: float32 [channels][height][width], of a size that accepts() accepts;
  // `output`: sigmoid(`result`), float32, which has `channels(result)` channels of result_size().
  // Returns whether it ran to the end; if it was stopped the output is undefined. Thread-safe: runs
  // share nothing but the filters. The result does not depend on the number of workers.
  bool run(const float* input, int height, int width, Value result, float* output, int workers,
           const Parallel& parallel, const Allocate& allocate, const Stopped& stopped) const;

  Size result_size(Value value, int height, int width) const;

 private:
  enum class Kind { kConvolution, kPool, kUpsample };
  struct Step {
    Kind kind;
    std::vector<Value> inputs;  // the residual is the last
    Value output;
    Filters filters = {};  // of kConvolution
    Value residual = -1;
  };
  class Run;

  void add_step(Step step, int channels);
  std::vector<Size> sizes(int height, int width) const;
  std::vector<Shape> shapes(int height, int width) const;

  const Scheme* scheme_;
  std::vector<int> channels_;  // of each value
  std::vector<Step> steps_;
};

}  // namespace bgcut::convnet
