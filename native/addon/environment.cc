#include "addon/environment.h"

#include <atomic>
#include <cstdlib>
#include <utility>

namespace bgcut::addon {

namespace {

struct Environments {
  std::mutex mutex;
  std::set<Environment*> all;
};

Environments& environments() {
  static auto* const instance = new Environments;  // outlives every static destructor
  return *instance;
}

// Set at the process' exit: nothing may be told to JavaScript any more.
std::atomic<bool> exiting{false};

}  // namespace

Environment::Environment(Napi::Env env) {
  call_js_ = Napi::ThreadSafeFunction::New(
      env, Napi::Function::New(env, [](const Napi::CallbackInfo&) {}), "bgcut", 0, 1);
  call_js_.Unref(env);  // an idle engine doesn't keep the process alive
  {
    const std::lock_guard lock(environments().mutex);
    environments().all.insert(this);
  }
  // Hooks run in reverse order: ours, added after the thread-safe function's own, runs first, so
  // that no thread of ours is left that could call a function that is gone.
  env.AddCleanupHook([](Environment* self) { self->shutdown(); }, this);
}

Environment::~Environment() {
  const std::lock_guard lock(environments().mutex);
  environments().all.erase(this);
}

Environment& Environment::of(Napi::Env env) {
  return *env.GetInstanceData<Environment>();
}

Environment::Pending* Environment::open_promise(Napi::Env env) {
  if (open_promises_++ == 0) call_js_.Ref(env);
  return new Pending(env);
}

void Environment::post(std::function<void(Napi::Env)> call) {
  if (exiting) return;
  call_js_.NonBlockingCall([call = std::move(call)](Napi::Env env, Napi::Function) {
    try {
      const Napi::HandleScope scope(env);
      call(env);
    } catch (...) {
      // The environment is ending (its worker is terminated, or the process exits): JavaScript
      // can't run any more, and nobody is left to tell.
    }
  });
}

void Environment::settle(Pending* pending, MakeValue make_value) {
  // The callback may never run (the environment closes first): then `pending`, which holds
  // references that only the JavaScript thread could drop, goes with the environment.
  post([this, pending, make_value = std::move(make_value)](Napi::Env env) {
    const std::unique_ptr<Pending> owned(pending);
    try {
      owned->deferred.Resolve(make_value(env));
    } catch (const Error& error) {
      owned->deferred.Reject(to_js(env, error).Value());
    } catch (const Napi::Error& error) {
      owned->deferred.Reject(error.Value());
    }
    if (--open_promises_ == 0) call_js_.Unref(env);
  });
}

void Environment::reject(Pending* pending, const Error& error) {
  settle(pending, [error](Napi::Env) -> Napi::Value { throw error; });
}

Napi::Promise Environment::run(Napi::Env env, WorkerPool& pool, std::function<MakeValue()> work) {
  Pending* const pending = open_promise(env);
  const Napi::Promise promise = pending->deferred.Promise();
  const bool posted = pool.post([this, pending, work = std::move(work)] {
    try {
      settle(pending, work());
    } catch (...) {
      reject(pending, current_error());
    }
  });
  if (!posted) reject(pending, Error(Code::kEngineDisposed, "the environment is closing"));
  return promise;
}

void Environment::add(const std::shared_ptr<Engine>& engine) {
  const std::lock_guard lock(mutex_);
  std::erase_if(engines_, [](const auto& other) { return other.expired(); });
  engines_.insert(engine);
}

void Environment::shutdown() {
  std::set<std::weak_ptr<Engine>, std::owner_less<>> engines;
  {
    const std::lock_guard lock(mutex_);
    engines.swap(engines_);
  }
  for (const auto& weak : engines) {
    if (const auto engine = weak.lock()) engine->shutdown();
  }
  probes_.shutdown();
  loads_.shutdown();
}

void Environment::stop_at_exit() {
  static std::once_flag once;
  std::call_once(once, [] { std::atexit(on_exit); });
}

void Environment::on_exit() {
  exiting = true;
  Engine::shutdown_all();
  const std::lock_guard lock(environments().mutex);
  for (Environment* const environment : environments().all) environment->shutdown();
}

Napi::Error to_js(Napi::Env env, const Error& error) {
  Napi::Error value = Napi::Error::New(env, error.what());
  value.Set("code", Napi::String::New(env, code_name(error.code())));
  return value;
}

}  // namespace bgcut::addon
