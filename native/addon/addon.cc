// The module's exports: NativeAddon of lib/native.ts. Nothing outside this folder knows N-API.
#include <napi.h>

#include <functional>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "addon/engine_wrap.h"
#include "addon/environment.h"
#include "addon/read_plan.h"
#include "core/cpus.h"
#include "core/memory.h"
#include "image/versions.h"
#include "segment/nvidia.h"
#include "segment/runtime.h"

namespace bgcut::addon {

namespace {

Napi::Value load_runtime(const Napi::CallbackInfo& info) {
  try {
    const segment::OwnProvider own{info[1].As<Napi::String>().Utf8Value(),
                                   info[2].As<Napi::String>().Utf8Value()};
    const std::string version = segment::load_runtime(info[0].As<Napi::String>().Utf8Value(), own);
    Environment::stop_at_exit();
    return Napi::String::New(info.Env(), version);
  } catch (const Error& error) {
    throw to_js(info.Env(), error);
  }
}

Napi::Value shutdown(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).shutdown();
  return info.Env().Undefined();
}

Napi::Value use_cpus(const Napi::CallbackInfo& info) {
  bgcut::use_cpus(info[0].As<Napi::Number>().Int32Value());
  return info.Env().Undefined();
}

Napi::Value versions(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto value = Napi::Object::New(env);
  value.Set("libvips", image::library_version());
  const std::string runtime = segment::runtime_version();
  value.Set("onnxruntime",
            runtime.empty() ? env.Null() : Napi::String::New(env, runtime).As<Napi::Value>());
  return value;
}

Napi::Value probe_provider(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto device = read_device(info[0]);
  const auto bytes = info[1].As<Napi::Uint8Array>();
  const std::vector<uint8_t> model(bytes.Data(), bytes.Data() + bytes.ByteLength());
  auto& environment = Environment::of(env);
  return environment.run(env, environment.loads(), [device, model]() -> MakeValue {
    const std::string reason = segment::why_unavailable(device, model);
    return [reason](Napi::Env js) -> Napi::Value {
      auto value = Napi::Object::New(js);
      value.Set("ok", reason.empty());
      if (!reason.empty()) value.Set("reason", reason);
      return value;
    };
  });
}

// { gpu, tensorrt } or null: TensorRtTarget.
Napi::Value find_tensorrt(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto& environment = Environment::of(env);
  return environment.run(env, environment.loads(), []() -> MakeValue {
    const auto target = segment::find_tensorrt();
    return [target](Napi::Env js) -> Napi::Value {
      if (!target) return js.Null();
      auto value = Napi::Object::New(js);
      value.Set("gpu", target->gpu);
      value.Set("tensorrt", target->tensorrt);
      return value;
    };
  });
}

using DetectorPointer = std::shared_ptr<const segment::Detector>;

// What opens a detector; it gives null where that fails, which is told when a call first needs it.
std::function<DetectorPointer()> detector_opener(const Napi::Object& options) {
  const ModelConfig model = read_model_config(options);
  const segment::Placement placement = read_placement(options);
  return [model, placement]() -> DetectorPointer {
    try {
      return std::make_shared<segment::Detector>(segment::Detector{
          segment::open_session(model.file, placement, model.contract), model.contract});
    } catch (const std::exception&) {
      return nullptr;
    }
  };
}

Napi::Value create_engine(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto options = info[0].As<Napi::Object>();
  const ModelConfig model = read_model_config(options);
  const segment::Placement placement = read_placement(options);
  const int concurrency = options.Get("concurrency").As<Napi::Number>().Int32Value();
  std::function<DetectorPointer()> open_detector = [] { return nullptr; };
  if (options.Has("detector")) {
    open_detector = detector_opener(options.Get("detector").As<Napi::Object>());
  }
  auto& environment = Environment::of(env);
  return environment.run(
      env, environment.loads(), [model, placement, concurrency, open_detector]() -> MakeValue {
        // Loading a model keeps one CPU busy. Why a GPU can't be used is told to ONNX Runtime's log
        // only (take_runtime_log()), which nobody else may empty meanwhile.
        const auto when =
            placement.device == segment::Device::kCpu ? std::launch::async : std::launch::deferred;
        auto detector = std::async(when, open_detector);
        auto session = segment::open_session(model.file, placement, model.contract);
        Model loaded{std::move(session), model.contract, detector.get()};
        auto engine = std::make_shared<Engine>(std::move(loaded), placement.threads, concurrency);
        return [engine](Napi::Env js) { return EngineWrap::make(js, engine); };
      });
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  tame_allocator();
  env.SetInstanceData(new Environment(env));
  PictureWrap::define(env);
  EngineWrap::define(env);
  exports.Set("loadRuntime", Napi::Function::New(env, load_runtime));
  exports.Set("useCpus", Napi::Function::New(env, use_cpus));
  exports.Set("shutdown", Napi::Function::New(env, shutdown));
  exports.Set("versions", Napi::Function::New(env, versions));
  exports.Set("probeProvider", Napi::Function::New(env, probe_provider));
  exports.Set("findTensorRt", Napi::Function::New(env, find_tensorrt));
  exports.Set("createEngine", Napi::Function::New(env, create_engine));
  return exports;
}

}  // namespace

NODE_API_MODULE(bgcut, init)

}  // namespace bgcut::addon
