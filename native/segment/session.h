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

  // For whose turn it is to use what follows; null where any number may at once. WebGPU and
  // DirectML do one thing at a time, whatever the session: two runs at once end up in one list of
  // commands, and fail. On a GPU of NVIDIA each run beside another takes memory, for activations
  // and for CUDA's libraries, and from a few on none gets faster; where that memory is limited,
  // there is one at a time.
  Turns* turns() { return turns_; }

  // Opened anew where it was closed. Throws Ort::Exception.
  Ort::Session& get();
  Lanes& lanes() { return lanes_; }
  // The allocator of memory that an NVIDIA GPU reads and writes by itself; null elsewhere. Lives
  // until close().
  Ort::Allocator* pinned() { return pinned_ ? &*pinned_ : nullptr; }

  // Gives all memory of the device back. To be called by who has a turn alone.
  void close();

  // On which device how many nodes of the graph run, as it was before nodes were fused.
  const std::vector<NodeCount>& nodes() const { return nodes_; }
  // Whose kernels compute: the name of those of native/convnet, or "onnxruntime".
  const std::string& kernels() const { return kernels_; }
  bool on_cpu() const { return placement_.device == Device::kCpu; }

 private:
  void open();

  const std::string file_;
  const Placement placement_;
  const std::string input_name_;
  Turns few_at_a_time_;
  Turns* const turns_;
  std::string kernels_;
  std::vector<NodeCount> nodes_;
  Ort::Session session_{nullptr};
  std::optional<Ort::Allocator> pinned_;
  Lanes lanes_;
};

}  // namespace bgcut::segment
