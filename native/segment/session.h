// Private to native/segment: a loaded model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "segment/lane.h"
#include "segment/model.h"
#include "segment/ort.h"
#include "segment/turns.h"

namespace bgcut::segment {

class Session {
 public:
  // Throws Ort::Exception.
  Session(const std::string& file, const Placement& placement, const Contract& contract);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // For whose turn it is to bind inputs and run the session; null where any number may at once.
  // WebGPU and DirectML do one thing at a time, whatever the session: two runs at once end up in
  // one list of commands, and fail. On a GPU of NVIDIA each run beside another takes memory, for
  // activations and for CUDA's libraries, and from a few on none gets faster.
  Turns* turns() { return turns_; }

  Ort::Session& get() { return session_; }
  Lanes& lanes() { return lanes_; }
  // The allocator of memory that an NVIDIA GPU reads and writes by itself; null elsewhere.
  Ort::Allocator* pinned() { return pinned_ ? &*pinned_ : nullptr; }

  // Gives memory of the GPU that no run needs now back to it. Does nothing on other devices.
  void release_device_memory();

  // On which device how many nodes of the graph run, as it was before nodes were fused.
  std::vector<NodeCount> nodes() const;
  // Whose kernels compute: the name of those of native/convnet, or "onnxruntime".
  const std::string& kernels() const { return kernels_; }
  bool on_cpu() const { return on_cpu_; }

 private:
  Turns few_at_a_time_;
  Turns* const turns_;
  const bool on_cpu_;
  std::string kernels_;
  Ort::Session session_{nullptr};
  std::optional<Ort::Allocator> pinned_;
  std::optional<Ort::Allocator> on_device_;
  Lanes lanes_;
};

}  // namespace bgcut::segment
