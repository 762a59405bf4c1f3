#include "core/worker_pool.h"

#include <algorithm>
#include <utility>

#ifdef __linux__
#include <sys/resource.h>
#endif

#include "image/thread.h"

namespace bgcut {

namespace {

// How much less urgent than the thread that serves everybody: a nice value.
constexpr int kLessUrgent = 5;

// Where all cores are busy with pictures, the event loop of the process would wait for its turn
// among our threads. On Linux a nice value belongs to a thread; those that ours start (bands of
// rows, the pools of libvips and ONNX Runtime) inherit it. A machine that has nothing else to do is
// no slower. Elsewhere a priority means other things as well (which cores, other processes): left
// alone.
void give_way_to_event_loop() {
#ifdef __linux__
  const int own = getpriority(PRIO_PROCESS, 0);
  setpriority(PRIO_PROCESS, 0, own + kLessUrgent);  // refused or not: it runs
#endif
}

}  // namespace

bool WorkerPool::post(std::function<void()> task, Time rank, bool large) {
  const std::lock_guard lock(mutex_);
  if (closing_) return false;
  const auto queued = tasks_.emplace(rank, Task{std::move(task), large});
  if (static_cast<int>(threads_.size()) < size_) {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (...) {
      if (threads_.empty()) {  // nobody would ever run it
        tasks_.erase(queued);
        throw;
      }
    }
  }
  wake_.notify_one();
  return true;
}

// The first task that may start now.
WorkerPool::Queue::iterator WorkerPool::next() {
  const bool no_more_large = running_large_ >= std::max(size_ - 1, 1);
  return std::find_if(tasks_.begin(), tasks_.end(), [no_more_large](const auto& entry) {
    return !(entry.second.large && no_more_large);
  });
}

void WorkerPool::wait_for_task(std::unique_lock<std::mutex>& lock) {
  while (next() == tasks_.end() && !(closing_ && tasks_.empty())) {
    if (running_ > 0 || tidied_ == tidying_.size()) {
      wake_.wait(lock);
      continue;
    }
    const Tidying& tidying = tidying_[tidied_];
    const Time due = idle_since_ + tidying.after;
    if (std::chrono::steady_clock::now() < due) {
      wake_.wait_until(lock, due);
      continue;
    }
    ++tidied_;
    lock.unlock();
    tidying.work();
    lock.lock();
  }
}

void WorkerPool::work() {
  give_way_to_event_loop();
  std::unique_lock lock(mutex_);
  for (;;) {
    wait_for_task(lock);
    const auto found = next();
    if (found == tasks_.end()) break;
    Task task = std::move(found->second);
    tasks_.erase(found);
    tidied_ = 0;
    ++running_;
    running_large_ += task.large ? 1 : 0;
    lock.unlock();
    task.run();
    task.run = nullptr;
    lock.lock();
    if (--running_ == 0) idle_since_ = std::chrono::steady_clock::now();
    running_large_ -= task.large ? 1 : 0;
    if (task.large) wake_.notify_all();  // another may start now
  }
  lock.unlock();
  image::leave_thread();
}

void WorkerPool::shutdown() {
  const std::lock_guard joining(joining_);
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_all();
  }
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace bgcut
