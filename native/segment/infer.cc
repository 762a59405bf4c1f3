#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include <onnxruntime_run_options_config_keys.h>
#include "core/memory.h"
#include "segment/convnet_provider.h"
#include "segment/runtime.h"
#include "segment/session.h"

namespace bgcut::segment {

namespace {

// A float32 or float16 tensor as floats.
Floats read_floats(const Ort::Value& tensor, const Ort::TensorTypeAndShapeInfo& info) {
  const size_t count = info.GetElementCount();
  if (info.GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
    const auto* const data = tensor.GetTensorData<float>();
    return {data, data + count};
  }
  if (info.GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16) {
    throw Error(Code::kModelInvalid, "the model's output is neither float32 nor float16");
  }
  const auto* const data = tensor.GetTensorData<Ort::Float16_t>();
  Floats values(count);
  std::transform(data, data + count, values.begin(),
                 [](Ort::Float16_t half) { return half.ToFloat(); });
  return values;
}

// The one plane of the output.
Mask read_mask(const Ort::Value& output) {
  const auto info = output.GetTensorTypeAndShapeInfo();
  const auto dimensions = info.GetShape();
  if (dimensions.size() < 2) throw Error(Code::kModelInvalid, "the model's output isn't a mask");
  const Size size{static_cast<int>(dimensions.back()),
                  static_cast<int>(dimensions[dimensions.size() - 2])};
  if (size.area() != static_cast<int64_t>(info.GetElementCount())) {
    throw Error(Code::kModelInvalid, "the model's output isn't one mask");
  }
  return {read_floats(output, info), size};
}

void activate(Floats& values, Activation activation) {
  switch (activation) {
    case Activation::kNone:
      break;
    case Activation::kSigmoid:
      for (float& value : values) value = 1.0F / (1.0F + std::exp(-value));
      return;
    case Activation::kMinMax: {
      const auto [low, high] = std::minmax_element(values.begin(), values.end());
      const float base = *low;
      const float range = *high - base;
      for (float& value : values) value = range > 0 ? (value - base) / range : 0.0F;
      return;
    }
  }
  // NaN compares false with everything, so it becomes background.
  for (float& value : values) value = value > 0 ? std::min(value, 1.0F) : 0.0F;
}

}  // namespace

Mask infer(Session& session, const Contract& contract, const Tensor& input, bool release_scratch,
           CancelToken& token, double& milliseconds) {
  const auto planes = static_cast<int64_t>(input.values.size()) / input.size.area();
  const LaneKey key{
      contract.input_name, contract.output_name, {1, planes, input.size.height, input.size.width}};
  Ort::RunOptions options;
  if (release_scratch)
    options.AddConfigEntry(kOrtRunOptionsConfigEnableMemoryArenaShrinkage, "cpu:0");
  Mask mask;
  const auto run = [&] {
    Ort::Session& opened = session.get();
    auto lane = session.lanes().take(opened, key, session.pinned());
    {
      const CancelToken::Interrupt interrupt(token, [&options] { options.SetTerminate(); });
      const RunWith with(token, release_scratch);
      const auto start = Clock::now();
      const Ort::Value& output = lane->run(input.values, options);
      milliseconds = milliseconds_since(start);
      mask = read_mask(output);
    }
    session.lanes().give_back(std::move(lane));
  };
  try {
    Turn turn(session.turns(), &token);
    try {
      run();
    } catch (const Ort::Exception& error) {
      if (session.on_cpu() || !is_out_of_memory(error.what())) throw;
      // What doesn't fit beside others may fit alone. Once runs on CUDA had failed for memory,
      // every later one failed too, even alone and after Shrink() of the arena (ONNX Runtime 1.30):
      // the session is opened anew.
      turn.alone(token);
      session.close();
      run();
    }
  } catch (const Ort::Exception& error) {
    token.check();
    const bool memory = is_out_of_memory(error.what());
    throw Error(memory ? Code::kOutOfMemory : Code::kInferenceFailed, error.what());
  }
  if (release_scratch) {
    session.lanes().clear();
    return_free_memory();
  }
  activate(mask.values, contract.activation);
  return mask;
}

}  // namespace bgcut::segment
