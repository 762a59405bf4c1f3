#include "segment/session_options.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include <onnxruntime_session_options_config_keys.h>
#include "segment/convnet_provider.h"

namespace bgcut::segment {

namespace {

using Settings = std::unordered_map<std::string, std::string>;

// The names and the values of `settings`, as the C API takes them; they point into it.
std::pair<std::vector<const char*>, std::vector<const char*>> as_arrays(const Settings& settings) {
  std::pair<std::vector<const char*>, std::vector<const char*>> arrays;
  for (const auto& [name, value] : settings) {
    arrays.first.push_back(name.c_str());
    arrays.second.push_back(value.c_str());
  }
  return arrays;
}

void append_cuda(Ort::SessionOptions& options, const Placement& placement) {
  // Grow by what is asked for: the default doubles the arena and never gives it back. By default
  // cuDNN tries every algorithm for every layer and size first, which made the start of IS-Net
  // 1.3 s longer and no inference shorter (docs/performance.md, On a GPU).
  Settings settings{{"arena_extend_strategy", "kSameAsRequested"},
                    {"cudnn_conv_algo_search", "HEURISTIC"}};
  if (placement.gpu_memory_limit > 0) {
    settings.emplace("gpu_mem_limit", std::to_string(placement.gpu_memory_limit));
  }
  OrtCUDAProviderOptionsV2* raw = nullptr;
  Ort::ThrowOnError(Ort::GetApi().CreateCUDAProviderOptions(&raw));
  const std::unique_ptr<OrtCUDAProviderOptionsV2, void (*)(OrtCUDAProviderOptionsV2*)> cuda(
      raw, Ort::GetApi().ReleaseCUDAProviderOptions);
  const auto [names, values] = as_arrays(settings);
  Ort::ThrowOnError(Ort::GetApi().UpdateCUDAProviderOptions(cuda.get(), names.data(), values.data(),
                                                            names.size()));
  options.AppendExecutionProvider_CUDA_V2(*cuda);
}

std::string shape_of(const std::string& input_name, int side) {
  const std::string text = std::to_string(side);
  return input_name + ":1x3x" + text + 'x' + text;
}

// What TensorRT builds is kept in the folder of the placement, whose name says model, GPU and
// versions (lib/tensorrt.ts). One engine serves every size between the smallest and the largest
// side; without that range each new size would build another.
Settings tensorrt_settings(const Placement& placement, const std::string& input_name) {
  Settings settings;
  if (!placement.cache.empty()) {
    settings = {{"trt_engine_cache_enable", "1"},
                {"trt_engine_cache_path", placement.cache},
                {"trt_timing_cache_enable", "1"},
                {"trt_timing_cache_path", placement.cache}};
  }
  if (!placement.sides.empty()) {
    const auto [least, most] = std::minmax_element(placement.sides.begin(), placement.sides.end());
    settings.emplace("trt_profile_min_shapes", shape_of(input_name, *least));
    settings.emplace("trt_profile_opt_shapes", shape_of(input_name, *most));
    settings.emplace("trt_profile_max_shapes", shape_of(input_name, *most));
  }
  if (placement.half) {
    settings.emplace("trt_fp16_enable", "1");
    // Sums of squares over a layer leave the range of float16.
    settings.emplace("trt_layer_norm_fp32_fallback", "1");
  }
  if (placement.gpu_memory_limit > 0) {
    settings.emplace("trt_max_workspace_size", std::to_string(placement.gpu_memory_limit));
  }
  return settings;
}

void append_tensorrt(Ort::SessionOptions& options, const Placement& placement,
                     const std::string& input_name) {
  OrtTensorRTProviderOptionsV2* raw = nullptr;
  Ort::ThrowOnError(Ort::GetApi().CreateTensorRTProviderOptions(&raw));
  const std::unique_ptr<OrtTensorRTProviderOptionsV2, void (*)(OrtTensorRTProviderOptionsV2*)>
      tensorrt(raw, Ort::GetApi().ReleaseTensorRTProviderOptions);
  const Settings settings = tensorrt_settings(placement, input_name);
  const auto [names, values] = as_arrays(settings);
  Ort::ThrowOnError(Ort::GetApi().UpdateTensorRTProviderOptions(tensorrt.get(), names.data(),
                                                                values.data(), names.size()));
  options.AppendExecutionProvider_TensorRT_V2(*tensorrt);
  append_cuda(options, placement);  // for the nodes that TensorRT leaves over
}

void append_coreml(Ort::SessionOptions& options, const Placement& placement) {
  Settings settings{{"ModelFormat", "MLProgram"}};
  if (!placement.cache.empty()) settings.emplace("ModelCacheDirectory", placement.cache);
  if (placement.half) settings.emplace("AllowLowPrecisionAccumulationOnGPU", "1");
  options.AppendExecutionProvider("CoreML", settings);
}

}  // namespace

Ort::SessionOptions session_options(const Placement& placement, const std::string& input_name) {
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(placement.threads);
  options.SetInterOpNumThreads(1);
  options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
  // Planning all tensors as one block takes a third more memory (docs/performance.md, Settings);
  // DirectML allows neither that nor nodes side by side.
  options.DisableMemPattern();
  options.SetExecutionMode(ORT_SEQUENTIAL);
  options.AddConfigEntry(kOrtSessionOptionsConfigUseEnvAllocators, "1");
  // Threads that spin between requests would take the cores that decoding and encoding need.
  options.AddConfigEntry(kOrtSessionOptionsConfigAllowIntraOpSpinning, "0");
  // Which provider got which node: for Session::nodes().
  options.AddConfigEntry(kOrtSessionOptionsRecordEpGraphAssignmentInfo, "1");
  switch (placement.device) {
    case Device::kCpu:
      append_convnet(environment(), options, placement.threads,
                     {placement.half, placement.bfloat16});
      break;
    case Device::kCuda:
      append_cuda(options, placement);
      break;
    case Device::kTensorRt:
      append_tensorrt(options, placement, input_name);
      break;
    case Device::kDirectMl:
      options.AppendExecutionProvider("DML", {});
      break;
    case Device::kCoreMl:
      append_coreml(options, placement);
      break;
    case Device::kWebGpu:
      options.AppendExecutionProvider("WebGPU", {});
      break;
  }
  return options;
}

}  // namespace bgcut::segment
