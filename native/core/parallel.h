// Data parallelism over the rows of a picture.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <utility>

#include "core/cpus.h"
#include "core/helpers.h"

namespace bgcut {

// Calls work(begin, end) over [0, rows) in `bands` contiguous bands, on the calling thread and on
// as many others as there are spare CPUs for, each taking the next band. The first exception of any
// band is rethrown after all have ended. Results must not depend on the split, so that any number
// of threads gives the same bytes.
template <typename Work>
void parallel_bands(int bands, int rows, Work&& work) {
  if (bands <= 1) {
    work(0, rows);
    return;
  }
  std::exception_ptr failure;
  std::mutex mutex;
  std::atomic<int> next{0};
  const auto take_bands = [&] {
    for (int band = next++; band < bands; band = next++) {
      try {
        work(static_cast<int>(static_cast<int64_t>(rows) * band / bands),
             static_cast<int>(static_cast<int64_t>(rows) * (band + 1) / bands));
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
      }
    }
  };
  const SpareCpus spare(bands - 1);
  Helpers::share(spare.count(), std::ref(take_bands));
  if (failure) std::rethrow_exception(failure);
}

// parallel_bands over the rows of a picture, in at most `threads` bands.
template <typename Work>
void parallel_rows(int threads, int rows, Work&& work) {
  constexpr int kLeastRowsPerBand = 64;  // below this a thread costs more than it saves
  parallel_bands(std::clamp(rows / kLeastRowsPerBand, 1, std::max(threads, 1)), rows,
                 std::forward<Work>(work));
}

}  // namespace bgcut
