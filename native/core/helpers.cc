#include "core/helpers.h"

#include <chrono>
#include <system_error>

namespace bgcut {

namespace {

thread_local Helpers* helpers_of_thread = nullptr;

// Looks for `condition` for a moment before the caller goes to sleep: in a row of short pieces of
// work the next one comes sooner than a thread wakes up.
template <typename Condition>
void look_for(Condition&& condition) {
  constexpr std::chrono::microseconds kMoment{20};
  const auto end = std::chrono::steady_clock::now() + kMoment;
  while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
}

}  // namespace

Helpers::Helpers() : outer_(helpers_of_thread) {
  helpers_of_thread = this;
}

Helpers::~Helpers() {
  helpers_of_thread = outer_;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    ++turn_;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Helpers::share(int count, const Work& work) {
  Helpers* const own = helpers_of_thread;
  if (count <= 0) {
    work();
  } else if (own != nullptr && own->work_ == nullptr) {
    own->run(count, work);
  } else {
    Helpers().run(count, work);
  }
}

void Helpers::start(int count) {
  try {
    while (static_cast<int>(threads_.size()) < count) threads_.emplace_back([this] { help(); });
  } catch (const std::system_error&) {  // no thread to be had: those that run do all
  }
}

void Helpers::run(int count, const Work& work) {
  start(count);
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    places_ = count;
    ++turn_;
  }
  wake_.notify_all();
  work();
  {
    const std::lock_guard lock(mutex_);
    places_ = 0;
  }
  look_for([this] { return inside_ == 0; });
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return inside_ == 0; });
  work_ = nullptr;
}

void Helpers::help() {
  unsigned seen = 0;
  for (;;) {
    look_for([&] { return turn_ != seen; });
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return turn_ != seen; });
    if (closing_) return;
    seen = turn_;
    if (places_ == 0) continue;
    --places_;
    ++inside_;
    const Work& work = *work_;
    lock.unlock();
    work();
    lock.lock();
    if (--inside_ == 0) done_.notify_one();
  }
}

}  // namespace bgcut
