#include "convnet/tiles_scheme.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

namespace bgcut::convnet {

namespace {

constexpr int kTaps = 9;

// What a worker reads of the input meanwhile stays in the second-level cache, beside filters.
constexpr size_t kPieceBytes = 512 << 10;
// Pieces for each worker, so that none waits long for another.
constexpr int kPiecesForEach = 4;

int chunks_of(int channels) {
  return (channels + kChunk - 1) / kChunk;
}

int chunks_of(const std::vector<int>& parts) {
  return std::accumulate(parts.begin(), parts.end(), 0,
                         [](int sum, int channels) { return sum + chunks_of(channels); });
}

float as_float(BFloat value) {
  const uint32_t bits = static_cast<uint32_t>(value) << 16;
  float out = 0;
  std::memcpy(&out, &bits, sizeof(out));
  return out;
}

// One row of a plain value, doubled.
void upsample_plain_row(const float* input, Size size, int y, float* output) {
  const int near = y / 2;
  const int far = std::clamp(y % 2 == 0 ? near - 1 : near + 1, 0, size.height - 1);
  const float* const most = input + static_cast<size_t>(near) * size.width;
  const float* const least = input + static_cast<size_t>(far) * size.width;
  const auto at = [&](int x) { return 0.75F * most[x] + 0.25F * least[x]; };
  float before = at(0);
  float here = before;
  for (int x = 0; x < size.width; ++x) {
    const float after = x + 1 < size.width ? at(x + 1) : here;
    *output++ = 0.75F * here + 0.25F * before;
    *output++ = 0.75F * here + 0.25F * after;
    before = here;
    here = after;
  }
}

class TilesScheme : public Scheme {
 public:
  explicit TilesScheme(const TileKernels& kernels) : kernels_(kernels) {}

  const char* name() const override { return kernels_.name; }
  bool is_bfloat16() const override { return true; }

  void pack(Filters* filters, const float* values, const float* bias) const override {
    const int out = filters->channels_out;
    filters->bias.assign(static_cast<size_t>(chunks_of(out)) * kChunk, 0.0F);
    std::copy_n(bias, out, filters->bias.begin());
    if (filters->stride == 2) {
      pack_strided(filters, values);
      return;
    }
    const size_t each = static_cast<size_t>(chunks_of(filters->parts)) * kTaps * 2 * kTileValues;
    filters->packed = allocate_filters(each * chunks_of(out) * sizeof(BFloat));
    auto* const packed = reinterpret_cast<BFloat*>(filters->packed.get());
    for (int chunk = 0; chunk < chunks_of(out); ++chunk) {
      kernels_.pack_filters(values, filters->parts.data(), static_cast<int>(filters->parts.size()),
                            out, chunk, packed + each * chunk);
    }
  }

  size_t bytes(const Shape& shape) const override {
    const size_t height = shape.size.height;
    const size_t width = shape.size.width;
    if (shape.plain) return height * width * sizeof(float);
    const size_t beside = 2 * static_cast<size_t>(shape.border);
    return (height + beside) * (width + beside) * chunks_of(shape.channels) * kChunk *
           sizeof(BFloat);
  }

  size_t convolution_bytes(const Filters& filters, Size size, int workers) const override {
    if (filters.stride == 1) return 0;
    return kernels_.strided_floats(filters.channels_in(), size.width) * workers * sizeof(float);
  }

  size_t plane_bytes(Size /*size*/, int /*workers*/) const override { return 0; }

  void convolve(const Filters& filters, const std::vector<Operand>& inputs, const Operand* residual,
                const Operand& output, void* /*scratch*/, const Workers& workers) const override {
    std::vector<TileValue> values;
    values.reserve(inputs.size());
    for (const Operand& input : inputs) values.push_back(tile_value(input.memory, input.shape));
    TileValue added{};
    if (residual != nullptr) added = tile_value(residual->memory, residual->shape);
    const TileLayer layer{values.data(),
                          static_cast<int>(values.size()),
                          residual == nullptr ? nullptr : &added,
                          tile_value(output.memory, output.shape),
                          output.shape.plain ? static_cast<float*>(output.memory) : nullptr,
                          filters.dilation,
                          reinterpret_cast<const BFloat*>(filters.packed.get()),
                          filters.bias.data(),
                          filters.relu};
    const int chunks = chunks_of(filters.channels_out);
    const int height = layer.output.height;
    const int rows = rows_in_cache(filters, layer.output);
    const int pieces = kPiecesForEach * workers.count;
    if (rows * pieces <= height) {
      workers.share((height + rows - 1) / rows, [&](int /*worker*/, int band) {
        for (int chunk = 0; chunk < chunks; ++chunk) {
          kernels_.convolve(layer, chunk, band * rows, std::min(height, (band + 1) * rows));
        }
      });
      return;
    }
    // All of the input stays in the caches. Workers at the same chunk share its filters there.
    const int bands = std::min((pieces + chunks - 1) / chunks, (height + 1) / 2);
    const int each = even((height + bands - 1) / bands);
    workers.share(bands * chunks, [&](int /*worker*/, int piece) {
      const int from = std::min(height, piece % bands * each);
      kernels_.convolve(layer, piece / bands, from, std::min(height, from + each));
    });
  }

  void convolve_picture(const Filters& filters, const float* picture, Size size,
                        const Operand& output, void* scratch,
                        const Workers& workers) const override {
    const TileValue value = tile_value(output.memory, output.shape);
    const size_t own = kernels_.strided_floats(filters.channels_in(), size.width);
    workers.share(value.height, [&](int worker, int y) {
      kernels_.strided_row(picture, size.height, size.width, filters.channels_in(),
                           reinterpret_cast<const float*>(filters.packed.get()),
                           filters.bias.data(), filters.relu, y, value,
                           static_cast<float*>(scratch) + own * worker);
    });
  }

  void pool(const Operand& input, const Operand& output, void* /*scratch*/,
            const Workers& workers) const override {
    each_row(kernels_.pool_row, input, output, workers);
  }

  void upsample(const Operand& input, const Operand& output, void* /*scratch*/,
                const Workers& workers) const override {
    if (!output.shape.plain) {
      each_row(kernels_.upsample_row, input, output, workers);
      return;
    }
    workers.share(output.shape.size.height, [&](int /*worker*/, int y) {
      upsample_plain_row(
          static_cast<const float*>(input.memory), input.shape.size, y,
          static_cast<float*>(output.memory) + static_cast<size_t>(y) * output.shape.size.width);
    });
  }

  void sigmoid(const Operand& input, float* output, const Workers& workers) const override {
    const Shape& shape = input.shape;
    const TileValue value = tile_value(input.memory, shape);
    workers.share(shape.size.height * shape.channels, [&](int /*worker*/, int line) {
      const int channel = line / value.height;
      const int y = line % value.height;
      const size_t at = static_cast<size_t>(line) * value.width;
      const BFloat* const row = value.data + channel / kChunk * value.chunk + y * value.row;
      for (int x = 0; x < value.width; ++x) {
        const float raw = shape.plain ? static_cast<const float*>(input.memory)[at + x]
                                      : as_float(row[x * kChunk + channel % kChunk]);
        output[at + x] = 1.0F / (1.0F + std::exp(-raw));
      }
    });
  }

 private:
  // [channels_in][tap][channels of all chunks]
  static void pack_strided(Filters* filters, const float* values) {
    const int taps = filters->channels_in() * kTaps;
    const int padded = chunks_of(filters->channels_out) * kChunk;
    filters->packed = allocate_filters(static_cast<size_t>(taps) * padded * sizeof(float));
    auto* const packed = reinterpret_cast<float*>(filters->packed.get());
    for (int tap = 0; tap < taps; ++tap) {
      for (int out = 0; out < padded; ++out) {
        packed[static_cast<size_t>(tap) * padded + out] =
            out < filters->channels_out ? values[static_cast<size_t>(out) * taps + tap] : 0.0F;
      }
    }
  }

  // Two rows are computed at a time.
  static int even(int rows) { return std::max(2, (rows + 1) / 2 * 2); }

  static int rows_in_cache(const Filters& filters, const TileValue& output) {
    const size_t row =
        output.width * std::max<size_t>(chunks_of(filters.parts), 1) * kChunk * sizeof(BFloat);
    return even(static_cast<int>(kPieceBytes / row) - 2 * filters.dilation);
  }

  template <class Kernel>
  static void each_row(Kernel kernel, const Operand& input, const Operand& output,
                       const Workers& workers) {
    const TileValue from = tile_value(input.memory, input.shape);
    const TileValue to = tile_value(output.memory, output.shape);
    workers.share(to.height * chunks_of(to.channels), [&](int /*worker*/, int piece) {
      kernel(from, piece / to.height, piece % to.height, to);
    });
  }

  const TileKernels& kernels_;
};

}  // namespace

TileValue tile_value(void* memory, const Shape& shape) {
  const ptrdiff_t border = shape.border;
  const ptrdiff_t row = (shape.size.width + 2 * border) * kChunk;
  return {static_cast<BFloat*>(memory) + border * row + border * kChunk,
          shape.channels,
          shape.size.height,
          shape.size.width,
          shape.border,
          row,
          row * (shape.size.height + 2 * border)};
}

std::unique_ptr<const Scheme> tiles_scheme(const TileKernels& kernels) {
  return std::make_unique<TilesScheme>(kernels);
}

}  // namespace bgcut::convnet
