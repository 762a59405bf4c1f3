#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <tuple>

#include <onnxruntime_run_options_config_keys.h>
#include "core/memory.h"
#include "segment/model.h"
#include "segment/runtime.h"
#include "segment/session_options.h"

namespace bgcut::segment {

class Session {
 public:
  Session(const std::string& file, Device device, int threads)
      : session_(environment(), std::filesystem::u8path(file).c_str(),
                 session_options(device, threads)) {
    // Loading rewrites the weights for the CPU's kernels and frees the originals, which glibc
    // keeps: without this the process stays 220 MB larger (IS-Net).
    return_free_memory();
  }
  Ort::Session& get() { return session_; }

 private:
  Ort::Session session_;
};

namespace {

using Key = std::tuple<std::string, Device, int>;

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

std::shared_ptr<Session> load(const std::string& file, Device device, int threads) {
  try {
    take_runtime_log();
    return std::make_shared<Session>(file, device, threads);
  } catch (const Ort::Exception& error) {
    const std::string cause = plain_reason(error.what(), take_runtime_log());
    // A provider that loads and then fails on the graph is still a provider that can't be used.
    throw Error(device == Device::kCpu ? Code::kModelInvalid : Code::kProviderUnavailable, cause);
  }
}

// A float32 or float16 tensor as floats.
std::vector<float> read_floats(const Ort::Value& tensor, const Ort::TensorTypeAndShapeInfo& info) {
  const size_t count = info.GetElementCount();
  if (info.GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
    const auto* const data = tensor.GetTensorData<float>();
    return {data, data + count};
  }
  if (info.GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16) {
    throw Error(Code::kModelInvalid, "the model's output is neither float32 nor float16");
  }
  const auto* const data = tensor.GetTensorData<Ort::Float16_t>();
  std::vector<float> values(count);
  std::transform(data, data + count, values.begin(),
                 [](Ort::Float16_t half) { return half.ToFloat(); });
  return values;
}

void activate(std::vector<float>& values, Activation activation) {
  switch (activation) {
    case Activation::kNone:
      break;
    case Activation::kSigmoid:
      for (float& value : values) value = 1.0F / (1.0F + std::exp(-value));
      return;
    case Activation::kMinMax: {
      const auto [low, high] = std::minmax_element(values.begin(), values.end());
      const float base = *low;
      const float range = *high - base;
      for (float& value : values) value = range > 0 ? (value - base) / range : 0.0F;
      return;
    }
  }
  // NaN compares false with everything, so it becomes background.
  for (float& value : values) value = value > 0 ? std::min(value, 1.0F) : 0.0F;
}

}  // namespace

std::shared_ptr<Session> open_session(const std::string& file, Device device, int threads,
                                      const Contract& contract) {
  const auto slot = slot_of({file, device, threads});
  const std::lock_guard lock(slot->loading);
  auto session = slot->session.lock();
  if (session == nullptr) {
    session = load(file, device, threads);
    slot->session = session;
  }
  check_contract(session->get(), contract);
  return session;
}

Mask infer(Session& session, const Contract& contract, const Tensor& input, bool release_scratch,
           CancelToken& token, double& milliseconds) {
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const auto planes = static_cast<int64_t>(input.values.size()) / input.size.area();
  const int64_t shape[] = {1, planes, input.size.height, input.size.width};
  const auto tensor = Ort::Value::CreateTensor<float>(
      memory, const_cast<float*>(input.values.data()), input.values.size(), shape, 4);
  const char* input_names[] = {contract.input_name.c_str()};
  const char* output_names[] = {contract.output_name.c_str()};
  Ort::RunOptions options;
  if (release_scratch)
    options.AddConfigEntry(kOrtRunOptionsConfigEnableMemoryArenaShrinkage, "cpu:0");
  std::vector<Ort::Value> outputs;
  try {
    const CancelToken::Interrupt interrupt(token, [&options] { options.SetTerminate(); });
    const auto start = Clock::now();
    outputs = session.get().Run(options, input_names, &tensor, 1, output_names, 1);
    milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  } catch (const Ort::Exception& error) {
    token.check();
    throw Error(Code::kInferenceFailed, error.what());
  }
  if (release_scratch) return_free_memory();
  const auto info = outputs.front().GetTensorTypeAndShapeInfo();
  const auto dimensions = info.GetShape();
  if (dimensions.size() < 2) throw Error(Code::kModelInvalid, "the model's output isn't a mask");
  const Size size{static_cast<int>(dimensions.back()),
                  static_cast<int>(dimensions[dimensions.size() - 2])};
  if (size.area() != static_cast<int64_t>(info.GetElementCount())) {
    throw Error(Code::kModelInvalid, "the model's output isn't one mask");
  }
  Mask mask{read_floats(outputs.front(), info), size};
  activate(mask.values, contract.activation);
  return mask;
}

}  // namespace bgcut::segment
