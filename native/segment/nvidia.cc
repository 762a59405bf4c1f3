#include "segment/nvidia.h"

#include <array>

#ifndef _WIN32
#include <dlfcn.h>
#endif

namespace bgcut::segment {

#ifdef _WIN32

// ONNX Runtime's package has no TensorRT for Windows.
std::optional<TensorRtTarget> find_tensorrt() {
  return {};
}

#else

namespace {

template <typename Function>
Function find(void* library, const char* name) {
  return library == nullptr ? nullptr : reinterpret_cast<Function>(dlsym(library, name));
}

std::optional<std::string> first_gpu() {
  void* const driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  const auto init = find<int (*)(unsigned)>(driver, "cuInit");
  const auto get = find<int (*)(int*, int)>(driver, "cuDeviceGet");
  const auto get_name = find<int (*)(char*, int, int)>(driver, "cuDeviceGetName");
  if (init == nullptr || get == nullptr || get_name == nullptr) return {};
  int device = 0;
  std::array<char, 256> name{};
  if (init(0) != 0 || get(&device, 0) != 0) return {};
  if (get_name(name.data(), static_cast<int>(name.size()) - 1, device) != 0) return {};
  return name.data();
}

}  // namespace

std::optional<TensorRtTarget> find_tensorrt() {
  void* const library = dlopen("libnvinfer.so.10", RTLD_NOW | RTLD_LOCAL);
  const auto version = find<int (*)()>(library, "getInferLibVersion");
  if (version == nullptr) return {};
  const auto gpu = first_gpu();
  if (!gpu) return {};
  return TensorRtTarget{*gpu, version()};
}

#endif

}  // namespace bgcut::segment
