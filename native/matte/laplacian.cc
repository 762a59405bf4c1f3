#include "matte/laplacian.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/parallel.h"

namespace bgcut::matte {

namespace {

// Whether any of kLanes flags is set.
bool any_of(const uint8_t* flags) {
  uint64_t all = 0;
  static_assert(sizeof(all) == kLanes);
  std::memcpy(&all, flags, sizeof(all));
  return all != 0;
}

// Each byte as a colour of 0..1, and a ninth of it.
struct Level {
  double value;
  double ninth;
};
constexpr auto kLevels = [] {
  std::array<Level, 256> levels{};
  for (size_t i = 0; i < levels.size(); ++i) {
    const double value = static_cast<double>(i) / 255;
    levels[i] = {value, value / 9};
  }
  return levels;
}();

// One row of 3 x 3 windows. The colours of a window, less their mean, are whitened by the Cholesky
// factor of their covariance, so that (I_i - mu)' (Sigma + epsilon / 9)^-1 (I_j - mu) is the plain
// product of two of them. They are of the order of 1 and safe in floats where the inverse of a
// covariance isn't.
class Windows {
 public:
  explicit Windows(int width)
      : width_(static_cast<size_t>(width)), values_(27 * width_), there_(width_) {}

  // Channel `band` of pixel `pixel` (0 to 8, row by row) of the window around each column of the
  // grid. Undefined where no group beside the window has an unknown pixel.
  const float* whitened(size_t pixel, size_t band) const {
    return values_.data() + (pixel * 3 + band) * width_;
  }
  // 1 where the window around a column lies in the picture, else 0.
  const float* there() const { return there_.data(); }

  // The windows around the pixels in row `y` of the picture, or of its margin.
  void fill(const image::Pixels& rgb, const Grid& grid, int y, double epsilon) {
    std::fill(there_.begin(), there_.end(), 0.0F);
    if (y <= 0 || y >= grid.picture.height - 1 || grid.picture.width < 3) {
      std::fill(values_.begin(), values_.end(), 0.0F);
      return;
    }
    const size_t start = grid.at(-Grid::kColumnsBeside, y);
    for (size_t group = 0; group < width_; group += kLanes) {
      if (needed(grid, start + group)) whiten(rgb, grid, group, y, epsilon);
    }
  }

 private:
  using Lanes = std::array<double, kLanes>;

  // Whether a window around one of the kLanes pixels from `place` on has an unknown pixel.
  static bool needed(const Grid& grid, size_t place) {
    for (ptrdiff_t row = -1; row <= 1; ++row) {
      const uint8_t* const flags = grid.unknown.data() + static_cast<ptrdiff_t>(place) +
                                   row * static_cast<ptrdiff_t>(grid.size.width);
      if (any_of(flags) || flags[-1] != 0 || flags[kLanes] != 0) return true;
    }
    return false;
  }

  void whiten(const image::Pixels& rgb, const Grid& grid, size_t group, int y, double epsilon) {
    // Columns of the picture; what lies outside sees a window inside, and is left out at the end.
    const int left = static_cast<int>(group) - Grid::kColumnsBeside;
    const int most = grid.picture.width - 2;
    std::array<std::array<Lanes, 3>, 9> colour;
    std::array<Lanes, 3> mean{};
    for (size_t pixel = 0; pixel < 9; ++pixel) {
      const uint8_t* const row = rgb.row(y + static_cast<int>(pixel) / 3 - 1);
      for (size_t i = 0; i < kLanes; ++i) {
        const int x = std::clamp(left + static_cast<int>(i), 1, most);
        const uint8_t* const from =
            row + static_cast<ptrdiff_t>(x + static_cast<int>(pixel) % 3 - 1) * 3;
        for (size_t band = 0; band < 3; ++band) {
          colour[pixel][band][i] = kLevels[from[band]].value;
          mean[band][i] += kLevels[from[band]].ninth;
        }
      }
    }
    Lanes rr;
    rr.fill(epsilon);
    Lanes gg = rr;
    Lanes bb = rr;
    Lanes rg{};
    Lanes rb{};
    Lanes gb{};
    for (auto& [r, g, b] : colour) {
      for (size_t i = 0; i < kLanes; ++i) {
        r[i] -= mean[0][i];
        g[i] -= mean[1][i];
        b[i] -= mean[2][i];
        rr[i] += r[i] * r[i];
        rg[i] += r[i] * g[i];
        rb[i] += r[i] * b[i];
        gg[i] += g[i] * g[i];
        gb[i] += g[i] * b[i];
        bb[i] += b[i] * b[i];
      }
    }
    const double least = epsilon / 9;  // what is left of a variance can't be smaller
    Lanes l00;
    Lanes l10;
    Lanes l11;
    Lanes l20;
    Lanes l21;
    Lanes l22;
    for (size_t i = 0; i < kLanes; ++i) {
      l00[i] = std::sqrt(rr[i] / 9);
      l10[i] = rg[i] / 9 / l00[i];
      l20[i] = rb[i] / 9 / l00[i];
      l11[i] = std::sqrt(std::max(gg[i] / 9 - l10[i] * l10[i], least));
      l21[i] = (gb[i] / 9 - l20[i] * l10[i]) / l11[i];
      l22[i] = std::sqrt(std::max(bb[i] / 9 - l20[i] * l20[i] - l21[i] * l21[i], least));
    }
    for (size_t pixel = 0; pixel < 9; ++pixel) {
      auto& [r, g, b] = colour[pixel];
      for (size_t i = 0; i < kLanes; ++i) r[i] /= l00[i];
      for (size_t i = 0; i < kLanes; ++i) g[i] = (g[i] - l10[i] * r[i]) / l11[i];
      for (size_t i = 0; i < kLanes; ++i) b[i] = (b[i] - l20[i] * r[i] - l21[i] * g[i]) / l22[i];
      float* to = values_.data() + pixel * 3 * width_ + group;
      for (const Lanes& band : colour[pixel]) {
        for (size_t i = 0; i < kLanes; ++i) to[i] = static_cast<float>(band[i]);
        to += width_;
      }
    }
    for (size_t i = 0; i < kLanes; ++i) {
      const int x = left + static_cast<int>(i);
      if (x >= 1 && x <= most) {
        there_[group + i] = 1;
        continue;
      }
      for (size_t plane = 0; plane < 27; ++plane) values_[plane * width_ + group + i] = 0;
    }
  }

  size_t width_;
  std::vector<float> values_;
  std::vector<float> there_;
};

// Adds to the coefficients of `count` pixels side by side, from column `column` of the grid on,
// what the windows around the pixels one row below (`dy` 1), beside or above (-1) say; `taps` has
// those of the first tap, then those of the second, and so on.
void add(const Windows& windows, int dy, size_t column, size_t count, float* taps) {
  for (int dx = -1; dx <= 1; ++dx) {
    const size_t from = column + static_cast<size_t>(dx);
    const auto self = static_cast<size_t>((1 - dy) * 3 + 1 - dx);  // the pixel's place in them
    const float* const there = windows.there() + from;
    const float* const r = windows.whitened(self, 0) + from;
    const float* const g = windows.whitened(self, 1) + from;
    const float* const b = windows.whitened(self, 2) + from;
    for (int other = 0; other < 9; ++other) {
      const float* const other_r = windows.whitened(static_cast<size_t>(other), 0) + from;
      const float* const other_g = windows.whitened(static_cast<size_t>(other), 1) + from;
      const float* const other_b = windows.whitened(static_cast<size_t>(other), 2) + from;
      float* const out =
          taps + static_cast<size_t>((dy + other / 3 + 1) * 5 + dx + other % 3 + 1) * count;
      for (size_t x = 0; x < count; ++x) {
        out[x] -=
            (there[x] + r[x] * other_r[x] + g[x] * other_g[x] + b[x] * other_b[x]) * (1.0F / 9.0F);
      }
    }
    float* const centre = taps + Laplacian::kTaps / 2 * count;
    for (size_t x = 0; x < count; ++x) centre[x] += there[x];
  }
}

}  // namespace

Grid make_grid(const Trimap& trimap, int threads) {
  constexpr auto kGroup = static_cast<int>(kLanes);
  Grid grid;
  grid.picture = trimap.size;
  grid.size = {(trimap.size.width + kGroup - 1) / kGroup * kGroup + 2 * Grid::kColumnsBeside,
               trimap.size.height + 2 * Grid::kRowsBeside};
  grid.unknown.resize(static_cast<size_t>(grid.size.area()));
  parallel_rows(threads, trimap.size.height, [&](int begin, int end) {
    const auto width = static_cast<size_t>(trimap.size.width);
    for (int y = begin; y < end; ++y) {
      const Known* const from = trimap.values.data() + static_cast<size_t>(y) * width;
      uint8_t* const to = grid.unknown.data() + grid.at(0, y);
      for (size_t x = 0; x < width; ++x) to[x] = from[x] == Known::kUnknown ? 1 : 0;
    }
  });
  for (size_t place = 0; place < grid.unknown.size(); place += kLanes) {
    if (place % static_cast<size_t>(grid.size.width) == 0) grid.rows.push_back(grid.groups.size());
    if (any_of(grid.unknown.data() + place)) grid.groups.push_back(place);
  }
  grid.rows.push_back(grid.groups.size());
  return grid;
}

Laplacian::Laplacian(const image::Pixels& rgb, const Grid& grid, double epsilon, int threads)
    : grid_(grid), values_(grid.groups.size() * kTaps * kLanes) {
  const int width = grid.size.width;
  for (size_t tap = 0; tap < kTaps; ++tap) {
    const auto place = static_cast<int>(tap);
    offsets_[tap] = static_cast<ptrdiff_t>(place / 5 - 2) * width + place % 5 - 2;
  }
  parallel_rows(threads, rgb.height(), [&](int begin, int end) {
    std::array<Windows, 3> windows{Windows(width), Windows(width), Windows(width)};
    std::vector<float> run(static_cast<size_t>(width) * kTaps);  // of groups side by side
    const auto row_of = [&](int y) -> Windows& { return windows[static_cast<size_t>(y + 3) % 3]; };
    for (int below = begin - 1; below <= end; ++below) {
      row_of(below).fill(rgb, grid, below, epsilon);
      const int y = below - 1;
      if (y < begin) continue;
      const auto row = static_cast<size_t>(y) + Grid::kRowsBeside;
      for (size_t group = grid.rows[row]; group < grid.rows[row + 1];) {
        const size_t last = grid.end_of_run(group);
        const size_t count = (last - group) * kLanes;
        const size_t column = grid.groups[group] % static_cast<size_t>(width);
        std::fill_n(run.begin(), count * kTaps, 0.0F);
        for (int dy = -1; dy <= 1; ++dy) add(row_of(y + dy), dy, column, count, run.data());
        const uint8_t* unknown = grid.unknown.data() + grid.groups[group];
        for (size_t x = 0; group < last; x += kLanes, ++group) {
          for (size_t tap = 0; tap < kTaps; ++tap) {
            const float* const from = run.data() + tap * count + x;
            float* const to = taps(group, tap);
            for (size_t i = 0; i < kLanes; ++i) to[i] = unknown[x + i] != 0 ? from[i] : 0.0F;
          }
        }
      }
    }
  });
}

}  // namespace bgcut::matte
