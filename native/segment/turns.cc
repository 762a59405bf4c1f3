#include "segment/turns.h"

#include <optional>
#include <utility>

namespace bgcut::segment {

void Turns::take(CancelToken* token) {
  std::optional<CancelToken::Interrupt> interrupt;
  if (token != nullptr) {
    interrupt.emplace(*token, [this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
  }
  const auto stopped = [token] { return token != nullptr && token->stopped(); };
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return taken_ < most_ || stopped(); });
  if (!stopped()) {
    ++taken_;
    return;
  }
  lock.unlock();
  token->check();
}

void Turns::give_back() {
  const std::lock_guard lock(mutex_);
  --taken_;
  changed_.notify_all();
}

void Turns::narrow() {
  const std::lock_guard lock(mutex_);
  most_ = 1;
}

Turn::Turn(Turns* turns, CancelToken* token) : turns_(turns) {
  if (turns_ != nullptr) {
    turns_->take(token);
  } else if (token != nullptr) {
    token->check();
  }
}

Turn::~Turn() {
  if (turns_ != nullptr) turns_->give_back();
}

void Turn::alone(CancelToken& token) {
  if (turns_ == nullptr) return;
  Turns* const turns = std::exchange(turns_, nullptr);
  turns->narrow();
  turns->give_back();  // two that want this at once would wait for each other
  turns->take(&token);
  turns_ = turns;
}

}  // namespace bgcut::segment
