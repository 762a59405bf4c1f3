// Execution providers: which one a session runs on, and why one can't.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace bgcut::segment {

enum class Device { kCpu, kCuda, kTensorRt, kDirectMl, kCoreMl, kWebGpu };

// Proves that a provider works here: creates a session of `model` (a tiny ONNX graph with input
// [1,3,h,w], both free or 64) on it and runs it once. GetAvailableProviders() is no detection: it
// names providers that can't load. Returns nothing when it works, else the reason in the
// runtime's words.
std::string why_unavailable(Device device, std::span<const uint8_t> model);

}  // namespace bgcut::segment
