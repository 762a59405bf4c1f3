#include "matte/closed_form.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/parallel.h"

namespace bgcut::matte {

namespace {

// Pixels around the picture that belong to nothing, so that no neighbour needs a check.
constexpr int kMargin = 2;
// A pixel shares windows with the 5 x 5 pixels around it.
constexpr int kReach = 2;
constexpr int kTaps = (2 * kReach + 1) * (2 * kReach + 1);
constexpr int kCentre = kTaps / 2;

// Unknown pixels side by side in one row, in coordinates with the margin.
struct Run {
  int row;
  int left;
  int length;
  size_t first;  // the place of its first pixel among all unknown ones
};

// The unknown pixels of a trimap.
struct Unknown {
  Size size;  // with the margin
  std::vector<Run> runs;
  size_t count = 0;
  std::vector<uint8_t> flags;  // with the margin

  size_t at(int x, int y) const {
    return static_cast<size_t>(y) * static_cast<size_t>(size.width) + static_cast<size_t>(x);
  }
  size_t at(const Run& run) const { return at(run.left, run.row); }
  // The first run of a row or of those below it.
  size_t first_run(int row) const {
    const auto found = std::lower_bound(runs.begin(), runs.end(), row,
                                        [](const Run& run, int value) { return run.row < value; });
    return static_cast<size_t>(found - runs.begin());
  }
};

Unknown find_unknown(const Trimap& trimap) {
  Unknown unknown;
  unknown.size = {trimap.size.width + 2 * kMargin, trimap.size.height + 2 * kMargin};
  unknown.flags.resize(static_cast<size_t>(unknown.size.area()));
  const Known* known = trimap.values.data();
  for (int y = kMargin; y < unknown.size.height - kMargin; ++y) {
    for (int x = kMargin; x < unknown.size.width - kMargin; ++x, ++known) {
      if (*known != Known::kUnknown) continue;
      const size_t at = unknown.at(x, y);
      unknown.flags[at] = 1;
      if (unknown.flags[at - 1] == 0) unknown.runs.push_back({y, x, 0, unknown.count});
      ++unknown.runs.back().length;
      ++unknown.count;
    }
  }
  return unknown;
}

// One row of 3 x 3 windows. The colours of a window, less their mean, are whitened by the Cholesky
// factor of their covariance, so that (I_i - mu)' (Sigma + epsilon / 9)^-1 (I_j - mu) is the plain
// product of two of them. They are of the order of 1 and safe in floats where the inverse of a
// covariance isn't.
class Windows {
 public:
  explicit Windows(int width)
      : width_(static_cast<size_t>(width)), values_(27 * width_), there_(width_) {}

  // Channel `band` of pixel `pixel` (0 to 8, row by row) of the window around each column.
  float* whitened(int pixel, int band) {
    return values_.data() + static_cast<size_t>(pixel * 3 + band) * width_;
  }
  // 1 where the window around a column lies in the picture and has an unknown pixel, else 0.
  const float* there() const { return there_.data(); }

  void fill(const image::Pixels& rgb, const Unknown& unknown, int y, double epsilon) {
    std::fill(there_.begin(), there_.end(), 0.0F);
    std::fill(values_.begin(), values_.end(), 0.0F);
    if (y <= kMargin || y >= unknown.size.height - kMargin - 1) return;
    for (int x = kMargin + 1; x < unknown.size.width - kMargin - 1; ++x) {
      uint8_t any = 0;
      for (int v = -1; v <= 1; ++v) {
        const uint8_t* const flags = unknown.flags.data() + unknown.at(x, y + v);
        any = static_cast<uint8_t>(any | flags[-1] | flags[0] | flags[1]);
      }
      if (any != 0) whiten(rgb, x, y, epsilon);
    }
  }

 private:
  void whiten(const image::Pixels& rgb, int x, int y, double epsilon) {
    std::array<std::array<double, 3>, 9> colour;
    std::array<double, 3> mean{};
    for (int pixel = 0; pixel < 9; ++pixel) {
      const uint8_t* const from = rgb.row(y - kMargin + pixel / 3 - 1) +
                                  static_cast<ptrdiff_t>(x - kMargin + pixel % 3 - 1) * 3;
      for (size_t band = 0; band < 3; ++band) {
        colour[static_cast<size_t>(pixel)][band] = from[band] / 255.0;
        mean[band] += colour[static_cast<size_t>(pixel)][band] / 9;
      }
    }
    double rr = epsilon;
    double rg = 0;
    double rb = 0;
    double gg = epsilon;
    double gb = 0;
    double bb = epsilon;
    for (auto& [r, g, b] : colour) {
      r -= mean[0];
      g -= mean[1];
      b -= mean[2];
      rr += r * r;
      rg += r * g;
      rb += r * b;
      gg += g * g;
      gb += g * b;
      bb += b * b;
    }
    const double least = epsilon / 9;  // what is left of a variance can't be smaller
    const double l00 = std::sqrt(rr / 9);
    const double l10 = rg / 9 / l00;
    const double l20 = rb / 9 / l00;
    const double l11 = std::sqrt(std::max(gg / 9 - l10 * l10, least));
    const double l21 = (gb / 9 - l20 * l10) / l11;
    const double l22 = std::sqrt(std::max(bb / 9 - l20 * l20 - l21 * l21, least));
    for (int pixel = 0; pixel < 9; ++pixel) {
      const auto& [r, g, b] = colour[static_cast<size_t>(pixel)];
      const double z0 = r / l00;
      const double z1 = (g - l10 * z0) / l11;
      const double z2 = (b - l20 * z0 - l21 * z1) / l22;
      whitened(pixel, 0)[x] = static_cast<float>(z0);
      whitened(pixel, 1)[x] = static_cast<float>(z1);
      whitened(pixel, 2)[x] = static_cast<float>(z2);
    }
    there_[static_cast<size_t>(x)] = 1;
  }

  size_t width_;
  std::vector<float> values_;
  std::vector<float> there_;
};

// The rows of the matrix that belong to unknown pixels: of each run first the coefficients of the
// first tap, then those of the second, and so on.
class Laplacian {
 public:
  Laplacian(const image::Pixels& rgb, const Unknown& unknown, double epsilon, int threads)
      : unknown_(unknown), values_(unknown.count * kTaps) {
    for (int tap = 0; tap < kTaps; ++tap) {
      offsets_[static_cast<size_t>(tap)] =
          static_cast<ptrdiff_t>(tap / 5 - kReach) * unknown.size.width + tap % 5 - kReach;
    }
    parallel_rows(threads, rgb.height(), [&](int begin, int end) {
      std::array<Windows, 3> windows{Windows(unknown.size.width), Windows(unknown.size.width),
                                     Windows(unknown.size.width)};
      const auto row_of = [&](int y) -> Windows& { return windows[static_cast<size_t>(y % 3)]; };
      for (int y = begin + kMargin - 1; y < end + kMargin + 1; ++y) {
        row_of(y).fill(rgb, unknown, y, epsilon);
        if (y - 1 < begin + kMargin) continue;
        for (size_t i = unknown.first_run(y - 1);
             i < unknown.runs.size() && unknown.runs[i].row == y - 1; ++i) {
          for (int dy = -1; dy <= 1; ++dy) add(unknown.runs[i], dy, row_of(y - 1 + dy));
        }
      }
    });
  }

  float* taps(const Run& run, int tap) {
    return values_.data() + run.first * kTaps + static_cast<size_t>(tap * run.length);
  }

  // `to`, one value per unknown pixel, becomes the product with `from`, one per pixel.
  void multiply(const std::vector<float>& from, std::vector<float>& to, int threads) const {
    constexpr int kRunsPerBand = 64;
    const auto runs = static_cast<int>(unknown_.runs.size());
    parallel_bands(std::clamp(runs / kRunsPerBand, 1, threads), runs, [&](int begin, int end) {
      for (int i = begin; i < end; ++i) {
        const Run& run = unknown_.runs[static_cast<size_t>(i)];
        const float* coefficient = values_.data() + run.first * kTaps;
        const float* const centre = from.data() + unknown_.at(run);
        float* const out = to.data() + run.first;
        std::fill_n(out, run.length, 0.0F);
        for (const ptrdiff_t offset : offsets_) {
          for (int x = 0; x < run.length; ++x) out[x] += coefficient[x] * centre[offset + x];
          coefficient += run.length;
        }
      }
    });
  }

 private:
  // Adds what the windows of one row, `dy` below a run, say of its pixels.
  void add(const Run& run, int dy, Windows& windows) {
    for (int dx = -1; dx <= 1; ++dx) {
      const ptrdiff_t from = run.left + dx;
      const int self = (1 - dy) * 3 + 1 - dx;  // which pixel of the window the run's pixel is
      const float* const there = windows.there() + from;
      const float* const r = windows.whitened(self, 0) + from;
      const float* const g = windows.whitened(self, 1) + from;
      const float* const b = windows.whitened(self, 2) + from;
      for (int other = 0; other < 9; ++other) {
        const int tap = (dy + other / 3 + 1) * 5 + dx + other % 3 + 1;
        const float* const other_r = windows.whitened(other, 0) + from;
        const float* const other_g = windows.whitened(other, 1) + from;
        const float* const other_b = windows.whitened(other, 2) + from;
        float* const out = taps(run, tap);
        for (int x = 0; x < run.length; ++x) {
          out[x] -= (there[x] + r[x] * other_r[x] + g[x] * other_g[x] + b[x] * other_b[x]) *
                    (1.0F / 9.0F);
        }
      }
      float* const centre = taps(run, kCentre);
      for (int x = 0; x < run.length; ++x) centre[x] += there[x];
    }
  }

  const Unknown& unknown_;
  std::vector<float> values_;
  std::array<ptrdiff_t, kTaps> offsets_{};
};

// Eight sums side by side, for speed, but always the same eight.
double dot(const std::vector<float>& a, const std::vector<float>& b) {
  std::array<double, 8> sums{};
  size_t i = 0;
  for (; i + 8 <= a.size(); i += 8) {
    for (size_t k = 0; k < 8; ++k) sums[k] += static_cast<double>(a[i + k] * b[i + k]);
  }
  for (; i < a.size(); ++i) sums[0] += static_cast<double>(a[i] * b[i]);
  double sum = 0;
  for (const double each : sums) sum += each;
  return sum;
}

}  // namespace

Plane closed_form(const image::Pixels& rgb, const Trimap& trimap, const Plane& start,
                  const Prior& prior, const Effort& effort, int threads, const CancelToken& token) {
  const Size size = trimap.size;
  const Unknown unknown = find_unknown(trimap);
  Laplacian matrix(rgb, unknown, static_cast<double>(effort.epsilon), threads);
  const auto pixel = [&](const Run& run) {
    return static_cast<size_t>(run.row - kMargin) * static_cast<size_t>(size.width) +
           static_cast<size_t>(run.left - kMargin);
  };

  // One value per pixel, with the margin: first alpha, then the direction of the search.
  std::vector<float> grid(unknown.flags.size());
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const auto i =
          static_cast<size_t>(y) * static_cast<size_t>(size.width) + static_cast<size_t>(x);
      const Known known = trimap.values[i];
      grid[unknown.at(x + kMargin, y + kMargin)] =
          known == Known::kUnknown ? start.values[i] : (known == Known::kForeground ? 1.0F : 0.0F);
    }
  }
  Plane result{std::vector<float>(start.values.size()), size};
  std::transform(trimap.values.begin(), trimap.values.end(), result.values.begin(),
                 [](Known known) { return known == Known::kForeground ? 1.0F : 0.0F; });
  if (unknown.count == 0) return result;

  // One value per unknown pixel.
  std::vector<float> alpha(unknown.count);
  std::vector<float> inverse(unknown.count);  // of the diagonal
  std::vector<float> residual(unknown.count);
  std::vector<float> product(unknown.count);
  for (const Run& run : unknown.runs) {
    float* const diagonal = matrix.taps(run, kCentre);
    for (int x = 0; x < run.length; ++x) {
      const size_t i = run.first + static_cast<size_t>(x);
      const size_t at = pixel(run) + static_cast<size_t>(x);
      const float weight = prior.weight.values[at];
      diagonal[x] += weight;
      // A picture too small for a window says nothing: what it starts from stays.
      inverse[i] = diagonal[x] > 0 ? 1 / diagonal[x] : 0.0F;
      alpha[i] = start.values[at];
      residual[i] = weight * prior.alpha.values[at];
    }
  }
  matrix.multiply(grid, product, threads);
  std::vector<float> scaled(unknown.count);
  for (size_t i = 0; i < unknown.count; ++i) {
    residual[i] -= product[i];
    scaled[i] = inverse[i] * residual[i];
  }
  std::fill(grid.begin(), grid.end(), 0.0F);
  std::vector<float> direction = scaled;
  double error = dot(residual, scaled);
  const double target =
      error * static_cast<double>(effort.tolerance) * static_cast<double>(effort.tolerance);
  for (int i = 0; i < effort.iterations && error > target; ++i) {
    token.check();
    for (const Run& run : unknown.runs) {
      std::copy_n(direction.data() + run.first, run.length, grid.data() + unknown.at(run));
    }
    matrix.multiply(grid, product, threads);
    const double bent = dot(direction, product);
    if (!(bent > 0)) break;  // as far as floats go
    const auto step = static_cast<float>(error / bent);
    for (size_t k = 0; k < unknown.count; ++k) {
      alpha[k] += step * direction[k];
      residual[k] -= step * product[k];
      scaled[k] = inverse[k] * residual[k];
    }
    const double before = error;
    error = dot(residual, scaled);
    const auto keep = static_cast<float>(error / before);
    for (size_t k = 0; k < unknown.count; ++k) direction[k] = scaled[k] + keep * direction[k];
  }
  for (const Run& run : unknown.runs) {
    std::transform(alpha.data() + run.first, alpha.data() + run.first + run.length,
                   result.values.data() + pixel(run),
                   [](float value) { return value > 0 ? std::min(value, 1.0F) : 0.0F; });
  }
  return result;
}

}  // namespace bgcut::matte
