#include "segment/provider.h"

#include <memory>
#include <unordered_map>
#include <vector>

#include "core/status.h"
#include "segment/runtime.h"
#include "segment/session_options.h"

namespace bgcut::segment {

namespace {

void append_cuda(Ort::SessionOptions& options) {
  OrtCUDAProviderOptionsV2* raw = nullptr;
  Ort::ThrowOnError(Ort::GetApi().CreateCUDAProviderOptions(&raw));
  const std::unique_ptr<OrtCUDAProviderOptionsV2, void (*)(OrtCUDAProviderOptionsV2*)> cuda(
      raw, Ort::GetApi().ReleaseCUDAProviderOptions);
  // Grow by what is asked for: the default doubles the arena and never gives it back.
  const char* keys[] = {"arena_extend_strategy"};
  const char* values[] = {"kSameAsRequested"};
  Ort::ThrowOnError(Ort::GetApi().UpdateCUDAProviderOptions(cuda.get(), keys, values, 1));
  options.AppendExecutionProvider_CUDA_V2(*cuda);
}

void append_tensorrt(Ort::SessionOptions& options) {
  OrtTensorRTProviderOptionsV2* raw = nullptr;
  Ort::ThrowOnError(Ort::GetApi().CreateTensorRTProviderOptions(&raw));
  const std::unique_ptr<OrtTensorRTProviderOptionsV2, void (*)(OrtTensorRTProviderOptionsV2*)>
      tensorrt(raw, Ort::GetApi().ReleaseTensorRTProviderOptions);
  options.AppendExecutionProvider_TensorRT_V2(*tensorrt);
  append_cuda(options);  // for the nodes that TensorRT leaves over
}

}  // namespace

Ort::SessionOptions session_options(Device device, int threads) {
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(threads);
  options.SetInterOpNumThreads(1);
  options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
  // Planning all tensors as one block takes a third more memory (docs/performance.md, Settings).
  options.DisableMemPattern();
  options.AddConfigEntry("session.use_env_allocators", "1");
  // Threads that spin between requests would take the cores that decoding and encoding need.
  options.AddConfigEntry("session.intra_op.allow_spinning", "0");
  switch (device) {
    case Device::kCpu:
      break;
    case Device::kCuda:
      append_cuda(options);
      break;
    case Device::kTensorRt:
      append_tensorrt(options);
      break;
    case Device::kDirectMl:
      options.AppendExecutionProvider("DML", {});
      break;
    case Device::kCoreMl:
      options.AppendExecutionProvider("CoreML", {{"ModelFormat", "MLProgram"}});
      break;
    case Device::kWebGpu:
      options.AppendExecutionProvider("WebGPU", {});
      break;
  }
  return options;
}

std::string why_unavailable(Device device, std::span<const uint8_t> model) {
  try {
    take_runtime_log();
    const auto options = session_options(device, 1);
    Ort::Session session(environment(), model.data(), model.size(), options);
    const Ort::AllocatorWithDefaultOptions allocator;
    const auto input_name = session.GetInputNameAllocated(0, allocator);
    const auto output_name = session.GetOutputNameAllocated(0, allocator);
    constexpr int64_t kShape[] = {1, 3, 64, 64};
    std::vector<float> input(size_t{3} * 64 * 64, 0.5F);
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    const auto tensor =
        Ort::Value::CreateTensor<float>(memory, input.data(), input.size(), kShape, 4);
    const char* input_names[] = {input_name.get()};
    const char* output_names[] = {output_name.get()};
    session.Run(Ort::RunOptions{nullptr}, input_names, &tensor, 1, output_names, 1);
    return {};
  } catch (const std::exception& error) {
    return plain_reason(error.what(), take_runtime_log());
  }
}

}  // namespace bgcut::segment
