#include "core/worker_pool.h"

#include <utility>

#include "image/thread.h"

namespace bgcut {

bool WorkerPool::post(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  if (closing_) return false;
  tasks_.push_back(std::move(task));
  if (static_cast<int>(threads_.size()) < size_) {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (...) {
      if (threads_.empty()) {  // nobody would ever run it
        tasks_.pop_back();
        throw;
      }
    }
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::work() {
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closing_ || !tasks_.empty(); });
      if (tasks_.empty()) break;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
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
