// NativeEngine and NativePicture of lib/native.ts.
#pragma once

#include <napi.h>

#include <memory>

#include "addon/environment.h"
#include "core/engine.h"
#include "image/picture.h"

namespace bgcut::addon {

// An opened picture. Its first run consumes it, which frees its bytes as soon as they are decoded.
class PictureWrap : public Napi::ObjectWrap<PictureWrap> {
 public:
  static void define(Napi::Env env);
  static Napi::Value make(Napi::Env env, std::unique_ptr<image::Picture> picture);
  explicit PictureWrap(const Napi::CallbackInfo& info);
  // Throws a JavaScript error when it was consumed before.
  std::unique_ptr<image::Picture> take();

 private:
  std::unique_ptr<image::Picture> picture_;
};

class EngineWrap : public Napi::ObjectWrap<EngineWrap> {
 public:
  static void define(Napi::Env env);
  static Napi::Value make(Napi::Env env, std::shared_ptr<Engine> engine);
  explicit EngineWrap(const Napi::CallbackInfo& info);

 private:
  Napi::Value open(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value use_model(const Napi::CallbackInfo& info);
  Napi::Value nodes(const Napi::CallbackInfo& info);
  Napi::Value kernels(const Napi::CallbackInfo& info);
  Napi::Value use_detector(const Napi::CallbackInfo& info);
  Napi::Value use_matting(const Napi::CallbackInfo& info);
  Napi::Value infer(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  std::shared_ptr<Engine> engine_;
};

}  // namespace bgcut::addon
