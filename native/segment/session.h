// Private to native/segment: a loaded model.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "segment/lane.h"
#include "segment/model.h"
#include "segment/ort.h"

namespace bgcut::segment {

class Session {
 public:
  // Throws Ort::Exception.
  Session(const std::string& file, const Placement& placement, const Contract& contract);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // To be held while inputs are bound and the session runs. WebGPU and DirectML do one thing at a
  // time, whatever the session: two runs at once end up in one list of commands, and fail. Holds
  // nothing on other devices.
  std::unique_lock<std::mutex> turn() const;

  Ort::Session& get() { return session_; }
  Lanes& lanes() { return lanes_; }
  // The allocator of memory that an NVIDIA GPU reads and writes by itself; null elsewhere.
  Ort::Allocator* pinned() { return pinned_ ? &*pinned_ : nullptr; }

  // On which device how many nodes of the graph run, as it was before nodes were fused.
  std::vector<NodeCount> nodes() const;
  // Whose kernels compute: the name of those of native/convnet, or "onnxruntime".
  const std::string& kernels() const { return kernels_; }
  bool on_cpu() const { return on_cpu_; }

 private:
  std::mutex* const one_at_a_time_;  // of the device; null where it needs none
  const bool on_cpu_;
  std::string kernels_;
  Ort::Session session_{nullptr};
  std::optional<Ort::Allocator> pinned_;
  Lanes lanes_;
};

}  // namespace bgcut::segment
