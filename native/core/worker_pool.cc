#include "core/worker_pool.h"

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
  give_way_to_event_loop();
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
