#include "addon/engine_wrap.h"

#include <utility>
#include <vector>

#include "addon/ask.h"
#include "addon/read_plan.h"
#include "addon/read_value.h"

namespace bgcut::addon {

namespace {

const char* format_name(Format format) {
  switch (format) {
    case Format::kPng:
      return "png";
    case Format::kJpg:
      return "jpg";
    case Format::kWebp:
      return "webp";
    case Format::kZip:
      return "zip";
  }
  return "";
}

// Hands the encoder's memory to JavaScript without copying it.
Napi::Value to_buffer(Napi::Env env, image::Encoded& encoded) {
  const auto free = encoded.data.get_deleter();
  return Napi::Buffer<uint8_t>::NewOrCopy(env, encoded.data.release(), encoded.length,
                                          [free](Napi::Env, uint8_t* data) { free(data); });
}

Napi::Value to_js(Napi::Env env, Finished& finished) {
  Result& result = finished.result;
  auto value = Napi::Object::New(env);
  value.Set("format", format_name(result.format));
  value.Set("data", to_buffer(env, result.data));
  if (result.alpha) value.Set("alpha", to_buffer(env, *result.alpha));
  value.Set("width", result.size.width);
  value.Set("height", result.size.height);
  value.Set("foreground", box_to_js(env, result.foreground));
  auto timings = Napi::Object::New(env);
  timings.Set("queue", finished.queue_ms);
  for (size_t i = 0; i < kStageNames.size(); ++i) timings.Set(kStageNames[i], result.stage_ms[i]);
  timings.Set("total", finished.total_ms);
  value.Set("timings", timings);
  return value;
}

// TypeEvidence of lib/foreground/evidence.ts.
Napi::Value evidence_to_js(Napi::Env env, const segment::Evidence& evidence) {
  auto value = Napi::Object::New(env);
  if (evidence.objects) {
    auto scores = Napi::Array::New(env, evidence.objects->size());
    uint32_t index = 0;
    for (const float score : *evidence.objects) scores.Set(index++, score);
    value.Set("objects", scores);
  } else {
    value.Set("objects", env.Null());
  }
  value.Set("flat", evidence.flat);
  value.Set("palette", evidence.palette);
  value.Set("jumps", evidence.jumps);
  value.Set("clean", evidence.clean);
  value.Set("plain", evidence.plain);
  value.Set("left", evidence.left);
  value.Set("top", evidence.top);
  value.Set("width", evidence.width);
  value.Set("height", evidence.height);
  value.Set("cover", evidence.cover);
  return value;
}

Napi::Value to_js(Napi::Env env, const Subject& subject) {
  auto value = Napi::Object::New(env);
  value.Set("frame", size_to_js(env, subject.frame));
  value.Set("box", box_to_js(env, subject.box));
  value.Set("transparent", subject.transparent);
  value.Set("boxTransparent", subject.box_transparent);
  if (subject.evidence) value.Set("evidence", evidence_to_js(env, *subject.evidence));
  return value;
}

Layout read_layout(const Napi::Object& composition) {
  Layout layout{read_composition(composition), nullptr};
  const Napi::Value background = composition.Get("background");
  if (background.IsObject() && background.As<Napi::Object>().Has("picture")) {
    layout.background =
        PictureWrap::Unwrap(read_object(background.As<Napi::Object>(), "picture"))->take();
  }
  return layout;
}

template <typename T>
Napi::Value make_wrapped(Napi::Env env, const Napi::FunctionReference& constructor, T* native) {
  return constructor.New({Napi::External<T>::New(env, native)});
}

// Loads the model of the first argument off the main thread and hands it to `use`, there too.
template <typename Use>
Napi::Value load(const Napi::CallbackInfo& info, Use use) {
  const auto options = info[0].As<Napi::Object>();
  const ModelConfig config = read_model_config(options);
  const segment::Placement placement = read_placement(options);
  auto& environment = Environment::of(info.Env());
  return environment.run(
      info.Env(), environment.loads(), [use = std::move(use), config, placement]() -> MakeValue {
        use(segment::open_session(config.file, placement, config.contract), config.contract);
        return [](Napi::Env env) { return env.Undefined(); };
      });
}

}  // namespace

void PictureWrap::define(Napi::Env env) {
  Environment::of(env).picture_class = Napi::Persistent(DefineClass(env, "NativePicture", {}));
}

Napi::Value PictureWrap::make(Napi::Env env, std::unique_ptr<image::Picture> picture) {
  auto header = Napi::Object::New(env);
  header.Set("format", image::input_format_name(picture->header.format));
  header.Set("width", picture->header.size.width);
  header.Set("height", picture->header.size.height);
  header.Set("hasAlpha", picture->header.has_alpha);
  auto value = make_wrapped(env, Environment::of(env).picture_class, &picture).As<Napi::Object>();
  value.Set("header", header);
  return value;
}

PictureWrap::PictureWrap(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  picture_ = std::move(*info[0].As<Napi::External<std::unique_ptr<image::Picture>>>().Data());
}

std::unique_ptr<image::Picture> PictureWrap::take() {
  if (picture_ == nullptr)
    throw Napi::Error::New(Env(), "the picture was consumed by an earlier run");
  return std::move(picture_);
}

void EngineWrap::define(Napi::Env env) {
  Environment::of(env).engine_class = Napi::Persistent(DefineClass(
      env, "NativeEngine",
      {InstanceMethod("open", &EngineWrap::open), InstanceMethod("run", &EngineWrap::run),
       InstanceMethod("useModel", &EngineWrap::use_model),
       InstanceMethod("nodes", &EngineWrap::nodes), InstanceMethod("kernels", &EngineWrap::kernels),
       InstanceMethod("useDetector", &EngineWrap::use_detector),
       InstanceMethod("useMatting", &EngineWrap::use_matting),
       InstanceMethod("infer", &EngineWrap::infer),
       InstanceMethod("dispose", &EngineWrap::dispose)}));
}

Napi::Value EngineWrap::make(Napi::Env env, std::shared_ptr<Engine> engine) {
  Environment::of(env).add(engine);
  return make_wrapped(env, Environment::of(env).engine_class, &engine);
}

EngineWrap::EngineWrap(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  engine_ = *info[0].As<Napi::External<std::shared_ptr<Engine>>>().Data();
}

Napi::Value EngineWrap::open(const Napi::CallbackInfo& info) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  const auto limits = info[1].As<Napi::Object>();
  const int64_t max_pixels = limits.Get("maxPixels").As<Napi::Number>().Int64Value();
  // Copied here, on the JavaScript thread, before the caller can touch its buffer again.
  auto copy =
      std::make_shared<std::vector<uint8_t>>(bytes.Data(), bytes.Data() + bytes.ByteLength());
  auto& environment = Environment::of(info.Env());
  return environment.run(info.Env(), environment.probes(), [copy, max_pixels]() -> MakeValue {
    auto picture = std::make_shared<std::unique_ptr<image::Picture>>(
        std::make_unique<image::Picture>(image::open_picture(std::move(*copy), max_pixels)));
    return [picture](Napi::Env env) { return PictureWrap::make(env, std::move(*picture)); };
  });
}

Napi::Value EngineWrap::run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto& environment = Environment::of(env);
  Request request;
  request.plan = read_plan(info[1].As<Napi::Object>());
  request.picture = PictureWrap::Unwrap(info[0].As<Napi::Object>())->take();
  auto* const pending = environment.open_promise(env);
  pending->owner = Napi::Persistent(info.This().As<Napi::Object>());
  pending->callback = Napi::Persistent(info[2].As<Napi::Function>());
  request.compose = [&environment, pending](const Subject& subject, CancelToken& token) {
    // `pending` is alive there: it goes only with the answer to the run, which is posted later.
    return ask_javascript<Layout>(environment, token, [pending, subject](Napi::Env js) {
      return read_layout(pending->callback.Call({to_js(js, subject)}).As<Napi::Object>());
    });
  };
  auto answer = Napi::Object::New(env);
  answer.Set("promise", pending->deferred.Promise());
  const auto job = engine_->submit(std::move(request), [&environment, pending](Outcome outcome) {
    // Shared because std::function must be copyable, and a result is not.
    const auto shared = std::make_shared<Outcome>(std::move(outcome));
    environment.settle(pending, [shared](Napi::Env js) -> Napi::Value {
      if (const auto* const error = std::get_if<Error>(shared.get())) throw *error;
      return to_js(js, std::get<Finished>(*shared));
    });
  });
  const auto cancel = [job, engine = std::weak_ptr(engine_)](const Napi::CallbackInfo& call) {
    const auto alive = engine.lock();
    if (alive == nullptr) return;
    const std::string reason = call[0].ToString().Utf8Value();
    alive->cancel(job, reason == code_name(Code::kTimeout) ? Code::kTimeout : Code::kAborted);
  };
  answer.Set("cancel", Napi::Function::New(env, cancel));
  return answer;
}

Napi::Value EngineWrap::use_model(const Napi::CallbackInfo& info) {
  return load(info, [engine = engine_](auto session, const segment::Contract& contract) {
    engine->use_model(std::move(session), contract);
  });
}

// Record<DeviceName, number>, without the devices that have none.
Napi::Value EngineWrap::nodes(const Napi::CallbackInfo& info) {
  auto value = Napi::Object::New(info.Env());
  for (const auto& [device, count] : engine_->nodes()) value.Set(device_name(device), count);
  return value;
}

Napi::Value EngineWrap::kernels(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), engine_->kernels());
}

Napi::Value EngineWrap::use_detector(const Napi::CallbackInfo& info) {
  return load(info, [engine = engine_](auto session, const segment::Contract& contract) {
    engine->use_detector(
        std::make_shared<segment::Detector>(segment::Detector{std::move(session), contract}));
  });
}

Napi::Value EngineWrap::use_matting(const Napi::CallbackInfo& info) {
  return load(info, [engine = engine_](auto session, const segment::Contract& contract) {
    engine->use_matting(std::make_shared<segment::MattingModel>(
        segment::MattingModel{std::move(session), contract}));
  });
}

Napi::Value EngineWrap::infer(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto& environment = Environment::of(env);
  const Size size{info[0].As<Napi::Number>().Int32Value(), info[1].As<Napi::Number>().Int32Value()};
  auto* const pending = environment.open_promise(env);
  pending->owner = Napi::Persistent(info.This().As<Napi::Object>());
  const Napi::Promise promise = pending->deferred.Promise();
  engine_->time_inference(size, [&environment, pending](std::variant<double, Error> outcome) {
    environment.settle(pending, [outcome](Napi::Env js) -> Napi::Value {
      if (const auto* const error = std::get_if<Error>(&outcome)) throw *error;
      return Napi::Number::New(js, std::get<double>(outcome));
    });
  });
  return promise;
}

Napi::Value EngineWrap::dispose(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  return environment.run(info.Env(), environment.loads(), [engine = engine_]() -> MakeValue {
    engine->shutdown();
    return [](Napi::Env env) { return env.Undefined(); };
  });
}

}  // namespace bgcut::addon
