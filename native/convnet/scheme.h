// A way to compute a network on this CPU: how its values lie in memory, in which precision, and how
// each of its steps is worked out on them. There is one for vectors, with Winograd's filtering on
// planes of float16 (planes_scheme.cc), and one for AMX, on chunks of bfloat16 (tiles_scheme.cc).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace bgcut::convnet {

struct Size {
  int height;
  int width;
  bool operator==(const Size&) const = default;
};

// One value of a run, [channels][height][width].
struct Shape {
  int channels;
  Size size;
  // The largest dilation of the convolutions that read it: so far beyond its edges they look.
  int border;
  // One channel that no convolution reads: what the end of a network makes of the rest.
  bool plain;
};

// A value and its memory, aligned to 64 bytes, laid out as the scheme does.
struct Operand {
  void* memory;
  Shape shape;
};

// How to run worker(0), and at the same time as many as possible of worker(1) to worker(count - 1),
// and wait for them.
using Parallel = std::function<void(int count, const std::function<void(int)>& worker)>;

// Asked from all workers, between pieces of some milliseconds: whether to give up.
using Stopped = std::function<bool()>;

struct Workers {
  int count;
  const Parallel& parallel;
  const Stopped& stopped;

  // Calls work(worker, piece) for every piece, unless the run is stopped meanwhile.
  template <class Work>
  void share(int pieces, const Work& work) const {
    std::atomic<int> next{0};
    parallel(std::min(count, pieces), [&](int worker) {
      for (int piece = next++; piece < pieces && !stopped(); piece = next++) work(worker, piece);
    });
  }
};

// A convolution of 3 x 3, padded by its dilation, so that stride 1 keeps height and width; stride 2
// halves them, rounded up, and is only there from a picture in float32, with dilation 1.
struct Filters {
  std::vector<int> parts;  // channels of each value that is joined along them
  int channels_out;
  int dilation;
  int stride;
  bool relu;
  // In the form that the scheme multiplies with, aligned to 64 bytes; see Scheme::pack().
  struct Release {
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte, Release> packed = {};
  std::vector<float> bias = {};

  int channels_in() const;
};

class Scheme {
 public:
  Scheme() = default;
  virtual ~Scheme() = default;
  Scheme(const Scheme&) = delete;
  Scheme& operator=(const Scheme&) = delete;

  virtual const char* name() const = 0;
  // Whether values and filters are bfloat16, not float16.
  virtual bool is_bfloat16() const = 0;

  // Fills `filters.packed` and `filters.bias` from [channels_out][channels_in][3][3] and
  // [channels_out].
  virtual void pack(Filters* filters, const float* values, const float* bias) const = 0;

  virtual size_t bytes(const Shape& shape) const = 0;
  // Of scratch for a convolution of values (stride 2: a picture) of this size, and for pooling or
  // doubling them.
  virtual size_t convolution_bytes(const Filters& filters, Size size, int workers) const = 0;
  virtual size_t plane_bytes(Size size, int workers) const = 0;

  // Steps. Nothing of an output overlaps what is read. `residual`: added after the ReLU; null:
  // nothing. The results do not depend on the number of workers.
  virtual void convolve(const Filters& filters, const std::vector<Operand>& inputs,
                        const Operand* residual, const Operand& output, void* scratch,
                        const Workers& workers) const = 0;
  virtual void convolve_picture(const Filters& filters, const float* picture, Size size,
                                const Operand& output, void* scratch,
                                const Workers& workers) const = 0;
  // The largest of each 2 x 2, sizes rounded up.
  virtual void pool(const Operand& input, const Operand& output, void* scratch,
                    const Workers& workers) const = 0;
  // Twice the height and the width, bilinear, between pixel centres.
  virtual void upsample(const Operand& input, const Operand& output, void* scratch,
                        const Workers& workers) const = 0;
  // 1 / (1 + exp(-x)) of each value, in their order.
  virtual void sigmoid(const Operand& input, float* output, const Workers& workers) const = 0;

 protected:
  static std::unique_ptr<std::byte, Filters::Release> allocate_filters(size_t bytes);
};

// Which schemes a model allows; see its manifest.
struct Precisions {
  bool float16;
  bool bfloat16;
};

// The best scheme for this CPU among those that are allowed, or the one that is `wanted` by its
// name; null where there is none, or the CPU has not its instructions.
const Scheme* scheme(Precisions allowed, const char* wanted = nullptr);

}  // namespace bgcut::convnet
