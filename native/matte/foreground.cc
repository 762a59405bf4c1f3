#include "matte/foreground.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/parallel.h"

namespace bgcut::matte {

namespace {

// One size of the multi-level estimation.
struct Level {
  Size size;
  std::vector<float> rgb;  // three floats per pixel
  std::vector<float> alpha;
};

// Nearest neighbours, as in the paper: means would mix the two layers.
size_t nearest(int x, int y, Size from, Size to) {
  const int column = static_cast<int>(static_cast<int64_t>(x) * from.width / to.width);
  const int row = static_cast<int>(static_cast<int64_t>(y) * from.height / to.height);
  return static_cast<size_t>(row) * static_cast<size_t>(from.width) + static_cast<size_t>(column);
}

Level make_level(const image::Pixels& rgb, const Plane& alpha, Size size) {
  const auto area = static_cast<size_t>(size.area());
  Level level{size, std::vector<float>(3 * area), std::vector<float>(area)};
  size_t i = 0;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x, ++i) {
      const size_t from = nearest(x, y, rgb.size(), size);
      level.alpha[i] = alpha.values[from];
      for (size_t band = 0; band < 3; ++band) {
        level.rgb[3 * i + band] = static_cast<float>(rgb.data()[3 * from + band]) / 255.0F;
      }
    }
  }
  return level;
}

std::vector<float> enlarged(const std::vector<float>& colours, Size from, Size to) {
  std::vector<float> result(static_cast<size_t>(to.area()) * 3);
  float* out = result.data();
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x, out += 3) {
      std::copy_n(colours.data() + 3 * nearest(x, y, from, to), 3, out);
    }
  }
  return result;
}

// Mean colours of what is surely foreground and of what is surely background.
Layers means(const image::Pixels& rgb, const Plane& alpha) {
  std::array<double, 8> sums{};
  for (size_t i = 0; i < alpha.values.size(); ++i) {
    const float value = alpha.values[i];
    if (value >= 0.1F && value <= 0.9F) continue;
    double* const sum = sums.data() + (value > 0.9F ? 0 : 4);
    for (size_t band = 0; band < 3; ++band) sum[band] += rgb.data()[3 * i + band] / 255.0;
    sum[3] += 1;
  }
  Layers layers{std::vector<float>(3), std::vector<float>(3), {1, 1}};
  for (size_t band = 0; band < 3; ++band) {
    layers.foreground[band] = static_cast<float>(sums[band] / (sums[3] + 1e-5));
    layers.background[band] = static_cast<float>(sums[4 + band] / (sums[7] + 1e-5));
  }
  return layers;
}

// One sweep of Gauss-Seidel over a level: each pixel's pair of colours is solved for exactly while
// its neighbours' stay, as in the authors' implementation.
class Sweep {
 public:
  Sweep(const Level& level, Layers& layers, bool everywhere)
      : level_(level), layers_(layers), everywhere_(everywhere) {
    const auto [width, height] = level.size;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        if (everywhere_ || is_soft(x, y)) active_.emplace_back(x, y);
      }
    }
    if (everywhere_) return;
    for (size_t i = 0; i < level.alpha.size(); ++i) {
      if (level.alpha[i] <= 0) std::copy_n(&level.rgb[3 * i], 3, &layers.background[3 * i]);
      if (level.alpha[i] >= 1) std::copy_n(&level.rgb[3 * i], 3, &layers.foreground[3 * i]);
    }
  }

  void run() {
    for (const auto& [x, y] : active_) update(x, y);
  }

 private:
  size_t at(int x, int y) const {
    return static_cast<size_t>(std::clamp(y, 0, level_.size.height - 1)) *
               static_cast<size_t>(level_.size.width) +
           static_cast<size_t>(std::clamp(x, 0, level_.size.width - 1));
  }

  std::array<size_t, 4> neighbours(int x, int y) const {
    return {at(x - 1, y), at(x + 1, y), at(x, y - 1), at(x, y + 1)};
  }

  bool is_soft(int x, int y) const {
    const float alpha = level_.alpha[at(x, y)];
    if (alpha > 0 && alpha < 1) return true;
    const auto around = neighbours(x, y);
    return std::any_of(around.begin(), around.end(),
                       [&](size_t i) { return level_.alpha[i] != alpha; });
  }

  void update(int x, int y) {
    constexpr float kRegularization = 1e-5F;
    const size_t i = at(x, y);
    const float alpha = level_.alpha[i];
    const float rest = 1 - alpha;
    const float* const rgb = &level_.rgb[3 * i];
    float a00 = alpha * alpha;
    const float a01 = alpha * rest;
    float a11 = rest * rest;
    std::array<float, 3> front{alpha * rgb[0], alpha * rgb[1], alpha * rgb[2]};
    std::array<float, 3> back{rest * rgb[0], rest * rgb[1], rest * rgb[2]};
    for (const size_t k : neighbours(x, y)) {
      const float weight = kRegularization + std::abs(alpha - level_.alpha[k]);
      a00 += weight;
      a11 += weight;
      for (size_t band = 0; band < 3; ++band) {
        front[band] += weight * layers_.foreground[3 * k + band];
        back[band] += weight * layers_.background[3 * k + band];
      }
    }
    const float scale = 1 / (a00 * a11 - a01 * a01);
    for (size_t band = 0; band < 3; ++band) {
      layers_.foreground[3 * i + band] =
          std::clamp(scale * (a11 * front[band] - a01 * back[band]), 0.0F, 1.0F);
      layers_.background[3 * i + band] =
          std::clamp(scale * (a00 * back[band] - a01 * front[band]), 0.0F, 1.0F);
    }
  }

  const Level& level_;
  Layers& layers_;
  bool everywhere_;
  std::vector<std::pair<int, int>> active_;
};

// Which columns of the layers a row of pixels has to look at, [first, last): where alpha is between
// 0 and 1 in the row or near it.
struct Span {
  int first;
  int last;
};

std::vector<Span> soft_spans(const Plane& alpha, int row) {
  constexpr int kNear = 2;  // what the interpolation of alpha reaches
  const auto [width, height] = alpha.size;
  std::vector<uint8_t> soft(static_cast<size_t>(width));
  const int top = std::max(row - kNear, 0);
  for (int y = top; y <= std::min(row + kNear, height - 1); ++y) {
    const float* const values =
        alpha.values.data() + static_cast<ptrdiff_t>(y) * static_cast<ptrdiff_t>(width);
    for (int x = 0; x < width; ++x) {
      // Between 0 and 1, or a step from one to the other.
      const float left = values[std::max(x - 1, 0)];
      const float above = y > top ? values[x - static_cast<ptrdiff_t>(width)] : values[x];
      if ((values[x] > 0 && values[x] < 1) || values[x] != left || values[x] != above)
        soft[static_cast<size_t>(x)] = 1;
    }
  }
  std::vector<Span> spans;
  for (int x = 0; x < width; ++x) {
    if (soft[static_cast<size_t>(x)] == 0) continue;
    const Span span{std::max(x - kNear - 1, 0), std::min(x + kNear + 1, width)};
    if (!spans.empty() && span.first <= spans.back().last) {
      spans.back().last = span.last;
    } else {
      spans.push_back(span);
    }
  }
  return spans;
}

}  // namespace

Layers estimate_layers(const image::Pixels& rgb, const Plane& alpha) {
  constexpr int kSmall = 32;       // up to here many sweeps, above it two
  constexpr int kEverywhere = 64;  // up to here all pixels
  constexpr int kManySweeps = 10;
  constexpr int kFewSweeps = 2;
  const Size size = rgb.size();
  Layers layers = means(rgb, alpha);
  const int longest = std::max(size.width, size.height);
  const int levels = std::max(1, static_cast<int>(std::ceil(std::log2(longest))));
  for (int i = 0; i <= levels; ++i) {
    const double part = static_cast<double>(i) / levels;
    const Size to{static_cast<int>(std::lround(std::pow(size.width, part))),
                  static_cast<int>(std::lround(std::pow(size.height, part)))};
    const Level level = make_level(rgb, alpha, to);
    layers = {enlarged(layers.foreground, layers.size, to),
              enlarged(layers.background, layers.size, to), to};
    const int side = std::max(to.width, to.height);
    Sweep sweep(level, layers, side <= kEverywhere);
    for (int k = 0; k < (side <= kSmall ? kManySweeps : kFewSweeps); ++k) sweep.run();
  }
  return layers;
}

void paint_foreground(const Layers& layers, const Plane& alpha, const Box& region,
                      image::Pixels& rgba, int threads) {
  const Size size = layers.size;
  const double step_x = static_cast<double>(size.width) / region.width;
  const double step_y = static_cast<double>(size.height) / region.height;
  parallel_rows(threads, region.height, [&](int begin, int end) {
    int spans_of = -1;
    std::vector<Span> spans;
    for (int y = begin; y < end; ++y) {
      const double v = std::clamp((y + 0.5) * step_y - 0.5, 0.0, size.height - 1.0);
      const int top = static_cast<int>(v);
      const auto down = static_cast<float>(v - top);
      const size_t upper = static_cast<size_t>(top) * static_cast<size_t>(size.width);
      const size_t lower =
          static_cast<size_t>(std::min(top + 1, size.height - 1)) * static_cast<size_t>(size.width);
      if (top != spans_of) {
        spans = soft_spans(alpha, top);
        spans_of = top;
      }
      uint8_t* const row = rgba.row(region.top + y) + static_cast<ptrdiff_t>(region.left) * 4;
      int done = 0;
      for (const Span& span : spans) {
        const int first = std::max(done, static_cast<int>(span.first / step_x));
        const int last = std::min(region.width, static_cast<int>(std::ceil(span.last / step_x)));
        done = last;
        for (int x = first; x < last; ++x) {
          uint8_t* const pixel = row + static_cast<ptrdiff_t>(x) * 4;
          if (pixel[3] == 0 || pixel[3] == 255) continue;
          const double u = std::clamp((x + 0.5) * step_x - 0.5, 0.0, size.width - 1.0);
          const auto left = static_cast<size_t>(u);
          const size_t right = std::min(left + 1, static_cast<size_t>(size.width) - 1);
          const auto across = static_cast<float>(u - static_cast<double>(left));
          const auto colour = [&](const std::vector<float>& layer, size_t band) {
            const float above = layer[3 * (upper + left) + band] * (1 - across) +
                                layer[3 * (upper + right) + band] * across;
            const float below = layer[3 * (lower + left) + band] * (1 - across) +
                                layer[3 * (lower + right) + band] * across;
            return above * (1 - down) + below * down;
          };
          const float cover = static_cast<float>(pixel[3]) / 255.0F;
          for (size_t band = 0; band < 3; ++band) {
            const float front = colour(layers.foreground, band);
            const float back = colour(layers.background, band);
            const float seen = static_cast<float>(pixel[band]) / 255.0F;
            const float own = front + cover * (seen - cover * front - (1 - cover) * back);
            pixel[band] = static_cast<uint8_t>(std::lround(std::clamp(own, 0.0F, 1.0F) * 255.0F));
          }
        }
      }
    }
  });
}

}  // namespace bgcut::matte
