#include "core/memory.h"

#include <atomic>
#include <chrono>
#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace bgcut {

void return_free_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

void return_free_memory_sometimes() {
  using std::chrono::steady_clock;
  constexpr std::chrono::seconds kPause{1};
  static std::atomic<steady_clock::rep> last{0};
  const auto now = steady_clock::now().time_since_epoch();
  auto before = last.load();
  if (now - steady_clock::duration(before) < kPause) return;
  if (last.compare_exchange_strong(before, now.count())) return_free_memory();
}

void tame_allocator() {
#ifdef __GLIBC__
  constexpr int kLarge = 1 << 20;
  constexpr int kArenas = 2;
  if (std::getenv("MALLOC_MMAP_THRESHOLD_") == nullptr) mallopt(M_MMAP_THRESHOLD, kLarge);
  if (std::getenv("MALLOC_ARENA_MAX") == nullptr) mallopt(M_ARENA_MAX, kArenas);
#endif
}

}  // namespace bgcut
