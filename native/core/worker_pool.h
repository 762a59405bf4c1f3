// Threads of our own with a queue in front: nothing of BgCut runs on libuv's pool.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bgcut {

class WorkerPool {
 public:
  // Threads start with the first task.
  explicit WorkerPool(int threads) : size_(threads) {}
  ~WorkerPool() { shutdown(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Queues `task`, which must not throw. Returns false, without queueing, after shutdown().
  bool post(std::function<void()> task);

  // Lets queued tasks run to their end and joins the threads. Idempotent; callable from any thread
  // but the pool's own.
  void shutdown();

 private:
  void work();

  const int size_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
  std::mutex joining_;
};

}  // namespace bgcut
