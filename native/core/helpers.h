// Threads that compute beside a working thread, kept from one piece of its work to the next: to
// start one anew for each of many short pieces costs more than they take.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bgcut {

// The helpers of the thread that makes this, until it ends and joins them. They start when they are
// first needed, and sleep when there is nothing to do.
class Helpers {
 public:
  using Work = std::function<void()>;  // must not throw

  Helpers();
  ~Helpers();
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;

  // Calls `work` on the calling thread and, at the same time, on up to `count` helpers: on fewer
  // where they are late or the system has no thread for them. Returns when all calls have. The
  // helpers are the thread's own, or others for this once, where it has none or is helped already.
  static void share(int count, const Work& work);

 private:
  void run(int count, const Work& work);
  void start(int count);
  void help();

  Helpers* const outer_;  // of the same thread
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  const Work* work_ = nullptr;  // that helpers may still join
  int places_ = 0;              // for so many of them
  bool closing_ = false;
  std::atomic<unsigned> turn_{0};  // counts the pieces of work
  std::atomic<int> inside_{0};     // helpers at work
  std::vector<std::thread> threads_;
};

}  // namespace bgcut
