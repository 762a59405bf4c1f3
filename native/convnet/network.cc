#include "convnet/network.h"

#include <algorithm>
#include <utility>

#include "convnet/plan.h"

namespace bgcut::convnet {

Network::Network(const Scheme* scheme, int channels) : scheme_(scheme), channels_{channels} {}

void Network::add_step(Step step, int channels) {
  steps_.push_back(std::move(step));
  channels_.push_back(channels);
}

Value Network::add_convolution(const Convolution& convolution, const float* filters,
                               const float* bias) {
  const auto output = static_cast<Value>(channels_.size());
  Step step{Kind::kConvolution, convolution.inputs, output};
  step.residual = convolution.residual;
  step.filters.channels_out = convolution.channels_out;
  step.filters.dilation = convolution.dilation;
  step.filters.stride = convolution.stride;
  step.filters.relu = convolution.relu;
  for (const Value input : convolution.inputs) step.filters.parts.push_back(channels(input));
  if (step.residual >= 0) step.inputs.push_back(step.residual);
  scheme_->pack(&step.filters, filters, bias);
  add_step(std::move(step), convolution.channels_out);
  return output;
}

Value Network::add_pool(Value input) {
  const auto output = static_cast<Value>(channels_.size());
  add_step({Kind::kPool, {input}, output}, channels(input));
  return output;
}

Value Network::add_upsample(Value input) {
  const auto output = static_cast<Value>(channels_.size());
  add_step({Kind::kUpsample, {input}, output}, channels(input));
  return output;
}

std::vector<Size> Network::sizes(int height, int width) const {
  std::vector<Size> sizes(channels_.size());
  sizes[0] = {height, width};
  for (const Step& step : steps_) {
    const Size from = sizes[step.inputs.front()];
    const bool halves = step.kind == Kind::kPool || step.filters.stride == 2;
    sizes[step.output] = from;
    if (halves) sizes[step.output] = {(from.height + 1) / 2, (from.width + 1) / 2};
    if (step.kind == Kind::kUpsample) sizes[step.output] = {from.height * 2, from.width * 2};
  }
  return sizes;
}

std::vector<Shape> Network::shapes(int height, int width) const {
  std::vector<Shape> shapes;
  for (const Size& size : sizes(height, width)) {
    const int channels = channels_[shapes.size()];
    shapes.push_back({channels, size, 0, channels == 1});
  }
  shapes[0].plain = false;
  // From the end to the start: what is doubled is plain if the result is.
  for (size_t k = steps_.size(); k-- > 0;) {
    const Step& step = steps_[k];
    const bool convolves = step.kind == Kind::kConvolution;
    for (const Value input : step.inputs) {
      Shape& shape = shapes[input];
      if (convolves) shape.border = std::max(shape.border, step.filters.dilation);
      if (step.kind != Kind::kUpsample || !shapes[step.output].plain) shape.plain = false;
    }
    if (convolves && (step.residual >= 0 || step.filters.stride == 2)) {
      shapes[step.output].plain = false;
    }
    if (step.kind == Kind::kPool) shapes[step.output].plain = false;
  }
  // And back: no more than what it is made of.
  for (const Step& step : steps_) {
    if (step.kind == Kind::kUpsample && !shapes[step.inputs.front()].plain) {
      shapes[step.output].plain = false;
    }
  }
  return shapes;
}

bool Network::accepts(int height, int width) const {
  const auto all = sizes(height, width);
  return std::all_of(steps_.begin(), steps_.end(), [&all](const Step& step) {
    return std::all_of(step.inputs.begin(), step.inputs.end(), [&all, &step](Value input) {
      return all[input] == all[step.inputs.front()];
    });
  });
}

Size Network::result_size(Value value, int height, int width) const {
  return sizes(height, width)[value];
}

// One run: the memory of its values and of each step's scratch.
class Network::Run {
 public:
  Run(const Network& network, const float* input, int height, int width, Value result,
      const Workers& workers, const Allocate& allocate)
      : network_(network),
        scheme_(*network.scheme_),
        input_(input),
        workers_(workers),
        shapes_(network.shapes(height, width)) {
    place(result, allocate);
  }

  void work(size_t index) {
    const Step& step = network_.steps_[index];
    const Operand input = operand(step.inputs.front());
    const Operand output = operand(step.output);
    void* const scratch = scratch_[index];
    switch (step.kind) {
      case Kind::kConvolution:
        if (step.filters.stride == 2) {
          scheme_.convolve_picture(step.filters, input_, input.shape.size, output, scratch,
                                   workers_);
        } else {
          convolve(step, output, scratch);
        }
        break;
      case Kind::kPool:
        scheme_.pool(input, output, scratch, workers_);
        break;
      case Kind::kUpsample:
        scheme_.upsample(input, output, scratch, workers_);
        break;
    }
  }

  void finish(Value result, float* output) { scheme_.sigmoid(operand(result), output, workers_); }

 private:
  Operand operand(Value value) const { return {memory_[value], shapes_[value]}; }

  void convolve(const Step& step, const Operand& output, void* scratch) {
    std::vector<Operand> inputs;
    for (size_t k = 0; k < step.filters.parts.size(); ++k) {
      inputs.push_back(operand(step.inputs[k]));
    }
    if (step.residual < 0) {
      scheme_.convolve(step.filters, inputs, nullptr, output, scratch, workers_);
      return;
    }
    const Operand residual = operand(step.residual);
    scheme_.convolve(step.filters, inputs, &residual, output, scratch, workers_);
  }

  size_t scratch_bytes(const Step& step) const {
    const Size size = shapes_[step.inputs.front()].size;
    return step.kind == Kind::kConvolution
               ? scheme_.convolution_bytes(step.filters, size, workers_.count)
               : scheme_.plane_bytes(size, workers_.count);
  }

  // One block for all values, from the step that makes one to the last that reads it, and for the
  // scratch of each step.
  void place(Value result, const Allocate& allocate) {
    const size_t values = shapes_.size();
    const auto& steps = network_.steps_;
    std::vector<Lifetime> lifetimes(values + steps.size(), {0, 0, 0});
    for (size_t k = 0; k < steps.size(); ++k) {
      const int now = static_cast<int>(k);
      lifetimes[steps[k].output] = {scheme_.bytes(shapes_[steps[k].output]), now, now};
      for (const Value input : steps[k].inputs) lifetimes[input].last = now;
      lifetimes[values + k] = {scratch_bytes(steps[k]), now, now};
    }
    lifetimes[0] = {0, 0, 0};  // the caller's
    lifetimes[result].last = static_cast<int>(steps.size());
    const MemoryPlan plan = plan_memory(lifetimes);
    auto* const block = static_cast<std::byte*>(allocate(plan.bytes));
    for (size_t k = 0; k < plan.offsets.size(); ++k) {
      (k < values ? memory_ : scratch_).push_back(block + plan.offsets[k]);
    }
  }

  const Network& network_;
  const Scheme& scheme_;
  const float* input_;
  const Workers& workers_;
  std::vector<Shape> shapes_;
  std::vector<void*> memory_;   // of each value
  std::vector<void*> scratch_;  // of each step
};

bool Network::run(const float* input, int height, int width, Value result, float* output,
                  int workers, const Parallel& parallel, const Allocate& allocate,
                  const Stopped& stopped) const {
  const Workers all{workers, parallel, stopped};
  Run run(*this, input, height, width, result, all, allocate);
  for (size_t step = 0; step < steps_.size(); ++step) {
    run.work(step);
    if (stopped()) return false;
  }
  run.finish(result, output);
  return !stopped();
}

}  // namespace bgcut::convnet
