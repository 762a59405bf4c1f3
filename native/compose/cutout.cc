#include "compose/cutout.h"

#include <algorithm>
#include <mutex>

#include "core/parallel.h"

namespace bgcut::compose {

namespace {

constexpr uint8_t kSubjectAlpha = 8;  // the contract's threshold of every subject box

}  // namespace

Coverage measure_coverage(const image::Pixels& rgba, int threads) {
  const int width = rgba.width();
  int left = width;
  int right = -1;
  int top = rgba.height();
  int bottom = -1;
  bool transparent = false;
  std::mutex mutex;
  parallel_rows(threads, rgba.height(), [&](int begin, int end) {
    int band_left = width;
    int band_right = -1;
    int band_top = end;
    int band_bottom = -1;
    bool band_transparent = false;
    for (int y = begin; y < end; ++y) {
      const uint8_t* const alpha = rgba.row(y) + 3;
      uint8_t least = 255;
      for (int x = 0; x < width; ++x) least = std::min(least, alpha[static_cast<ptrdiff_t>(x) * 4]);
      band_transparent = band_transparent || least < 255;
      const auto is_subject = [&](int x) {
        return alpha[static_cast<ptrdiff_t>(x) * 4] >= kSubjectAlpha;
      };
      int first = 0;
      while (first < width && !is_subject(first)) ++first;
      if (first == width) continue;
      int last = width - 1;
      while (!is_subject(last)) --last;
      band_left = std::min(band_left, first);
      band_right = std::max(band_right, last);
      band_top = std::min(band_top, y);
      band_bottom = y;
    }
    const std::lock_guard lock(mutex);
    transparent = transparent || band_transparent;
    if (band_bottom < 0) return;
    left = std::min(left, band_left);
    right = std::max(right, band_right);
    top = std::min(top, band_top);
    bottom = std::max(bottom, band_bottom);
  });
  if (bottom < 0) return {{}, transparent};
  return {{left, top, right - left + 1, bottom - top + 1}, transparent};
}

bool is_opaque(const image::Pixels& rgba, const Box& box) {
  for (int y = box.top; y < box.top + box.height; ++y) {
    const uint8_t* alpha = rgba.row(y) + static_cast<ptrdiff_t>(box.left) * 4 + 3;
    for (int x = 0; x < box.width; ++x, alpha += 4) {
      if (*alpha < 255) return false;
    }
  }
  return true;
}

bool cut_off_below(const image::Pixels& rgba, const Box& subject, const Box& region) {
  constexpr double kGap =
      0.004;  // of the region's height: the last rows of a matte are often faint
  constexpr double kShare = 0.15;  // of the subject's width
  constexpr uint8_t kSolid = 128;
  const int row = region.top + region.height - 1 - static_cast<int>(kGap * region.height);
  if (row < subject.top || row >= subject.top + subject.height) return false;
  const uint8_t* alpha = rgba.row(row) + static_cast<ptrdiff_t>(subject.left) * 4 + 3;
  int solid = 0;
  for (int x = 0; x < subject.width; ++x, alpha += 4) solid += *alpha >= kSolid ? 1 : 0;
  return solid >= kShare * subject.width;
}

void clear_hidden_colour(image::Pixels& rgba, int threads) {
  parallel_rows(threads, rgba.height(), [&](int begin, int end) {
    uint8_t* pixel = rgba.row(begin);
    const uint8_t* const stop = pixel + rgba.stride() * static_cast<size_t>(end - begin);
    for (; pixel != stop; pixel += 4) {
      const auto keep = static_cast<uint8_t>(pixel[3] == 0 ? 0 : 255);
      pixel[0] &= keep;
      pixel[1] &= keep;
      pixel[2] &= keep;
    }
  });
}

}  // namespace bgcut::compose
