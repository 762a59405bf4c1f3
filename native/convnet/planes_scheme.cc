#include "convnet/planes_scheme.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace bgcut::convnet {

namespace {

// Tiles that a worker takes on at once. What becomes of them stays in the second-level cache beside
// the filters of a few channels, but for layers of very many channels; more would not gain.
constexpr int kTilesAtOnce = 32;

size_t area_of(const Operand& value) {
  return static_cast<size_t>(value.shape.size.height) * value.shape.size.width;
}

Half* planes_of(const Operand& value) {
  return static_cast<Half*>(value.memory);
}

// Values are [channels][height][width].
class PlanesScheme : public Scheme {
 public:
  explicit PlanesScheme(const Kernels& kernels) : kernels_(kernels) {}

  const char* name() const override { return kernels_.name; }
  bool is_bfloat16() const override { return false; }

  void pack(Filters* filters, const float* values, const float* bias) const override {
    const int in = filters->channels_in();
    const int out = filters->channels_out;
    filters->bias.assign(bias, bias + out);
    if (filters->stride == 1) {
      filters->packed = allocate_filters(kernels_.packed_filters(in, out) * sizeof(Half));
      kernels_.pack_filters(values, in, out, reinterpret_cast<Half*>(filters->packed.get()));
      return;
    }
    const size_t count = static_cast<size_t>(in) * out * kTaps;
    filters->packed = allocate_filters(count * sizeof(float));
    std::copy_n(values, count, reinterpret_cast<float*>(filters->packed.get()));
  }

  size_t bytes(const Shape& shape) const override {
    const size_t area = static_cast<size_t>(shape.size.height) * shape.size.width;
    return (area * shape.channels + kReadAhead) * sizeof(Half);
  }

  size_t convolution_bytes(const Filters& filters, Size size, int workers) const override {
    const Plan plan = plan_of(filters, size, workers);
    return (plan.shared + plan.worker * workers) * sizeof(float);
  }

  size_t plane_bytes(Size size, int workers) const override {
    return plane_scratch(size.width) * workers * sizeof(float);
  }

  void convolve(const Filters& filters, const std::vector<Operand>& inputs, const Operand* residual,
                const Operand& output, void* scratch, const Workers& workers) const override {
    std::vector<Planes> planes;
    planes.reserve(inputs.size());
    for (const Operand& input : inputs) planes.push_back({planes_of(input), input.shape.channels});
    const LayerMemory memory{planes.data(), static_cast<int>(planes.size()),
                             residual == nullptr ? nullptr : planes_of(*residual),
                             planes_of(output)};
    const Layer layer = layer_of(filters, output.shape.size);
    const Plan plan = plan_of(filters, output.shape.size, workers.count);
    if (is_small(layer, workers.count)) {
      convolve_small(layer, memory, plan, static_cast<float*>(scratch), workers);
    } else {
      convolve_large(layer, memory, plan, static_cast<float*>(scratch), workers);
    }
  }

  void convolve_picture(const Filters& filters, const float* picture, Size size,
                        const Operand& output, void* scratch,
                        const Workers& workers) const override {
    const Plan plan = plan_of(filters, size, workers.count);
    workers.share(output.shape.size.height, [&](int worker, int row) {
      kernels_.strided_row(
          picture, size.height, size.width, filters.channels_in(), filters.channels_out,
          reinterpret_cast<const float*>(filters.packed.get()), filters.bias.data(), filters.relu,
          row, planes_of(output), static_cast<float*>(scratch) + plan.worker * worker);
    });
  }

  void pool(const Operand& input, const Operand& output, void* scratch,
            const Workers& workers) const override {
    each_plane(kernels_.pool, input, output, scratch, workers);
  }

  void upsample(const Operand& input, const Operand& output, void* scratch,
                const Workers& workers) const override {
    each_plane(kernels_.upsample, input, output, scratch, workers);
  }

  void sigmoid(const Operand& input, float* output, const Workers& workers) const override {
    const size_t count = area_of(input) * input.shape.channels;
    constexpr size_t kPiece = 1 << 14;
    workers.share(static_cast<int>((count + kPiece - 1) / kPiece), [&](int /*worker*/, int piece) {
      const size_t from = piece * kPiece;
      kernels_.sigmoid(planes_of(input) + from, std::min(kPiece, count - from), output + from);
    });
  }

 private:
  static constexpr int kTaps = 9;

  // Floats of scratch: of a convolution as a whole, then of each worker.
  struct Plan {
    size_t shared;
    size_t worker;
    float* of(float* scratch, int index) const { return scratch + shared + worker * index; }
  };

  static Layer layer_of(const Filters& filters, Size size) {
    return {size.height,          size.width,
            filters.dilation,     filters.channels_in(),
            filters.channels_out, reinterpret_cast<const Half*>(filters.packed.get()),
            filters.bias.data(),  filters.relu};
  }

  // How many vectors of a layer are worked on at once.
  int group_of(const Layer& layer) const {
    return std::min(kTilesAtOnce / kernels_.lanes, kernels_.vectors(layer));
  }

  // Whether the layer has so few vectors that its workers share out channels and frequencies
  // instead.
  bool is_small(const Layer& layer, int workers) const {
    return kernels_.vectors(layer) < 2 * workers;
  }

  Plan plan_of(const Filters& filters, Size size, int workers) const {
    if (filters.stride == 2) {
      return {0, kernels_.strided_floats(filters.channels_in(), size.width)};
    }
    const Layer layer = layer_of(filters, size);
    const bool small = is_small(layer, workers);
    const int vectors = small ? kernels_.vectors(layer) : group_of(layer);
    const size_t sums =
        kernels_.input_floats(layer, vectors) + kernels_.product_floats(layer, vectors);
    const size_t own = kernels_.worker_floats(layer);
    return small ? Plan{sums, own} : Plan{0, sums + own};
  }

  template <class Kernel>
  static void each_plane(Kernel kernel, const Operand& input, const Operand& output, void* scratch,
                         const Workers& workers) {
    const Size size = input.shape.size;
    workers.share(input.shape.channels, [&](int worker, int channel) {
      kernel(planes_of(input) + area_of(input) * channel, size.height, size.width,
             planes_of(output) + area_of(output) * channel,
             static_cast<float*>(scratch) + plane_scratch(size.width) * worker);
    });
  }

  void convolve_large(const Layer& layer, const LayerMemory& memory, const Plan& plan,
                      float* scratch, const Workers& workers) const {
    const int vectors = kernels_.vectors(layer);
    const int group = group_of(layer);
    workers.share((vectors + group - 1) / group, [&](int worker, int piece) {
      const int first = piece * group;
      const int count = std::min(group, vectors - first);
      float* const transformed = plan.of(scratch, worker);
      float* const products = transformed + kernels_.input_floats(layer, group);
      float* const own = products + kernels_.product_floats(layer, group);
      kernels_.transform_input(layer, memory, first, count, 0, layer.channels_in, transformed, own);
      kernels_.multiply(layer, count, 0, kPatchArea, transformed, products, own);
      kernels_.transform_output(layer, memory, first, count, 0, layer.channels_out, products);
    });
  }

  void convolve_small(const Layer& layer, const LayerMemory& memory, const Plan& plan,
                      float* scratch, const Workers& workers) const {
    constexpr int kPiecesForEach = 4;
    const int vectors = kernels_.vectors(layer);
    float* const transformed = scratch;
    float* const products = transformed + kernels_.input_floats(layer, vectors);
    const auto pieces_of = [&](int channels) {
      const int each = std::max(1, channels / (kPiecesForEach * workers.count));
      return std::pair{each, (channels + each - 1) / each};
    };
    const auto [in_each, in_pieces] = pieces_of(layer.channels_in);
    workers.share(in_pieces, [&, each = in_each](int worker, int piece) {
      kernels_.transform_input(layer, memory, 0, vectors, piece * each,
                               std::min(layer.channels_in, (piece + 1) * each), transformed,
                               plan.of(scratch, worker));
    });
    workers.share(kPatchArea, [&](int worker, int frequency) {
      kernels_.multiply(layer, vectors, frequency, frequency + 1, transformed, products,
                        plan.of(scratch, worker));
    });
    const auto [out_each, out_pieces] = pieces_of(layer.channels_out);
    workers.share(out_pieces, [&, each = out_each](int /*worker*/, int piece) {
      kernels_.transform_output(layer, memory, 0, vectors, piece * each,
                                std::min(layer.channels_out, (piece + 1) * each), products);
    });
  }

  const Kernels& kernels_;
};

}  // namespace

std::unique_ptr<const Scheme> planes_scheme(const Kernels& kernels) {
  return std::make_unique<PlanesScheme>(kernels);
}

}  // namespace bgcut::convnet
