#include "core/watchdog.h"

#include <utility>

namespace bgcut {

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Watchdog::watch(std::weak_ptr<CancelToken> token, Clock::time_point deadline,
                     std::function<void()> on_expiry) {
  const std::lock_guard lock(mutex_);
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  // Finished requests leave their entry behind: dropped here, so that it can't pile up.
  std::erase_if(entries_, [](const auto& entry) { return entry.second.token.expired(); });
  entries_.emplace(deadline, Entry{std::move(token), std::move(on_expiry)});
  wake_.notify_all();
}

void Watchdog::work() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    if (entries_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const auto next = entries_.begin()->first;
    if (Clock::now() < next) {
      wake_.wait_until(lock, next);
      continue;
    }
    const Entry entry = std::move(entries_.begin()->second);
    entries_.erase(entries_.begin());
    lock.unlock();
    if (const auto token = entry.token.lock(); token != nullptr && token->cancel(Code::kTimeout)) {
      entry.on_expiry();
    }
    lock.lock();
  }
}

}  // namespace bgcut
