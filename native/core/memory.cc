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

void return_large_blocks() {
#ifdef __GLIBC__
  constexpr int kLarge = 1 << 20;
  if (std::getenv("MALLOC_MMAP_THRESHOLD_") == nullptr) mallopt(M_MMAP_THRESHOLD, kLarge);
#endif
}

}  // namespace bgcut
