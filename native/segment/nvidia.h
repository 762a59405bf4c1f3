// The NVIDIA GPU and the TensorRT of this machine.
#pragma once

#include <optional>
#include <string>

namespace bgcut::segment {

// What an engine that TensorRT builds depends on, beside the model: it runs on this GPU, with this
// TensorRT, and nowhere else.
struct TensorRtTarget {
  std::string gpu;  // name of the first GPU, as its driver gives it
  int tensorrt;     // version, for example 101303 for 10.13.3
};

// Nothing where the driver, a GPU or TensorRT 10 is missing: a session on TensorRT then fails, and
// says what it misses. Loads the two libraries, and leaves them loaded.
std::optional<TensorRtTarget> find_tensorrt();

}  // namespace bgcut::segment
