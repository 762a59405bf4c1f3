// Execution providers: which one a session runs on, and why one can't.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bgcut::segment {

enum class Device { kCpu, kCuda, kTensorRt, kDirectMl, kCoreMl, kWebGpu };

// Where and how a session runs. Two requests for equal placements of a file share its weights.
struct Placement {
  Device device = Device::kCpu;
  int threads = 1;  // of the CPU, for one inference
  // Most bytes of the GPU's memory that the session takes for itself; 0: no bound. CUDA, TensorRT.
  uint64_t gpu_memory_limit = 0;
  // Whether values may be float16, or bfloat16, as the model's manifest says. TensorRT, CoreML
  // (float16 only), and the kernels of native/convnet on the CPU, which all need one of them.
  bool half = false;
  bool bfloat16 = false;
  // An existing folder for what a provider compiles of this model (TensorRT's engines, CoreML's
  // programs), UTF-8; empty: nothing is kept.
  std::string cache = {};
  // The sides of the inputs that the model will get, in pixels: TensorRT builds its engine for
  // them.
  std::vector<int> sides = {};

  // clang-tidy 14 takes the 0 that a defaulted comparison is compared with for a pointer.
  auto operator<=>(const Placement&) const = default;  // NOLINT(modernize-use-nullptr)
};

// How many nodes of a graph run on which device.
struct NodeCount {
  Device device;
  int nodes;
};

// Proves that a provider works here: creates a session of `model` (a tiny ONNX graph with input
// [1,3,h,w], both free or 64) on it and runs it once. GetAvailableProviders() is no detection: it
// names providers that can't load. Returns nothing when it works, else the reason in the
// runtime's words.
std::string why_unavailable(Device device, std::span<const uint8_t> model);

}  // namespace bgcut::segment
