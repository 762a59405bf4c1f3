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

  // What is done once so much time after the last task, where none has come since.
  struct Tidying {
    std::chrono::milliseconds after;
    std::function<void()> work;  // must not throw
  };

  // Threads start with the first task, and one of them does the `tidying`, soonest first.
  explicit WorkerPool(int threads, std::vector<Tidying> tidying = {})
      : size_(threads), tidying_(std::move(tidying)) {}
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
  const std::vector<Tidying> tidying_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Queue tasks_;
  int running_ = 0;
  int running_large_ = 0;
  Time idle_since_{};
  size_t tidied_ = 0;  // of the tidying what is done since the last task
  bool closing_ = false;
  std::vector<std::thread> threads_;
  std::mutex joining_;
};

}  // namespace bgcut
