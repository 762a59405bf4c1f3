#include "convnet/network.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "convnet/plan.h"

namespace bgcut::convnet {

Network::Network(const Kernels* kernels, int channels) : kernels_(kernels), values_{{channels}} {}

Value Network::add_convolution(const Convolution& convolution, const float* filters,
                               const float* bias) {
  Step step{Kind::kConvolution,
            convolution.inputs,
            static_cast<Value>(values_.size()),
            convolution,
            nullptr,
            {},
            {}};
  if (convolution.residual >= 0) step.inputs.push_back(convolution.residual);
  const int in = convolution.channels_in;
  const int out = convolution.channels_out;
  step.bias.assign(bias, bias + out);
  if (convolution.stride == 1) {
    step.filters = std::make_unique_for_overwrite<Half[]>(kernels_->packed_filters(in, out));
    kernels_->pack_filters(filters, in, out, step.filters.get());
  } else {
    step.strided.assign(filters, filters + static_cast<size_t>(in) * out * 9);
  }
  steps_.push_back(std::move(step));
  values_.push_back({out});
  return steps_.back().output;
}

Value Network::add_pool(Value input) {
  steps_.push_back({Kind::kPool, {input}, static_cast<Value>(values_.size()), {}, nullptr, {}, {}});
  values_.push_back({channels(input)});
  return steps_.back().output;
}

Value Network::add_upsample(Value input) {
  steps_.push_back(
      {Kind::kUpsample, {input}, static_cast<Value>(values_.size()), {}, nullptr, {}, {}});
  values_.push_back({channels(input)});
  return steps_.back().output;
}

std::vector<Network::Size> Network::sizes(int height, int width) const {
  std::vector<Size> sizes(values_.size());
  sizes[0] = {height, width};
  for (const Step& step : steps_) {
    const Size from = sizes[step.inputs.front()];
    const bool halves = step.kind == Kind::kPool || step.convolution.stride == 2;
    sizes[step.output] = from;
    if (halves) sizes[step.output] = {(from.height + 1) / 2, (from.width + 1) / 2};
    if (step.kind == Kind::kUpsample) sizes[step.output] = {from.height * 2, from.width * 2};
  }
  return sizes;
}

bool Network::accepts(int height, int width) const {
  const auto all = sizes(height, width);
  return std::all_of(steps_.begin(), steps_.end(), [&all](const Step& step) {
    return std::all_of(step.inputs.begin(), step.inputs.end(), [&all, &step](Value input) {
      return all[input] == all[step.inputs.front()];
    });
  });
}

Network::Size Network::result_size(Value value, int height, int width) const {
  return sizes(height, width)[value];
}

namespace {

// Tiles that a worker takes on at once. What becomes of them stays in the second-level cache beside
// the filters of a few channels, but for layers of very many channels; more would not gain.
constexpr int kTilesAtOnce = 32;

// How many vectors of a layer are worked on at once.
int group_of(const Kernels& kernels, const Layer& layer) {
  return std::min(kTilesAtOnce / kernels.lanes, kernels.vectors(layer));
}

// Whether the layer has so few vectors that its workers share out channels and frequencies instead.
bool is_small(const Kernels& kernels, const Layer& layer, int workers) {
  return kernels.vectors(layer) < 2 * workers;
}

}  // namespace

// One run: the memory of its values, and who works on what.
class Network::Run {
 public:
  Run(const Network& network, const float* input, int height, int width, Value result, int workers,
      const Parallel& parallel, const Allocate& allocate, const Stopped& stopped)
      : network_(network),
        kernels_(*network.kernels_),
        input_(input),
        sizes_(network.sizes(height, width)),
        workers_(workers),
        parallel_(parallel),
        stopped_(stopped) {
    place(result, allocate);
  }

  bool steps() {
    for (const Step& step : network_.steps_) {
      switch (step.kind) {
        case Kind::kConvolution:
          convolve(step);
          break;
        case Kind::kPool:
          each_plane(step, kernels_.pool);
          break;
        case Kind::kUpsample:
          each_plane(step, kernels_.upsample);
          break;
      }
      if (stopped_()) return false;
    }
    return true;
  }

  void finish(Value result, float* output) {
    const size_t count = values(result);
    constexpr size_t kPiece = 1 << 14;
    share(static_cast<int>((count + kPiece - 1) / kPiece), [&](int /*worker*/, int piece) {
      const size_t from = piece * kPiece;
      kernels_.sigmoid(memory_[result] + from, std::min(kPiece, count - from), output + from);
    });
  }

 private:
  size_t area(Value value) const {
    return static_cast<size_t>(sizes_[value].height) * sizes_[value].width;
  }

  size_t values(Value value) const { return area(value) * network_.channels(value); }

  // Calls work(worker, piece) for every piece, unless the run is stopped meanwhile.
  void share(int pieces, const std::function<void(int, int)>& work) {
    std::atomic<int> next{0};
    parallel_(std::min(workers_, pieces), [&](int worker) {
      for (int piece = next++; piece < pieces && !stopped_(); piece = next++) work(worker, piece);
    });
  }

  Layer layer(const Step& step) const {
    const Convolution& convolution = step.convolution;
    const Size size = sizes_[step.inputs.front()];
    return {size.height,
            size.width,
            convolution.dilation,
            convolution.channels_in,
            convolution.channels_out,
            step.filters.get(),
            step.bias.data(),
            convolution.relu};
  }

  // Floats of scratch: of the layer as a whole, and of each worker.
  struct Scratch {
    size_t shared;
    size_t worker;
  };

  Scratch scratch_of(const Step& step) const {
    if (step.kind != Kind::kConvolution) {
      return {0, plane_scratch(std::max(sizes_[step.inputs.front()].width, 1))};
    }
    const Convolution& convolution = step.convolution;
    if (convolution.stride == 2) {
      return {0, kernels_.strided_floats(convolution.channels_in, sizes_[0].width)};
    }
    const Layer whole = layer(step);
    if (is_small(kernels_, whole, workers_)) {
      const int vectors = kernels_.vectors(whole);
      return {kernels_.input_floats(whole, vectors) + kernels_.product_floats(whole, vectors),
              kernels_.worker_floats(whole)};
    }
    const int group = group_of(kernels_, whole);
    return {0, kernels_.input_floats(whole, group) + kernels_.product_floats(whole, group) +
                   kernels_.worker_floats(whole)};
  }

  // One block for all values, from the step that makes one to the last that reads it, and for the
  // scratch of each step.
  void place(Value result, const Allocate& allocate) {
    const int steps = static_cast<int>(network_.steps_.size());
    std::vector<Lifetime> lifetimes(network_.values_.size() + steps, {0, 0, 0});
    scratch_.resize(steps);
    for (int k = 0; k < steps; ++k) {
      const Step& step = network_.steps_[k];
      lifetimes[step.output] = {(values(step.output) + kReadAhead) * sizeof(Half), k, k};
      for (const Value input : step.inputs) lifetimes[input].last = k;
      const Scratch scratch = scratch_of(step);
      scratch_[k].worker = scratch.worker;
      lifetimes[network_.values_.size() + k] = {
          (scratch.shared + scratch.worker * workers_) * sizeof(float), k, k};
    }
    lifetimes[0] = {0, 0, 0};  // the caller's
    lifetimes[result].last = steps;
    const MemoryPlan plan = plan_memory(lifetimes);
    auto* const block = static_cast<std::byte*>(allocate(plan.bytes));
    memory_.resize(network_.values_.size());
    for (size_t k = 1; k < memory_.size(); ++k) {
      memory_[k] = reinterpret_cast<Half*>(block + plan.offsets[k]);
    }
    for (int k = 0; k < steps; ++k) {
      const Scratch scratch = scratch_of(network_.steps_[k]);
      scratch_[k].shared =
          reinterpret_cast<float*>(block + plan.offsets[network_.values_.size() + k]);
      scratch_[k].own = scratch_[k].shared + scratch.shared;
    }
  }

  struct Place {
    float* shared;
    float* own;  // of worker 0; the others follow
    size_t worker;
    float* of(int index) const { return own + worker * index; }
  };

  const Place& place_of(const Step& step) const { return scratch_[&step - network_.steps_.data()]; }

  template <class Kernel>
  void each_plane(const Step& step, Kernel kernel) {
    const Value input = step.inputs.front();
    const Place& place = place_of(step);
    share(network_.channels(input), [&](int worker, int channel) {
      kernel(memory_[input] + area(input) * channel, sizes_[input].height, sizes_[input].width,
             memory_[step.output] + area(step.output) * channel, place.of(worker));
    });
  }

  void convolve(const Step& step) {
    const Convolution& convolution = step.convolution;
    if (convolution.stride == 2) {
      convolve_strided(step);
      return;
    }
    std::vector<Planes> inputs;
    for (const Value input : convolution.inputs) {
      inputs.push_back({memory_[input], network_.channels(input)});
    }
    const LayerMemory memory{inputs.data(), static_cast<int>(inputs.size()),
                             convolution.residual < 0 ? nullptr : memory_[convolution.residual],
                             memory_[step.output]};
    const Layer whole = layer(step);
    if (is_small(kernels_, whole, workers_)) {
      convolve_small(whole, memory, place_of(step));
    } else {
      convolve_large(whole, memory, place_of(step));
    }
  }

  void convolve_large(const Layer& whole, const LayerMemory& memory, const Place& place) {
    const int vectors = kernels_.vectors(whole);
    const int group = group_of(kernels_, whole);
    share((vectors + group - 1) / group, [&](int worker, int piece) {
      const int first = piece * group;
      const int count = std::min(group, vectors - first);
      float* const transformed = place.of(worker);
      float* const products = transformed + kernels_.input_floats(whole, group);
      float* const scratch = products + kernels_.product_floats(whole, group);
      kernels_.transform_input(whole, memory, first, count, 0, whole.channels_in, transformed,
                               scratch);
      kernels_.multiply(whole, count, 0, kPatchArea, transformed, products, scratch);
      kernels_.transform_output(whole, memory, first, count, 0, whole.channels_out, products);
    });
  }

  void convolve_small(const Layer& whole, const LayerMemory& memory, const Place& place) {
    constexpr int kPiecesForEach = 4;
    const int vectors = kernels_.vectors(whole);
    float* const transformed = place.shared;
    float* const products = transformed + kernels_.input_floats(whole, vectors);
    const auto pieces_of = [&](int channels) {
      const int each = std::max(1, channels / (kPiecesForEach * workers_));
      return std::pair{each, (channels + each - 1) / each};
    };
    const auto [in_each, in_pieces] = pieces_of(whole.channels_in);
    share(in_pieces, [&, each = in_each](int worker, int piece) {
      kernels_.transform_input(whole, memory, 0, vectors, piece * each,
                               std::min(whole.channels_in, (piece + 1) * each), transformed,
                               place.of(worker));
    });
    share(kPatchArea, [&](int worker, int frequency) {
      kernels_.multiply(whole, vectors, frequency, frequency + 1, transformed, products,
                        place.of(worker));
    });
    const auto [out_each, out_pieces] = pieces_of(whole.channels_out);
    share(out_pieces, [&, each = out_each](int /*worker*/, int piece) {
      kernels_.transform_output(whole, memory, 0, vectors, piece * each,
                                std::min(whole.channels_out, (piece + 1) * each), products);
    });
  }

  void convolve_strided(const Step& step) {
    const Convolution& convolution = step.convolution;
    const Place& place = place_of(step);
    share(sizes_[step.output].height, [&](int worker, int row) {
      kernels_.strided_row(input_, sizes_[0].height, sizes_[0].width, convolution.channels_in,
                           convolution.channels_out, step.strided.data(), step.bias.data(),
                           convolution.relu, row, memory_[step.output], place.of(worker));
    });
  }

  const Network& network_;
  const Kernels& kernels_;
  const float* input_;
  std::vector<Size> sizes_;
  int workers_;
  const Parallel& parallel_;
  const Stopped& stopped_;
  std::vector<Half*> memory_;
  std::vector<Place> scratch_;
};

bool Network::run(const float* input, int height, int width, Value result, float* output,
                  int workers, const Parallel& parallel, const Allocate& allocate,
                  const Stopped& stopped) const {
  Run run(*this, input, height, width, result, workers, parallel, allocate, stopped);
  if (!run.steps()) return false;
  run.finish(result, output);
  return !stopped();
}

}  // namespace bgcut::convnet
