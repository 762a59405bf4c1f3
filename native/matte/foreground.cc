#include "matte/foreground.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <new>
#include <numeric>
#include <utility>
#include <vector>

#include "core/parallel.h"

namespace bgcut::matte {

namespace {

// A byte as a colour of 0..1.
const auto kColours = [] {
  std::array<float, 256> colours{};
  for (size_t i = 0; i < colours.size(); ++i) colours[i] = static_cast<float>(i) / 255.0F;
  return colours;
}();

// Nearest neighbours, as in the paper: means would mix the two layers. For each of `to` rows or
// columns that of `from`.
std::vector<size_t> nearest(int from, int to) {
  std::vector<size_t> places(static_cast<size_t>(to));
  for (int i = 0; i < to; ++i) {
    places[static_cast<size_t>(i)] = static_cast<size_t>(static_cast<int64_t>(i) * from / to);
  }
  return places;
}

// Mean colours of what is surely foreground and of what is surely background.
Layers means(const image::Pixels& rgb, const Plane& alpha, int threads) {
  struct Sums {
    std::array<int64_t, 3> colour{};
    int64_t count = 0;

    void add(const uint8_t* pixel) {
      for (size_t band = 0; band < 3; ++band) colour[band] += pixel[band];
      ++count;
    }
    void add(const Sums& other) {
      for (size_t band = 0; band < 3; ++band) colour[band] += other.colour[band];
      count += other.count;
    }
    float mean(size_t band) const {
      return static_cast<float>(static_cast<double>(colour[band]) / 255 /
                                (static_cast<double>(count) + 1e-5));
    }
  };
  Sums front;
  Sums back;
  std::mutex mutex;
  parallel_rows(threads, rgb.height(), [&](int begin, int end) {
    Sums own_front;
    Sums own_back;
    const auto width = static_cast<size_t>(rgb.width());
    const uint8_t* pixel = rgb.row(begin);
    for (size_t i = static_cast<size_t>(begin) * width; i < static_cast<size_t>(end) * width;
         ++i, pixel += 3) {
      if (alpha.values[i] > 0.9F) own_front.add(pixel);
      if (alpha.values[i] < 0.1F) own_back.add(pixel);
    }
    const std::lock_guard lock(mutex);
    front.add(own_front);
    back.add(own_back);
  });
  Layers layers{Colours({1, 1}), Colours({1, 1}), {1, 1}};
  for (size_t band = 0; band < 3; ++band) {
    layers.foreground[band] = front.mean(band);
    layers.background[band] = back.mean(band);
  }
  return layers;
}

// How much of a level is worked on.
enum class Extent {
  kEverywhere,  // all pixels are solved for
  kSoft,        // those near alpha between 0 and 1
  kSoftAlone    // and nothing is known of those further away
};

// One size of the multi-level estimation.
class Level {
 public:
  // `coarser` are the layers of the level before.
  Level(const image::Pixels& rgb, const Plane& alpha, Size size, const Layers& coarser,
        Extent extent, int threads)
      : rgb_(rgb),
        size_(size),
        width_(static_cast<size_t>(size.width)),
        rows_(nearest(rgb.height(), size.height)),
        columns_(nearest(rgb.width(), size.width)),
        alpha_(static_cast<size_t>(size.area())),
        blocks_((width_ + kBlock - 1) / kBlock),
        active_(alpha_.size(), 1),
        active_blocks_(blocks_ * rows_.size(), 1),
        layers_{Colours(size), Colours(size), size} {
    for_rows(threads, [&](size_t y) {
      const float* const from = alpha.values.data() + rows_[y] * static_cast<size_t>(rgb.width());
      for (size_t x = 0; x < width_; ++x) alpha_[y * width_ + x] = from[columns_[x]];
    });
    if (extent != Extent::kEverywhere) for_rows(threads, [&](size_t y) { find_active(y); });
    const auto rows = nearest(coarser.size.height, size.height);
    const auto columns = nearest(coarser.size.width, size.width);
    for_rows(threads, [&](size_t y) {
      const size_t above = rows[y] * static_cast<size_t>(coarser.size.width);
      const auto begin = [&](size_t x) {
        start_from(coarser, above + columns[x], x, y, extent == Extent::kEverywhere);
      };
      if (extent == Extent::kSoftAlone) {
        for_near(y, begin);
      } else {
        for (size_t x = 0; x < width_; ++x) begin(x);
      }
    });
  }

  // One sweep of Gauss-Seidel: each pixel's pair of colours is solved for exactly while its
  // neighbours' stay, as in the authors' implementation.
  void sweep() {
    for (size_t y = 0; y < static_cast<size_t>(size_.height); ++y) {
      for (size_t block = 0; block < blocks_; ++block) {
        if (active_blocks_[y * blocks_ + block] == 0) continue;
        const size_t last = std::min((block + 1) * kBlock, width_);
        for (size_t x = block * kBlock; x < last; ++x) {
          if (active_[y * width_ + x] != 0) update(x, y);
        }
      }
    }
  }

  Layers take_layers() { return std::move(layers_); }

 private:
  static constexpr size_t kBlock = 8;  // pixels of a row that are passed over together

  std::array<float, 3> colour(size_t x, size_t y) const {
    const uint8_t* const from =
        rgb_.data() + 3 * (rows_[y] * static_cast<size_t>(rgb_.width()) + columns_[x]);
    return {kColours[from[0]], kColours[from[1]], kColours[from[2]]};
  }

  template <typename Work>
  void for_rows(int threads, const Work& work) const {
    parallel_rows(threads, size_.height, [&](int begin, int end) {
      for (int y = begin; y < end; ++y) work(static_cast<size_t>(y));
    });
  }

  // The places of the pixels beside one, of itself where there is none.
  std::array<size_t, 4> beside(size_t x, size_t y) const {
    const size_t i = y * width_ + x;
    return {x > 0 ? i - 1 : i, x + 1 < width_ ? i + 1 : i, y > 0 ? i - width_ : i,
            y + 1 < static_cast<size_t>(size_.height) ? i + width_ : i};
  }

  // Where alpha is between 0 and 1, or not the same as beside it.
  void find_active(size_t y) {
    const float* const here = alpha_.data() + y * width_;
    const float* const above = y > 0 ? here - width_ : here;
    const float* const below = y + 1 < static_cast<size_t>(size_.height) ? here + width_ : here;
    uint8_t* const active = active_.data() + y * width_;
    const auto look = [&](size_t x, size_t left, size_t right) {
      const int soft = static_cast<int>(here[x] > 0) & static_cast<int>(here[x] < 1);
      const int edge =
          static_cast<int>(here[x] != here[left]) | static_cast<int>(here[x] != here[right]) |
          static_cast<int>(here[x] != above[x]) | static_cast<int>(here[x] != below[x]);
      active[x] = static_cast<uint8_t>(soft | edge);
    };
    const size_t last = width_ - 1;
    look(0, 0, std::min<size_t>(1, last));
    for (size_t x = 1; x < last; ++x) look(x, x - 1, x + 1);
    look(last, last - std::min<size_t>(1, last), last);
    for (size_t block = 0; block < blocks_; ++block) {
      const auto first = active + block * kBlock;
      const auto end = active + std::min((block + 1) * kBlock, width_);
      active_blocks_[y * blocks_ + block] = std::accumulate(first, end, uint8_t{0});
    }
  }

  // Calls work(x) for what is seen of row `y`: all pixels that are no further than kNear from an
  // active one, and some more.
  template <typename Work>
  void for_near(size_t y, const Work& work) const {
    constexpr size_t kNear = 4;  // what painting looks at
    static_assert(kNear <= kBlock);
    std::vector<uint8_t> near(blocks_ + 2);  // one more on either side
    const size_t end = std::min(y + kNear + 1, static_cast<size_t>(size_.height));
    for (size_t row = y < kNear ? 0 : y - kNear; row < end; ++row) {
      const uint8_t* const active = active_blocks_.data() + row * blocks_;
      for (size_t block = 0; block < blocks_; ++block) near[block + 1] |= active[block];
    }
    for (size_t block = 0; block < blocks_; ++block) {
      if ((near[block] | near[block + 1] | near[block + 2]) == 0) continue;
      const size_t last = std::min((block + 1) * kBlock, width_);
      for (size_t x = block * kBlock; x < last; ++x) work(x);
    }
  }

  // What a pixel has before it is solved for: the colours of the coarser pixel `from`, or its own
  // where it is sure and not everything is solved for.
  void start_from(const Layers& coarser, size_t from, size_t x, size_t y, bool everywhere) {
    const size_t i = y * width_ + x;
    const auto own = colour(x, y);
    const bool behind = !everywhere && alpha_[i] <= 0;
    const bool front = !everywhere && alpha_[i] >= 1;
    for (size_t band = 0; band < 3; ++band) {
      layers_.foreground[3 * i + band] = front ? own[band] : coarser.foreground[3 * from + band];
      layers_.background[3 * i + band] = behind ? own[band] : coarser.background[3 * from + band];
    }
  }

  void update(size_t x, size_t y) {
    constexpr float kRegularization = 1e-5F;
    const size_t i = y * width_ + x;
    const float alpha = alpha_[i];
    const float rest = 1 - alpha;
    const auto rgb = colour(x, y);
    float a00 = alpha * alpha;
    const float a01 = alpha * rest;
    float a11 = rest * rest;
    std::array<float, 3> front{alpha * rgb[0], alpha * rgb[1], alpha * rgb[2]};
    std::array<float, 3> back{rest * rgb[0], rest * rgb[1], rest * rgb[2]};
    for (const size_t k : beside(x, y)) {
      const float weight = kRegularization + std::abs(alpha - alpha_[k]);
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

  const image::Pixels& rgb_;
  const Size size_;
  const size_t width_;
  const std::vector<size_t> rows_;  // of the picture
  const std::vector<size_t> columns_;
  Floats alpha_;
  const size_t blocks_;                 // in a row
  std::vector<uint8_t> active_;         // 1: the pixel is worked on
  std::vector<uint8_t> active_blocks_;  // 0: no pixel of the block is
  Layers layers_;
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

Colours::Colours(Size size) : count_(static_cast<size_t>(size.area()) * 3) {
  values_.reset(static_cast<float*>(std::calloc(count_, sizeof(float))));
  if (values_ == nullptr) throw std::bad_alloc();
}

Layers estimate_layers(const image::Pixels& rgb, const Plane& alpha, int threads) {
  constexpr int kSmall = 32;       // up to here many sweeps, above it two
  constexpr int kEverywhere = 64;  // up to here all pixels
  constexpr int kManySweeps = 10;
  constexpr int kFewSweeps = 2;
  const Size size = rgb.size();
  Layers layers = means(rgb, alpha, threads);
  const int longest = std::max(size.width, size.height);
  const int levels = std::max(1, static_cast<int>(std::ceil(std::log2(longest))));
  for (int i = 0; i <= levels; ++i) {
    const double part = static_cast<double>(i) / levels;
    const Size to{static_cast<int>(std::lround(std::pow(size.width, part))),
                  static_cast<int>(std::lround(std::pow(size.height, part)))};
    const int side = std::max(to.width, to.height);
    const Extent soft = i < levels ? Extent::kSoft : Extent::kSoftAlone;
    const Extent extent = side <= kEverywhere ? Extent::kEverywhere : soft;
    Level level(rgb, alpha, to, layers, extent, threads);
    for (int k = 0; k < (side <= kSmall ? kManySweeps : kFewSweeps); ++k) level.sweep();
    layers = level.take_layers();
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
          const auto colour = [&](const Colours& layer, size_t band) {
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
