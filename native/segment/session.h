// Private to native/segment: a loaded model.
#pragma once

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

  Ort::Session& get() { return session_; }
  Lanes& lanes() { return lanes_; }
  // The allocator of memory that an NVIDIA GPU reads and writes by itself; null elsewhere.
  Ort::Allocator* pinned() { return pinned_ ? &*pinned_ : nullptr; }

  // On which device how many nodes of the graph run, as it was before nodes were fused.
  std::vector<NodeCount> nodes() const;

 private:
  Ort::Session session_;
  std::optional<Ort::Allocator> pinned_;
  Lanes lanes_;  // they use the two above, and end before them
};

}  // namespace bgcut::segment
