// Private to native/segment: inputs and outputs of a session that are bound once and used again.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/blocks.h"
#include "segment/ort.h"

namespace bgcut::segment {

// What a run reads and writes: names, and the shape of the input.
struct LaneKey {
  std::string input_name;
  std::string output_name;
  std::array<int64_t, 4> shape;

  bool operator==(const LaneKey&) const = default;
};

// The memory and the binding of one run at a time. On a GPU of NVIDIA, input and output are pinned
// memory: the driver then copies while it computes another run, which has a stream of its own.
// Elsewhere the input is the caller's memory, which is not copied. The output's memory is kept from
// the second run on: its shape is only known after the first.
class Lane {
 public:
  // `pinned`: the allocator of pinned memory, which outlives the lane; null: there is none.
  Lane(Ort::Session& session, LaneKey key, Ort::Allocator* pinned);

  const LaneKey& key() const { return key_; }

  // One inference on `input`, of the key's shape. The result is the lane's and lives until its next
  // run. Throws Ort::Exception; the lane may not be used again then.
  const Ort::Value& run(const Floats& input, const Ort::RunOptions& options);

 private:
  void bind_output(const Ort::Value& first);

  Ort::Session& session_;
  LaneKey key_;
  Ort::Allocator* pinned_;
  Ort::IoBinding binding_;
  Ort::Value input_{nullptr};  // pinned; empty where the caller's memory is bound
  // Of the output, the one or the other.
  std::optional<Ort::MemoryAllocation> pinned_output_;
  std::vector<uint8_t> memory_;
  Ort::Value output_{nullptr};
};

// The lanes of a session that nobody uses just now. Thread-safe.
class Lanes {
 public:
  // A lane for the key: an idle one, or a new one.
  std::unique_ptr<Lane> take(Ort::Session& session, const LaneKey& key, Ort::Allocator* pinned);

  // Keeps a lane whose run went well for later; the least recently used goes when there are many.
  void give_back(std::unique_ptr<Lane> lane);

  // Frees the memory of all idle lanes.
  void clear();

 private:
  std::mutex mutex_;
  std::list<std::unique_ptr<Lane>> idle_;  // most recently used first
};

}  // namespace bgcut::segment
