// Stopping a request: by its AbortSignal, by its deadline, or because its engine goes away.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <mutex>

#include "core/status.h"

namespace bgcut {

using Clock = std::chrono::steady_clock;

inline double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Shared by the thread that works and the threads that may stop it. The first reason wins.
class CancelToken {
 public:
  CancelToken() = default;
  CancelToken(const CancelToken&) = delete;
  CancelToken& operator=(const CancelToken&) = delete;

  // Stops the work with `reason`. Returns false when it was stopped before.
  bool cancel(Code reason);

  // True once stopped. Cheap: one atomic load.
  bool stopped() const { return stopped_.load(std::memory_order_acquire); }

  // Throws Error(reason) once stopped. Called between stages.
  void check() const;

  // While an Interrupt lives, its hook runs at most once, on the thread that cancels; if the token
  // is stopped already it runs at once. The hook must be quick and must not throw.
  class Interrupt {
   public:
    Interrupt(CancelToken& token, std::function<void()> hook);
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

   private:
    CancelToken& token_;
    std::list<std::function<void()>>::iterator entry_;
  };

 private:
  std::atomic<bool> stopped_{false};
  mutable std::mutex mutex_;
  Code reason_ = Code::kAborted;
  std::list<std::function<void()>> hooks_;
};

}  // namespace bgcut
