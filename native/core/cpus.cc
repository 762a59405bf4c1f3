#include "core/cpus.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace bgcut {

namespace {

struct Waiter {
  int count;
  bool granted = false;
};

class Cpus {
 public:
  // Never destroyed: engines may end after static objects do.
  static Cpus& of_process() {
    static auto* const instance = new Cpus;
    return *instance;
  }

  void resize(int count) {
    const std::lock_guard lock(mutex_);
    free_ += count - total_;
    total_ = count;
    grant();
  }

  // Gives `returned` back, which are the caller's next if nobody goes before, waits for `count` and
  // returns how many it got: all there are, where that is fewer; none where the token was stopped
  // first.
  int take(int count, int returned, Rank rank, CancelToken& token) {
    const CancelToken::Interrupt interrupt(token, [this] {
      const std::lock_guard lock(mutex_);
      granted_.notify_all();
    });
    std::unique_lock lock(mutex_);
    Waiter waiter{count};
    const auto entry = waiting_.emplace(rank, &waiter);
    free_ += returned;
    grant();
    granted_.wait(lock, [&] { return waiter.granted || token.stopped(); });
    if (waiter.granted) return waiter.count;
    waiting_.erase(entry);
    grant();
    return 0;
  }

  // What is idle although somebody waits is too little for the first in line, who also needs what
  // working threads hold: it may help these, which then give theirs back sooner.
  int take_idle(int most) {
    const std::lock_guard lock(mutex_);
    const int taken = std::clamp(most, 0, std::max(free_, 0));
    free_ -= taken;
    return taken;
  }

  void give(int count) {
    if (count == 0) return;
    const std::lock_guard lock(mutex_);
    free_ += count;
    grant();
  }

  int total() {
    const std::lock_guard lock(mutex_);
    return total_;
  }

  bool is_wanted_before(Rank rank) {
    const std::lock_guard lock(mutex_);
    return !waiting_.empty() && waiting_.begin()->first < rank;
  }

 private:
  // The first in line gets what it wants before anybody behind it gets anything: who wants many
  // would otherwise wait for ever.
  void grant() {
    while (!waiting_.empty()) {
      Waiter& first = *waiting_.begin()->second;
      first.count = std::min(first.count, total_);
      if (first.count > free_) return;
      free_ -= first.count;
      first.granted = true;
      waiting_.erase(waiting_.begin());
      granted_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable granted_;
  int total_ = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  int free_ = total_;  // below 0 after resize(), until enough has come back
  std::multimap<Rank, Waiter*> waiting_;
};

thread_local CpuShare* share_of_thread = nullptr;

}  // namespace

void use_cpus(int count) {
  Cpus::of_process().resize(std::max(count, 1));
}

CpuShare::CpuShare(Rank rank, CancelToken& token) : rank_(rank), token_(token) {
  share_of_thread = this;
}

CpuShare::~CpuShare() {
  share_of_thread = nullptr;
  Cpus::of_process().give(held_);
}

void CpuShare::hold(int count) {
  Cpus& cpus = Cpus::of_process();
  const int wanted = std::min(count, cpus.total());
  if (wanted <= held_ && !cpus.is_wanted_before(rank_)) {
    cpus.give(held_ - wanted);
    held_ = wanted;
    return;
  }
  held_ = cpus.take(wanted, std::exchange(held_, 0), rank_, token_);
  if (held_ == 0) token_.check();
}

SpareCpus::SpareCpus(int most) : share_(share_of_thread) {
  if (most <= 0) return;
  if (share_ != nullptr) {
    own_ = std::clamp(share_->held_ - 1 - share_->lent_, 0, most);
    share_->lent_ += own_;
  }
  idle_ = Cpus::of_process().take_idle(most - own_);
}

SpareCpus::~SpareCpus() {
  if (share_ != nullptr) share_->lent_ -= own_;
  Cpus::of_process().give(idle_);
}

}  // namespace bgcut
