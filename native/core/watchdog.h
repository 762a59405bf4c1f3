// Deadlines: one thread that cancels what runs out of time, also inside inference.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "core/cancel.h"

namespace bgcut {

class Watchdog {
 public:
  Watchdog() = default;
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Cancels `token` with kTimeout at `deadline`, if it still exists then and isn't stopped.
  // `on_expiry` runs on the watchdog's thread after that.
  void watch(std::weak_ptr<CancelToken> token, Clock::time_point deadline,
             std::function<void()> on_expiry);

 private:
  struct Entry {
    std::weak_ptr<CancelToken> token;
    std::function<void()> on_expiry;
  };
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<Clock::time_point, Entry> entries_;
  bool closing_ = false;
  std::thread thread_;  // started with the first deadline
};

}  // namespace bgcut
