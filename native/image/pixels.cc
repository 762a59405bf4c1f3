#include "image/pixels.h"

#include <algorithm>

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace bgcut::image {

void Pixels::discard_rows_before([[maybe_unused]] int rows) {
#ifdef __linux__
  // In steps: a system call for every few rows would cost more than it saves.
  constexpr size_t kStep = size_t{8} << 20;
  const size_t end = stride() * static_cast<size_t>(std::clamp(rows, 0, height()));
  if (end < discarded_ + kStep) return;
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto base = reinterpret_cast<uintptr_t>(data());
  const uintptr_t from = (base + discarded_ + page - 1) / page * page;
  const uintptr_t to = (base + end) / page * page;
  if (from >= to) return;
  madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
  discarded_ = to - base;
#endif
}

}  // namespace bgcut::image
