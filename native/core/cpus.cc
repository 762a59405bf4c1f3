#include "core/cpus.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace bgcut {

namespace {

struct Waiter {
  int count;
  bool granted = false;
};

struct Task {
  const std::function<void()>& work;
  int to_start;
  int running = 0;
};

class Pool {
 public:
  // Never destroyed: helpers wait in it until the process ends.
  static Pool& instance() {
    static auto* const pool = new Pool;
    return *pool;
  }

  void resize(int count) {
    const std::lock_guard lock(mutex_);
    free_ += count - total_;
    total_ = count;
    grant();
  }

  // Waits for `count` CPUs and gives how many it got; 0 where the token was stopped first.
  int take(int count, Rank rank, CancelToken& token) {
    const CancelToken::Interrupt interrupt(token, [this] {
      const std::lock_guard lock(mutex_);
      granted_.notify_all();
    });
    std::unique_lock lock(mutex_);
    Waiter waiter{std::min(count, total_)};
    const auto entry = waiting_.emplace(rank, &waiter);
    grant();
    granted_.wait(lock, [&] { return waiter.granted || token.stopped(); });
    if (waiter.granted) return waiter.count;
    waiting_.erase(entry);
    grant();
    return 0;
  }

  int take_idle(int most) {
    const std::lock_guard lock(mutex_);
    if (!waiting_.empty()) return 0;
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

  void help(Task& task) {
    {
      const std::lock_guard lock(mutex_);
      for (int missing = task.to_start - idle_; missing > 0 && helpers_ < total_ - 1; --missing) {
        try {
          std::thread([this] { serve(); }).detach();
        } catch (const std::system_error&) {  // no thread to be had: the caller does it all
          break;
        }
        ++helpers_;
        ++idle_;
      }
      tasks_.push_back(&task);
      posted_.notify_all();
    }
    task.work();
    std::unique_lock lock(mutex_);
    std::erase(tasks_, &task);
    finished_.wait(lock, [&task] { return task.running == 0; });
  }

 private:
  // The first in line gets what it wants before anybody behind it gets anything: who wants many
  // would otherwise wait for ever.
  void grant() {
    while (!waiting_.empty()) {
      Waiter& first = *waiting_.begin()->second;
      // Where CPUs have become fewer meanwhile, all of them are enough.
      first.count = std::min(first.count, total_);
      if (first.count > free_) return;
      free_ -= first.count;
      first.granted = true;
      waiting_.erase(waiting_.begin());
      granted_.notify_all();
    }
  }

  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      posted_.wait(lock, [this] { return !tasks_.empty(); });
      Task& task = *tasks_.front();
      if (--task.to_start == 0) tasks_.pop_front();
      ++task.running;
      --idle_;
      lock.unlock();
      task.work();
      lock.lock();
      ++idle_;
      if (--task.running == 0) finished_.notify_all();
    }
  }

  std::mutex mutex_;
  int total_ = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  int free_ = total_;
  std::multimap<Rank, Waiter*> waiting_;
  std::condition_variable granted_;
  std::deque<Task*> tasks_;
  int helpers_ = 0;
  int idle_ = 0;
  std::condition_variable posted_;
  std::condition_variable finished_;
};

thread_local CpuShare* share_of_thread = nullptr;

}  // namespace

void use_cpus(int count) {
  Pool::instance().resize(std::max(count, 1));
}

CpuShare::CpuShare(Rank rank, CancelToken& token) : rank_(rank), token_(token) {
  share_of_thread = this;
}

CpuShare::~CpuShare() {
  share_of_thread = nullptr;
  Pool::instance().give(held_);
}

void CpuShare::hold(int count) {
  Pool& pool = Pool::instance();
  const int wanted = std::min(count, pool.total());
  if (wanted == held_) return;
  if (wanted < held_) {
    pool.give(held_ - wanted);
    held_ = wanted;
    return;
  }
  pool.give(std::exchange(held_, 0));
  held_ = pool.take(wanted, rank_, token_);
  if (held_ == 0) token_.check();
}

SpareCpus::SpareCpus(int most) : share_(share_of_thread) {
  if (most <= 0) return;
  if (share_ != nullptr) {
    own_ = std::clamp(share_->held_ - 1 - share_->lent_, 0, most);
    share_->lent_ += own_;
  }
  idle_ = Pool::instance().take_idle(most - own_);
}

SpareCpus::~SpareCpus() {
  if (share_ != nullptr) share_->lent_ -= own_;
  Pool::instance().give(idle_);
}

void with_helpers(int most, const std::function<void()>& work) {
  const SpareCpus spare(most);
  if (spare.count() == 0) {
    work();
    return;
  }
  Task task{work, spare.count()};
  Pool::instance().help(task);
}

}  // namespace bgcut
