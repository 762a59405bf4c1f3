#include "segment/lane.h"

#include <algorithm>
#include <utility>

namespace bgcut::segment {

namespace {

// Enough for a few workers at the two sizes that a model is fed; a detector sees many more.
constexpr size_t kMostIdle = 8;

Ort::MemoryInfo host_memory() {
  return Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
}

}  // namespace

Lane::Lane(Ort::Session& session, LaneKey key, Ort::Allocator* pinned)
    : session_(session), key_(std::move(key)), pinned_(pinned), binding_(session) {
  if (pinned_ != nullptr) {
    input_ = Ort::Value::CreateTensor<float>(*pinned_, key_.shape.data(), key_.shape.size());
    binding_.BindInput(key_.input_name.c_str(), input_);
  }
}

const Ort::Value& Lane::run(const Floats& input, const Ort::RunOptions& options) {
  if (pinned_ != nullptr) {
    std::copy(input.begin(), input.end(), input_.GetTensorMutableData<float>());
    // A value for the device is copied when it is bound, so it is bound anew.
    binding_.BindInput(key_.input_name.c_str(), input_);
  } else {
    const auto borrowed =
        Ort::Value::CreateTensor<float>(host_memory(), const_cast<float*>(input.data()),
                                        input.size(), key_.shape.data(), key_.shape.size());
    binding_.BindInput(key_.input_name.c_str(), borrowed);
  }
  const bool first = !output_;
  if (first) binding_.BindOutput(key_.output_name.c_str(), host_memory());
  session_.Run(options, binding_);
  if (first) bind_output(binding_.GetOutputValues().front());
  binding_.ClearBoundInputs();
  return output_;
}

// The first result lies in ONNX Runtime's arena, whose memory goes back to the system between
// requests: what is kept must not lie there.
void Lane::bind_output(const Ort::Value& first) {
  const auto info = first.GetTensorTypeAndShapeInfo();
  const auto shape = info.GetShape();
  const size_t bytes = first.GetTensorSizeInBytes();
  void* memory = nullptr;
  if (pinned_ != nullptr) {
    pinned_output_ = pinned_->GetAllocation(bytes);
    memory = pinned_output_->get();
  } else {
    memory_.resize(bytes);
    memory = memory_.data();
  }
  // Pinned memory is bound as any other of the host: bound by its own name it makes the run fail,
  // for ONNX Runtime 1.30 then wants to copy it onto itself ("dst_data != src_data was false").
  output_ = Ort::Value::CreateTensor(host_memory(), memory, bytes, shape.data(), shape.size(),
                                     info.GetElementType());
  const auto* const from = static_cast<const uint8_t*>(first.GetTensorRawData());
  std::copy(from, from + bytes, static_cast<uint8_t*>(output_.GetTensorMutableRawData()));
  binding_.BindOutput(key_.output_name.c_str(), output_);
}

std::unique_ptr<Lane> Lanes::take(Ort::Session& session, const LaneKey& key,
                                  Ort::Allocator* pinned) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(idle_.begin(), idle_.end(),
                                    [&key](const auto& lane) { return lane->key() == key; });
    if (found != idle_.end()) {
      auto lane = std::move(*found);
      idle_.erase(found);
      return lane;
    }
  }
  return std::make_unique<Lane>(session, key, pinned);
}

void Lanes::give_back(std::unique_ptr<Lane> lane) {
  const std::lock_guard lock(mutex_);
  idle_.push_front(std::move(lane));
  if (idle_.size() > kMostIdle) idle_.pop_back();
}

void Lanes::clear() {
  const std::lock_guard lock(mutex_);
  idle_.clear();
}

}  // namespace bgcut::segment
