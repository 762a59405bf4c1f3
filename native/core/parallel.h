// Data parallelism over the rows of a picture.
#pragma once

#include <algorithm>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace bgcut {

// Calls work(begin, end) over [0, rows) in `bands` contiguous bands, one on the calling thread. The
// first exception of any band is rethrown after all have ended. Results must not depend on the
// split, so that any number of threads gives the same bytes.
template <typename Work>
void parallel_bands(int bands, int rows, Work&& work) {
  if (bands <= 1) {
    work(0, rows);
    return;
  }
  std::exception_ptr failure;
  std::mutex mutex;
  const auto guarded = [&](int band) {
    try {
      work(static_cast<int>(static_cast<int64_t>(rows) * band / bands),
           static_cast<int>(static_cast<int64_t>(rows) * (band + 1) / bands));
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> helpers;
  helpers.reserve(static_cast<size_t>(bands) - 1);
  for (int band = 1; band < bands; ++band) {
    try {
      helpers.emplace_back(guarded, band);
    } catch (const std::system_error&) {  // no thread to be had: the caller does that band too
      guarded(band);
    }
  }
  guarded(0);
  for (auto& helper : helpers) helper.join();
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
