#include "core/memory.h"

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

void keep_small_blocks() {
#ifdef __GLIBC__
  constexpr int kLarge = 24 << 20;
  constexpr int kKept = 256 << 20;
  if (std::getenv("MALLOC_MMAP_THRESHOLD_") == nullptr) mallopt(M_MMAP_THRESHOLD, kLarge);
  if (std::getenv("MALLOC_TRIM_THRESHOLD_") == nullptr) mallopt(M_TRIM_THRESHOLD, kKept);
#endif
}

}  // namespace bgcut
