// What one JavaScript environment (the main thread, or a worker thread) needs of the addon: its
// threads for small work, and the one way by which results come back to JavaScript.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "core/engine.h"
#include "core/worker_pool.h"

namespace bgcut::addon {

// Makes the JavaScript value of a result; runs on the JavaScript thread.
using MakeValue = std::function<Napi::Value(Napi::Env)>;

class Environment {
 public:
  explicit Environment(Napi::Env env);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  static Environment& of(Napi::Env env);

  // A promise that native code will settle. While one is open the process stays alive.
  class Pending {
   public:
    explicit Pending(Napi::Env env) : deferred(env) {}
    Napi::Promise::Deferred deferred;
    // Objects that must live until then.
    Napi::ObjectReference owner;
    Napi::FunctionReference callback;
  };
  // JavaScript thread only. The pointer is owned by whoever settles it, exactly once.
  Pending* open_promise(Napi::Env env);
  // Any thread. `make_value` may throw bgcut::Error, which rejects.
  void settle(Pending* pending, MakeValue make_value);
  void reject(Pending* pending, const Error& error);

  // Any thread: runs `call`, which must not throw, on the JavaScript thread, in the order of
  // posting.
  void post(std::function<void(Napi::Env)> call);

  // Runs `work` on `pool`; it returns a MakeValue or throws.
  Napi::Promise run(Napi::Env env, WorkerPool& pool, std::function<MakeValue()> work);

  // Header probes: short, so that bad input is refused at once even while every engine is busy.
  WorkerPool& probes() { return probes_; }
  // Loading models and disposing engines: rare and slow.
  WorkerPool& loads() { return loads_; }

  // Engines of this environment end with it.
  void add(const std::shared_ptr<Engine>& engine);

  Napi::FunctionReference engine_class;
  Napi::FunctionReference picture_class;

  // Stops all engines and threads of this environment, and waits for them. Called before the
  // environment ends: by lib/native.ts on the process' exit event, and by the cleanup hook.
  // Idempotent.
  void shutdown();

  // To be called once ONNX Runtime is loaded: where no exit event comes (process.reallyExit), all
  // threads are stopped at exit, before the static objects that the runtime has by then.
  static void stop_at_exit();

 private:
  static void on_exit();

  Napi::ThreadSafeFunction call_js_;
  int open_promises_ = 0;  // JavaScript thread only
  std::mutex mutex_;
  std::set<std::weak_ptr<Engine>, std::owner_less<>> engines_;
  WorkerPool probes_{1};
  WorkerPool loads_{1};
};

// A JavaScript Error with the code of `error`; its message is the private cause.
Napi::Error to_js(Napi::Env env, const Error& error);

}  // namespace bgcut::addon
