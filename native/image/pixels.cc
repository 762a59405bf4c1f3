#include "image/pixels.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace bgcut::image {

Pixels new_pixels(Size size, int bands) {
  const auto bytes = static_cast<size_t>(size.area()) * static_cast<size_t>(bands);
  auto* const data = static_cast<uint8_t*>(std::malloc(bytes));
  if (data == nullptr) throw std::bad_alloc();
  return {Bytes(data, std::free), size, bands};
}

Pixels transparent_pixels(Size size) {
  // calloc takes large blocks fresh from the system, which come as zeros without being touched.
  auto* const data = static_cast<uint8_t*>(std::calloc(static_cast<size_t>(size.area()), 4));
  if (data == nullptr) throw std::bad_alloc();
  return {Bytes(data, std::free), size, 4};
}

void Pixels::discard_rows_before([[maybe_unused]] int rows) {
#ifdef __linux__
  // In steps: a system call for every few rows would cost more than it saves.
  constexpr size_t kStep = size_t{8} << 20;
  const size_t end = stride() * static_cast<size_t>(std::clamp(rows, 0, height()));
  if (end < discarded_ + kStep) return;
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  // Whole pages only, counted from the first page boundary inside the buffer.
  const size_t lead = (page - reinterpret_cast<uintptr_t>(data()) % page) % page;
  if (end < lead + page) return;
  const size_t from = lead + discarded_;
  const size_t to = lead + (end - lead) / page * page;
  madvise(data() + from, to - from, MADV_DONTNEED);
  discarded_ = to - lead;
#endif
}

}  // namespace bgcut::image
