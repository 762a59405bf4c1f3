#include "segment/session.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <utility>

#include "core/memory.h"
#include "segment/convnet_provider.h"
#include "segment/runtime.h"
#include "segment/session_options.h"

namespace bgcut::segment {

namespace {

constexpr const char* kOnnxRuntime = "onnxruntime";

Device device_of(const std::string& provider) {
  static const std::map<std::string, Device> devices{
      {"CUDAExecutionProvider", Device::kCuda},
      {"TensorrtExecutionProvider", Device::kTensorRt},
      {"DmlExecutionProvider", Device::kDirectMl},
      {"CoreMLExecutionProvider", Device::kCoreMl},
      {"WebGpuExecutionProvider", Device::kWebGpu},
  };
  const auto found = devices.find(provider);
  return found == devices.end() ? Device::kCpu : found->second;
}

// Runs at a time on a GPU of NVIDIA: IS-Net took 10, 8 and 6 ms of an H200 each, for 1, 2 and 4.
constexpr int kMostOnNvidia = 4;

bool is_nvidia(Device device) {
  return device == Device::kCuda || device == Device::kTensorRt;
}

// Of all sessions on a device that does one thing at a time; null on others.
Turns* one_at_a_time(Device device) {
  static auto* const webgpu = new Turns(1);  // outlive every static destructor
  static auto* const directml = new Turns(1);
  if (device == Device::kWebGpu) return webgpu;
  return device == Device::kDirectMl ? directml : nullptr;
}

}  // namespace

Session::Session(const std::string& file, const Placement& placement, const Contract& contract)
    : file_(file),
      placement_(placement),
      input_name_(contract.input_name),
      few_at_a_time_(placement.gpu_memory_limit > 0 ? 1 : kMostOnNvidia),
      turns_(is_nvidia(placement.device) ? &few_at_a_time_ : one_at_a_time(placement.device)),
      kernels_(kOnnxRuntime) {
  const Turn held(turns_);
  open();
  std::map<Device, int> counts;
  for (const auto& part : session_.GetEpGraphAssignmentInfo()) {
    counts[device_of(part.GetEpName())] += static_cast<int>(part.GetNodes().size());
    if (std::string(part.GetEpName()) != kConvnetProvider) continue;
    kernels_ = convnet_kernels({placement.half, placement.bfloat16});
  }
  for (const auto& [device, count] : counts) nodes_.push_back({device, count});
  // Loading rewrites the weights for the CPU's kernels and frees the originals, which glibc
  // keeps: without this the process stays 220 MB larger (IS-Net).
  return_free_memory();
}

Session::~Session() {
  const Turn held(turns_);
  close();
}

Ort::Session& Session::get() {
  if (!session_) open();
  return session_;
}

void Session::open() {
  session_ = Ort::Session(environment(), std::filesystem::u8path(file_).c_str(),
                          session_options(placement_, input_name_));
  if (!is_nvidia(placement_.device)) return;
  const Ort::MemoryInfo pinned("CudaPinned", OrtDeviceAllocator, 0, OrtMemTypeCPUOutput);
  pinned_ = Ort::Allocator(session_, pinned);
}

void Session::close() {
  lanes_.clear();
  pinned_.reset();
  session_ = Ort::Session(nullptr);
}

namespace {

using Key = std::pair<std::string, Placement>;

struct Slot {
  std::mutex loading;  // two engines that start at once load one set of weights
  std::weak_ptr<Session> session;
};

std::shared_ptr<Slot> slot_of(const Key& key) {
  static std::mutex mutex;
  static auto* const slots = new std::map<Key, std::shared_ptr<Slot>>;
  const std::lock_guard lock(mutex);
  auto& slot = (*slots)[key];
  if (slot == nullptr) slot = std::make_shared<Slot>();
  return slot;
}

bool has_name(const std::vector<std::string>& names, const std::string& wanted) {
  return std::find(names.begin(), names.end(), wanted) != names.end();
}

void check_contract(Ort::Session& session, const Contract& contract) {
  if (!has_name(session.GetInputNames(), contract.input_name)) {
    throw Error(Code::kModelInvalid, "the model has no input named " + contract.input_name);
  }
  if (session.GetInputCount() != 1) {
    throw Error(Code::kModelInvalid, "the model has more than one input");
  }
  if (!has_name(session.GetOutputNames(), contract.output_name)) {
    throw Error(Code::kModelInvalid, "the model has no output named " + contract.output_name);
  }
  const auto info = session.GetInputTypeInfo(0);  // owns what the next line only views
  const auto type = info.GetTensorTypeAndShapeInfo();
  if (type.GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT || type.GetShape().size() != 4) {
    throw Error(Code::kModelInvalid, "the model's input isn't a float32 tensor [1,n,h,w]");
  }
}

}  // namespace

std::shared_ptr<Session> open_session(const std::string& file, const Placement& placement,
                                      const Contract& contract) {
  const auto slot = slot_of({file, placement});
  const std::lock_guard lock(slot->loading);
  try {
    take_runtime_log();
    auto session = slot->session.lock();
    if (session == nullptr) {
      session = std::make_shared<Session>(file, placement, contract);
      slot->session = session;
    }
    const Turn held(session->turns());
    check_contract(session->get(), contract);
    return session;
  } catch (const Ort::Exception& error) {
    const std::string cause = plain_reason(error.what(), take_runtime_log());
    if (is_out_of_memory(error.what())) throw Error(Code::kOutOfMemory, cause);
    // A provider that loads and then fails on the graph is still a provider that can't be used.
    throw Error(placement.device == Device::kCpu ? Code::kModelInvalid : Code::kProviderUnavailable,
                cause);
  }
}

std::vector<NodeCount> nodes_of(const Session& session) {
  return session.nodes();
}

std::string kernels_of(const Session& session) {
  return session.kernels();
}

bool keeps_all_threads(const Session& session) {
  return session.on_cpu() && session.kernels() == kOnnxRuntime;
}

}  // namespace bgcut::segment
