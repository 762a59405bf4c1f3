// Threads of our own with a queue in front: nothing of BgCut runs on libuv's pool.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace bgcut {

class WorkerPool {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kIdle{2};

  // Threads start with the first task. `tidy`, which must not throw, runs on one of them each time
  // that no task has come for kIdle.
  explicit WorkerPool(int threads, std::function<void()> tidy = {})
      : size_(threads), tidy_(std::move(tidy)) {}
  ~WorkerPool() { shutdown(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Queues `task`, which must not throw, before all of a higher rank; by default tasks start in the
  // order of posting. At most all threads but one, and at least one, run `large` tasks at a time.
  // Returns false, without queueing, after shutdown().
  bool post(std::function<void()> task, Time rank = std::chrono::steady_clock::now(),
            bool large = false);

  // Lets queued tasks run to their end and joins the threads. Idempotent; callable from any thread
  // but the pool's own.
  void shutdown();

 private:
  struct Task {
    std::function<void()> run;
    bool large;
  };
  using Queue = std::multimap<Time, Task>;

  void work();
  Queue::iterator next();
  void wait_for_task(std::unique_lock<std::mutex>& lock);

  const int size_;
  const std::function<void()> tidy_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Queue tasks_;
  int running_ = 0;
  int running_large_ = 0;
  bool tidied_ = false;  // since the last task
  bool closing_ = false;
  std::vector<std::thread> threads_;
  std::mutex joining_;
};

}  // namespace bgcut
