// The arithmetic of a convolutional network on a CPU with wide vectors: one table of functions for
// each instruction set, compiled from kernels.inc with that set's switches.
//
// Convolutions of 3 x 3 are computed by Winograd's minimal filtering F(4 x 4, 3 x 3): 36
// multiplications for 16 results instead of 144 (Lavin and Gray, Fast Algorithms for Convolutional
// Neural Networks, CVPR 2016). Values between layers and filters are kept as float16, which halves
// what has to be moved; all sums are float32.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bgcut::convnet {

// An IEEE 754 binary16, by its bits.
using Half = uint16_t;

constexpr int kTile = 4;                          // results of a tile, a side
constexpr int kPatch = 6;                         // what they are computed from, a side
constexpr int kPatchArea = kPatch * kPatch;       // multiplications for a tile
constexpr size_t kReadAhead = 64 / sizeof(Half);  // values that may be read, not used, past a plane

// Channels that lie one after another: [channels][height][width].
struct Planes {
  const Half* data;
  int channels;
};

// One layer of 3 x 3, stride 1, padded by its dilation, so that it keeps height and width.
struct Layer {
  int height;
  int width;
  int dilation;
  int channels_in;
  int channels_out;
  const Half* filters;  // as pack_filters() leaves them
  const float* bias;    // [channels_out]
  bool relu;
};

// What a layer reads and writes in one run. Nothing overlaps.
struct LayerMemory {
  const Planes* inputs;  // whose channels together are channels_in: what a Concat would join
  int input_count;
  const Half* residual;  // [channels_out][height][width] added after the ReLU; null: nothing
  Half* output;          // [channels_out][height][width]
};

struct Kernels {
  const char* name;  // of the instruction set
  int lanes;         // tiles that are computed side by side, a "vector" below
  int rows;          // channels of the output that are computed side by side

  // Floats that `vectors` vectors of a layer take before and after the multiplications.
  size_t (*input_floats)(const Layer& layer, int vectors);
  size_t (*product_floats)(const Layer& layer, int vectors);
  // Floats that a worker needs besides.
  size_t (*worker_floats)(const Layer& layer);
  // How many vectors a layer has.
  int (*vectors)(const Layer& layer);

  // How many values the filters of a layer take when they are packed.
  size_t (*packed_filters)(int channels_in, int channels_out);
  // [channels_out][channels_in][3][3] -> the transformed filters, ready for multiply().
  void (*pack_filters)(const float* filters, int channels_in, int channels_out, Half* packed);

  // The three steps of a layer for vectors [first, first + count): the patches of input channels
  // [from, to) transformed; the products of frequencies [from, to) of kPatchArea, all channels; the
  // results of output channels [from, to). `scratch` is a worker's own memory.
  void (*transform_input)(const Layer& layer, const LayerMemory& memory, int first, int count,
                          int from, int to, float* transformed, float* scratch);
  void (*multiply)(const Layer& layer, int count, int from, int to, const float* transformed,
                   float* products, float* scratch);
  void (*transform_output)(const Layer& layer, const LayerMemory& memory, int first, int count,
                           int from, int to, const float* products);

  // A layer of 3 x 3 with stride 2, padded by 1, row `y` of its output. `input` is float32,
  // [channels_in][height][width]; the output has half of both, rounded up. `filters`:
  // [channels_out][channels_in][3][3]; `scratch`: strided_floats() floats.
  size_t (*strided_floats)(int channels_in, int width);
  void (*strided_row)(const float* input, int height, int width, int channels_in, int channels_out,
                      const float* filters, const float* bias, bool relu, int y, Half* output,
                      float* scratch);

  // One plane: the largest of each 2 x 2, sizes rounded up.
  void (*pool)(const Half* input, int height, int width, Half* output, float* scratch);
  // One plane: twice the height and the width, bilinear, between pixel centres.
  void (*upsample)(const Half* input, int height, int width, Half* output, float* scratch);
  // 1 / (1 + exp(-x)).
  void (*sigmoid)(const Half* input, size_t count, float* output);
};

// Floats of scratch that pool() and upsample() need for a plane of this width.
constexpr size_t plane_scratch(int width) {
  return static_cast<size_t>(width) * 6 + 64;
}

// Null where the compiler has not the instructions; scheme.h says whether the CPU has them.
const Kernels* avx2_kernels();
const Kernels* avx512_kernels();
const Kernels* neon_kernels();

}  // namespace bgcut::convnet
