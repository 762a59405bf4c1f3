#include "core/cancel.h"

#include <utility>

namespace bgcut {

bool CancelToken::cancel(Code reason) {
  const std::lock_guard lock(mutex_);
  if (stopped()) return false;
  reason_ = reason;
  stopped_.store(true, std::memory_order_release);
  // Run under the lock: an Interrupt can't be destroyed while its hook runs.
  for (const auto& hook : hooks_) hook();
  return true;
}

void CancelToken::check() const {
  if (!stopped()) return;
  const std::lock_guard lock(mutex_);
  throw Error(reason_, "stopped");
}

CancelToken::Interrupt::Interrupt(CancelToken& token, std::function<void()> hook) : token_(token) {
  const std::lock_guard lock(token_.mutex_);
  if (token_.stopped()) hook();
  entry_ = token_.hooks_.insert(token_.hooks_.end(), std::move(hook));
}

CancelToken::Interrupt::~Interrupt() {
  const std::lock_guard lock(token_.mutex_);
  token_.hooks_.erase(entry_);
}

}  // namespace bgcut
