#include "segment/provider.h"

#include <vector>

#include "core/status.h"
#include "segment/runtime.h"
#include "segment/session_options.h"

namespace bgcut::segment {

std::string why_unavailable(Device device, std::span<const uint8_t> model) {
  try {
    take_runtime_log();
    const auto options = session_options({.device = device, .threads = 1}, "");
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
