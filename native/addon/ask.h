// A question from an engine's thread to JavaScript.
#pragma once

#include <napi.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>

#include "addon/environment.h"
#include "core/cancel.h"

namespace bgcut::addon {

// Runs `call` on the JavaScript thread and waits for what it returns. Throws the token's reason as
// soon as that is cancelled (then nobody reads the answer any more), or kInternalError with the
// message of what `call` threw. Never to be called on the JavaScript thread itself.
template <typename Answer, typename Call>
Answer ask_javascript(Environment& environment, CancelToken& token, Call call) {
  struct Exchange {
    std::mutex mutex;
    std::condition_variable answered;
    std::optional<std::variant<Answer, Error>> answer;
  };
  // Shared: the call may come when the one who asked is gone.
  const auto exchange = std::make_shared<Exchange>();
  environment.post([exchange, call = std::move(call)](Napi::Env env) {
    std::optional<std::variant<Answer, Error>> answer;
    try {
      answer.emplace(call(env));
    } catch (const Napi::Error& error) {
      answer.emplace(Error(Code::kInternalError, error.Message()));
    } catch (...) {
      answer.emplace(current_error());
    }
    const std::lock_guard lock(exchange->mutex);
    exchange->answer = std::move(answer);
    exchange->answered.notify_all();
  });
  const CancelToken::Interrupt interrupt(token, [exchange] {
    const std::lock_guard lock(exchange->mutex);
    exchange->answered.notify_all();
  });
  std::unique_lock lock(exchange->mutex);
  exchange->answered.wait(lock, [&] { return exchange->answer.has_value() || token.stopped(); });
  if (!exchange->answer) {
    lock.unlock();  // the token's own lock comes first, as in its hook
    token.check();
  }
  if (const auto* const error = std::get_if<Error>(&*exchange->answer)) throw *error;
  return std::get<Answer>(std::move(*exchange->answer));
}

}  // namespace bgcut::addon
