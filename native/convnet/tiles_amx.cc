// Compiled with AMX and AVX-512 (CMakeLists.txt). Nothing here may come from a template of the
// standard library (kernels.inc says why).
#include "convnet/tiles.h"

#if defined(__AMX_BF16__) && defined(__AMX_TILE__) && defined(__AVX512BF16__) && \
    defined(__AVX512BW__)
#include <immintrin.h>

namespace bgcut::convnet {

namespace {

constexpr int kSide = 16;  // rows of a tile, and floats in a row
constexpr int kTaps = 9;

// ---- pixels: the channels of a chunk, as two vectors

struct Pixel {
  __m512 low;
  __m512 high;
};

// These are in the form with a mask: GCC 12 warns that the plain one starts from something
// uninitialized.
inline __m512 widened(const BFloat* from) {
  const __m256i values = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return _mm512_castsi512_ps(
      _mm512_maskz_slli_epi32(0xFFFF, _mm512_maskz_cvtepu16_epi32(0xFFFF, values), 16));
}

inline Pixel load(const BFloat* from) {
  return {widened(from), widened(from + kSide)};
}

inline void store(BFloat* to, const Pixel& pixel) {
  const __m512bh rounded = _mm512_cvtne2ps_pbh(pixel.high, pixel.low);
  __builtin_memcpy(to, &rounded, sizeof(rounded));
}

inline __m512 largest(__m512 a, __m512 b) {
  return _mm512_maskz_max_ps(0xFFFF, a, b);
}

inline int smaller(int a, int b) {
  return a < b ? a : b;
}

inline Pixel mixed(const Pixel& most, const Pixel& least) {
  return {most.low * 0.75F + least.low * 0.25F, most.high * 0.75F + least.high * 0.25F};
}

// ---- borders

inline void clear(BFloat* from, const BFloat* end) {
  const __m512i zero = _mm512_setzero_si512();
  for (; from < end; from += kChunk) _mm512_storeu_si512(from, zero);
}

// Zeros beside row `y`, and above the first and below the last: all that is not a pixel.
inline void clear_border(const TileValue& value, int chunk, int y) {
  const ptrdiff_t sides = static_cast<ptrdiff_t>(value.border) * kChunk;
  BFloat* const row = value.data + chunk * value.chunk + y * value.row;
  BFloat* const end = row + static_cast<ptrdiff_t>(value.width) * kChunk;
  clear(row - sides, row);
  clear(end, end + sides);
  if (y == 0) clear(row - sides - value.border * value.row, row - sides);
  if (y == value.height - 1) clear(end + sides, end + sides + value.border * value.row);
}

// ---- filters

void pack_filters(const float* filters, const int* parts, int part_count, int channels_out,
                  int out_chunk, BFloat* packed) {
  int channels_in = 0;
  for (int k = 0; k < part_count; ++k) channels_in += parts[k];
  const int of_one = channels_in * kTaps;
  const __m512i each = _mm512_maskz_mullo_epi32(
      0xFFFF, _mm512_set1_epi32(of_one),
      _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  const auto gather = [&](int channel, int last, int out, int tap) {
    const int there = smaller(kSide, channels_out - out);
    if (channel >= last || there <= 0) return _mm512_setzero_ps();
    const auto mask = static_cast<__mmask16>((1U << there) - 1);
    return _mm512_mask_i32gather_ps(
        _mm512_setzero_ps(), mask, each,
        filters + static_cast<size_t>(out) * of_one + static_cast<size_t>(channel) * kTaps + tap,
        sizeof(float));
  };
  const __m512i pairs = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                         8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  int first = 0;
  BFloat* to = packed;
  for (int part = 0; part < part_count; ++part) {
    const int last = first + parts[part];
    for (int chunk = first; chunk < last; chunk += kChunk) {
      for (int row = 0; row < kSide; ++row) {
        for (int tap = 0; tap < kTaps; ++tap) {
          for (int half = 0; half < 2; ++half) {
            const int channel = chunk + 2 * row;
            const int out = out_chunk * kChunk + half * kSide;
            const __m512bh both = _mm512_cvtne2ps_pbh(gather(channel + 1, last, out, tap),
                                                      gather(channel, last, out, tap));
            __m512i values;
            __builtin_memcpy(&values, &both, sizeof(values));
            _mm512_storeu_si512(to + (tap * 2 + half) * kTileValues + row * kChunk,
                                _mm512_maskz_permutexvar_epi16(~0U, pairs, values));
          }
        }
      }
      to += kTaps * 2 * kTileValues;
    }
    first = last;
  }
}

// ---- 3 x 3

struct TileConfig {
  uint8_t palette;
  uint8_t start_row;
  uint8_t reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
};

// Tiles 0 to 3 are sums, 4 and 5 pixels, of which there are `pixels` in a tile, 6 and 7 filters.
inline void configure(int pixels) {
  TileConfig config{};
  config.palette = 1;
  for (int tile = 0; tile < 8; ++tile) {
    config.row_bytes[tile] = 64;
    config.rows[tile] = static_cast<uint8_t>(tile < 6 ? pixels : kSide);
  }
  // GCC's _tile_loadconfig() tells the compiler of the first bytes only.
  __asm__ volatile("" : : "r"(&config) : "memory");
  _tile_loadconfig(&config);
}

// Where the sums of a block are left: of two rows of up to kSide pixels, two halves of a chunk.
struct Sums {
  alignas(64) float of[2][2][kSide * kSide];
};

// One chunk of the input at a pixel of two rows: its nine taps.
template <int Halves>
inline void multiply_chunk(const BFloat* upper, const BFloat* lower, ptrdiff_t down,
                           ptrdiff_t right, const BFloat* filters) {
#pragma GCC unroll 3
  for (int y = -1; y <= 1; ++y) {
#pragma GCC unroll 3
    for (int x = -1; x <= 1; ++x) {
      const BFloat* const tile = filters + ((y + 1) * 3 + x + 1) * 2 * kTileValues;
      _tile_loadd(6, tile, 64);
      _tile_loadd(4, upper + y * down + x * right, 64);
      _tile_loadd(5, lower + y * down + x * right, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(2, 5, 6);
      if constexpr (Halves == 2) {
        _tile_loadd(7, tile + kTileValues, 64);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(3, 5, 7);
      }
    }
  }
}

template <int Halves>
inline void multiply_block(const TileLayer& layer, const BFloat* filters, int upper, int lower,
                           int x, Sums* sums) {
  _tile_zero(0);
  _tile_zero(2);
  if constexpr (Halves == 2) {
    _tile_zero(1);
    _tile_zero(3);
  }
  for (int k = 0; k < layer.input_count; ++k) {
    const TileValue& input = layer.inputs[k];
    const BFloat* at = input.data + static_cast<ptrdiff_t>(x) * kChunk;
    for (int channel = 0; channel < input.channels; channel += kChunk, at += input.chunk) {
      multiply_chunk<Halves>(at + upper * input.row, at + lower * input.row,
                             layer.dilation * input.row,
                             static_cast<ptrdiff_t>(layer.dilation) * kChunk, filters);
      filters += kTaps * 2 * kTileValues;
    }
  }
  _tile_stored(0, sums->of[0][0], 64);
  _tile_stored(2, sums->of[1][0], 64);
  if constexpr (Halves == 2) {
    _tile_stored(1, sums->of[0][1], 64);
    _tile_stored(3, sums->of[1][1], 64);
  }
}

inline Pixel finished(const TileLayer& layer, const Pixel& bias, Pixel sums, int out_chunk, int y,
                      int x) {
  sums.low += bias.low;
  sums.high += bias.high;
  if (layer.relu) {
    sums.low = largest(sums.low, _mm512_setzero_ps());
    sums.high = largest(sums.high, _mm512_setzero_ps());
  }
  if (layer.residual == nullptr) return sums;
  const TileValue& residual = *layer.residual;
  const Pixel added = load(residual.data + out_chunk * residual.chunk + y * residual.row +
                           static_cast<ptrdiff_t>(x) * kChunk);
  return {sums.low + added.low, sums.high + added.high};
}

template <int Halves>
inline void convolve_rows(const TileLayer& layer, int out_chunk, int from, int to) {
  const TileValue& output = layer.output;
  int chunks = 0;
  for (int k = 0; k < layer.input_count; ++k) {
    chunks += (layer.inputs[k].channels + kChunk - 1) / kChunk;
  }
  const BFloat* const filters =
      layer.filters + static_cast<size_t>(out_chunk) * chunks * kTaps * 2 * kTileValues;
  const float* const bias = layer.bias + static_cast<ptrdiff_t>(out_chunk) * kChunk;
  const Pixel biases{_mm512_loadu_ps(bias), _mm512_loadu_ps(bias + kSide)};
  const int pixels = smaller(kSide, output.width);
  Sums sums;
  if constexpr (Halves == 1) __builtin_memset(&sums, 0, sizeof(sums));
  for (int y = from; y < to; y += 2) {
    const int rows = smaller(2, to - y);
    for (int start = 0; start < output.width; start += kSide) {
      const int x = smaller(start, output.width - pixels);  // the last overlaps the one before
      multiply_block<Halves>(layer, filters, y, y + rows - 1, x, &sums);
      for (int row = 0; row < rows; ++row) {
        for (int k = 0; k < pixels; ++k) {
          const Pixel sum{_mm512_load_ps(sums.of[row][0] + k * kSide),
                          _mm512_load_ps(sums.of[row][1] + k * kSide)};
          const Pixel pixel = finished(layer, biases, sum, out_chunk, y + row, x + k);
          if (layer.thin != nullptr) {
            layer.thin[static_cast<ptrdiff_t>(y + row) * output.width + x + k] =
                _mm512_cvtss_f32(pixel.low);
          } else {
            store(output.data + out_chunk * output.chunk + (y + row) * output.row +
                      static_cast<ptrdiff_t>(x + k) * kChunk,
                  pixel);
          }
        }
      }
    }
    if (layer.thin != nullptr) continue;
    for (int row = 0; row < rows; ++row) clear_border(output, out_chunk, y + row);
  }
}

void convolve(const TileLayer& layer, int out_chunk, int from, int to) {
  configure(smaller(kSide, layer.output.width));
  if (layer.output.channels - out_chunk * kChunk > kSide) {
    convolve_rows<2>(layer, out_chunk, from, to);
  } else {
    convolve_rows<1>(layer, out_chunk, from, to);
  }
  _tile_release();  // or every switch of this thread would save and restore the tiles
}

// ---- stride 2, from float32

constexpr int kTogether = 8;  // pixels of a row that are computed side by side

// `lines`: three rows of each channel, from the column left of what the first pixel is in the
// middle of.
template <int Pixels>
inline void strided_pixels(const float* lines, int line_count, ptrdiff_t line_step,
                           const float* filters, ptrdiff_t filter_step, const Pixel& bias,
                           bool relu, BFloat* to) {
  Pixel sums[Pixels];
  for (int k = 0; k < Pixels; ++k) sums[k] = bias;
  for (int line = 0; line < line_count; ++line, lines += line_step) {
    for (int tap = 0; tap < 3; ++tap, filters += filter_step) {
      const __m512 low = _mm512_loadu_ps(filters);
      const __m512 high = _mm512_loadu_ps(filters + kSide);
#pragma GCC unroll 8
      for (int k = 0; k < Pixels; ++k) {
        const __m512 value = _mm512_set1_ps(lines[2 * k + tap]);
        sums[k].low += low * value;
        sums[k].high += high * value;
      }
    }
  }
  for (int k = 0; k < Pixels; ++k) {
    if (relu) {
      sums[k].low = largest(sums[k].low, _mm512_setzero_ps());
      sums[k].high = largest(sums[k].high, _mm512_setzero_ps());
    }
    store(to + static_cast<ptrdiff_t>(k) * kChunk, sums[k]);
  }
}

// A line has a column of zeros on the left and up to two on the right.
inline ptrdiff_t line_floats(int width) {
  return static_cast<ptrdiff_t>(width) + 3;
}

size_t strided_floats(int channels_in, int width) {
  return static_cast<size_t>(channels_in) * 3 * line_floats(width);
}

void strided_row(const float* input, int height, int width, int channels_in, const float* filters,
                 const float* bias, bool relu, int y, const TileValue& output, float* scratch) {
  const ptrdiff_t step = line_floats(width);
  const int line_count = channels_in * 3;
  for (int line = 0; line < line_count; ++line) {
    const int row = 2 * y + line % 3 - 1;
    const bool inside = row >= 0 && row < height;
    float* const to = scratch + line * step;
    __builtin_memset(to, 0, step * sizeof(float));
    if (!inside) continue;
    __builtin_memcpy(to + 1, input + (static_cast<ptrdiff_t>(line / 3) * height + row) * width,
                     width * sizeof(float));
  }
  const ptrdiff_t chunks = (output.channels + kChunk - 1) / kChunk;
  for (ptrdiff_t chunk = 0; chunk < chunks; ++chunk) {
    const float* const own = filters + chunk * kChunk;
    const Pixel biases{_mm512_loadu_ps(bias + chunk * kChunk),
                       _mm512_loadu_ps(bias + chunk * kChunk + kSide)};
    BFloat* const to = output.data + chunk * output.chunk + y * output.row;
    int x = 0;
    for (; x + kTogether <= output.width; x += kTogether) {
      strided_pixels<kTogether>(scratch + 2 * static_cast<ptrdiff_t>(x), line_count, step, own,
                                chunks * kChunk, biases, relu, to + x * kChunk);
    }
    for (; x < output.width; ++x) {
      strided_pixels<1>(scratch + 2 * static_cast<ptrdiff_t>(x), line_count, step, own,
                        chunks * kChunk, biases, relu, to + x * kChunk);
    }
    clear_border(output, static_cast<int>(chunk), y);
  }
}

// ---- pooling and doubling

void pool_row(const TileValue& input, int chunk, int y, const TileValue& output) {
  const BFloat* const upper = input.data + chunk * input.chunk + 2 * y * input.row;
  const BFloat* const lower = 2 * y + 1 < input.height ? upper + input.row : upper;
  BFloat* const to = output.data + chunk * output.chunk + y * output.row;
  for (ptrdiff_t x = 0; x < output.width; ++x) {
    const ptrdiff_t left = 2 * x * kChunk;
    const ptrdiff_t right = 2 * x + 1 < input.width ? left + kChunk : left;
    Pixel most = load(upper + left);
    const BFloat* const others[] = {upper + right, lower + left, lower + right};
    for (const BFloat* const from : others) {
      const Pixel other = load(from);
      most = {largest(most.low, other.low), largest(most.high, other.high)};
    }
    store(to + x * kChunk, most);
  }
  clear_border(output, chunk, y);
}

void upsample_row(const TileValue& input, int chunk, int y, const TileValue& output) {
  const int near = y / 2;
  const int away = y % 2 == 0 ? near - 1 : near + 1;
  const int far = away < 0 ? 0 : smaller(away, input.height - 1);
  const BFloat* const most = input.data + chunk * input.chunk + near * input.row;
  const BFloat* const least = input.data + chunk * input.chunk + far * input.row;
  BFloat* const to = output.data + chunk * output.chunk + y * output.row;
  const auto at = [&](ptrdiff_t x) {
    return mixed(load(most + x * kChunk), load(least + x * kChunk));
  };
  Pixel before = at(0);
  Pixel here = before;
  for (ptrdiff_t x = 0; x < input.width; ++x) {
    const Pixel after = x + 1 < input.width ? at(x + 1) : here;
    store(to + 2 * x * kChunk, mixed(here, before));
    store(to + (2 * x + 1) * kChunk, mixed(here, after));
    before = here;
    here = after;
  }
  clear_border(output, chunk, y);
}

const TileKernels kTable{"amx",       pack_filters, convolve,    strided_floats,
                         strided_row, pool_row,     upsample_row};

}  // namespace

const TileKernels* amx_kernels() {
  return &kTable;
}

}  // namespace bgcut::convnet

#else

const bgcut::convnet::TileKernels* bgcut::convnet::amx_kernels() {
  return nullptr;
}

#endif
