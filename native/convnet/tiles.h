// The arithmetic of a convolutional network on a CPU with a unit that multiplies tiles of bfloat16:
// AMX. A table of functions, compiled with that unit's switches (tiles_amx.cc).
//
// Convolutions of 3 x 3 are computed directly, as nine matrix products: the unit multiplies so much
// faster than vectors do that saving multiplications, as Winograd's filtering does, gains nothing.
// Values between layers and filters are bfloat16, all sums are float32.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bgcut::convnet {

// A bfloat16 by its bits: the upper half of a float.
using BFloat = uint16_t;

constexpr int kChunk = 32;        // channels that lie side by side: those of a pixel fill 64 bytes
constexpr int kTileValues = 512;  // of bfloat16 in a tile of the filters

// One value: [chunk][row][column][kChunk], each chunk with `border` rows and columns of zeros on
// every side, so that a convolution needn't ask where the picture ends. Channels beyond the last
// are zeros as well. Aligned to 64 bytes.
struct TileValue {
  BFloat* data;  // of pixel (0, 0)
  int channels;
  int height;
  int width;
  int border;
  ptrdiff_t row;    // values from a row to the next
  ptrdiff_t chunk;  // values from a chunk to the next
};

// One layer of 3 x 3, stride 1, padded by its dilation, so that it keeps height and width.
struct TileLayer {
  const TileValue* inputs;  // joined along the channels; borders of the dilation at least
  int input_count;
  const TileValue* residual;  // added after the ReLU; null: nothing
  TileValue output;           // nothing of it overlaps what is read
  float* thin;                // not null: instead of `output`, whose first channel is left there,
                              // [height][width]; residual is null then
  int dilation;
  const BFloat* filters;  // as pack_filters() leaves them
  const float* bias;      // for all channels of all chunks
  bool relu;
};

struct TileKernels {
  const char* name;

  // [channels_out][channels_in][3][3] -> [chunk of the output][chunk of the input][tap][half of the
  // output's chunk]: tiles of kTileValues, as multiplied. Writes the chunk `out_chunk` of the
  // output. `parts`: the channels of each value that is joined, together channels_in.
  void (*pack_filters)(const float* filters, const int* parts, int part_count, int channels_out,
                       int out_chunk, BFloat* packed);

  // Rows [from, to) of chunk `out_chunk` of a layer's output.
  void (*convolve)(const TileLayer& layer, int out_chunk, int from, int to);

  // Row `y` of the output of a layer of 3 x 3 with stride 2, padded by 1. `input` is float32,
  // [channels_in][height][width]; the output has half of both, rounded up. `filters`:
  // [channels_in][3][3][channels of all chunks]; `bias`: [channels of all chunks]; `scratch`:
  // strided_floats() floats.
  size_t (*strided_floats)(int channels_in, int width);
  void (*strided_row)(const float* input, int height, int width, int channels_in,
                      const float* filters, const float* bias, bool relu, int y,
                      const TileValue& output, float* scratch);

  // Row `y` of a chunk of the output: the largest of each 2 x 2, sizes rounded up; twice the height
  // and the width, bilinear, between pixel centres.
  void (*pool_row)(const TileValue& input, int chunk, int y, const TileValue& output);
  void (*upsample_row)(const TileValue& input, int chunk, int y, const TileValue& output);
};

// Null where the compiler has not the instructions.
const TileKernels* amx_kernels();

}  // namespace bgcut::convnet
