#include "segment/detect.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/status.h"

namespace bgcut::segment {

namespace {

constexpr std::array<int, 3> kStrides{8, 16, 32};
constexpr int kReach = 10;  // strides that an edge can lie away from the centre of its cell
constexpr int kNumbers = kObjectClasses + 4;

// Cells that say less than this are not looked at: it spares most of the work and changes nothing
// that could win.
constexpr float kLeastScore = 0.03F;

// The subject's alpha, summed from the top left: sums over any box cost four look-ups.
class SubjectSums {
 public:
  explicit SubjectSums(const image::Pixels& view)
      : width_(view.width()),
        height_(view.height()),
        sums_(static_cast<size_t>(width_ + 1) * static_cast<size_t>(height_ + 1)) {
    for (int y = 0; y < height_; ++y) {
      const uint8_t* const row = view.row(y);
      double line = 0;
      for (int x = 0; x < width_; ++x) {
        line += row[size_t{4} * static_cast<size_t>(x) + 3] / 255.0;
        sums_[index(x + 1, y + 1)] = sums_[index(x + 1, y)] + line;
      }
    }
  }

  double whole() const { return inside(0, 0, width_, height_); }

  // How well a box, its edges in pixels, fits the subject: the share of the subject in it, less
  // where the subject fills under half of it.
  double fit(double left, double top, double right, double bottom) const {
    const int x0 = clamp(left, width_);
    const int y0 = clamp(top, height_);
    const int x1 = clamp(right, width_);
    const int y1 = clamp(bottom, height_);
    const double area = static_cast<double>(x1 - x0) * (y1 - y0);
    if (x1 <= x0 || y1 <= y0 || whole() <= 0) return 0;
    const double held = inside(x0, y0, x1, y1);
    return held / whole() * std::min(1.0, 2 * held / area);
  }

 private:
  static int clamp(double edge, int size) {
    return static_cast<int>(std::lround(std::clamp(edge, 0.0, static_cast<double>(size))));
  }
  size_t index(int x, int y) const {
    return static_cast<size_t>(y) * static_cast<size_t>(width_ + 1) + static_cast<size_t>(x);
  }
  double inside(int x0, int y0, int x1, int y1) const {
    return sums_[index(x1, y1)] - sums_[index(x0, y1)] - sums_[index(x1, y0)] +
           sums_[index(x0, y0)];
  }

  int width_;
  int height_;
  std::vector<double> sums_;
};

// What the detector is fed where the subject is not: a value that normalises to zero.
std::array<float, 3> neutral_colour(const Contract& contract) {
  std::array<float, 3> colour{};
  for (size_t plane = 0; plane < 3; ++plane) {
    const size_t band = contract.order == BandOrder::kBgr ? 2 - plane : plane;
    colour[band] = contract.mean[plane] * 255.0F;
  }
  return colour;
}

image::Pixels shown(const image::Pixels& view, Look look, const Contract& contract) {
  const auto pixels = static_cast<size_t>(view.size().area());
  image::Pixels rgb = image::new_pixels(view.size(), 3);
  const auto ground = neutral_colour(contract);
  const uint8_t* from = view.data();
  uint8_t* to = rgb.data();
  for (size_t i = 0; i < pixels; ++i, from += 4, to += 3) {
    const float alpha = look == Look::kScene ? 1.0F : static_cast<float>(from[3]) / 255.0F;
    for (size_t band = 0; band < 3; ++band) {
      const float value = static_cast<float>(from[band]) * alpha + ground[band] * (1 - alpha);
      to[band] = static_cast<uint8_t>(std::lround(value));
    }
  }
  return rgb;
}

int64_t count_cells(Size size) {
  int64_t cells = 0;
  for (const int stride : kStrides) cells += Size{size.width / stride, size.height / stride}.area();
  return cells;
}

}  // namespace

ObjectScores detect(const Detector& detector, const image::Pixels& view, Look look,
                    CancelToken& token) {
  double milliseconds = 0;
  const Mask cells = infer(*detector.session, detector.contract,
                           fill_tensor(shown(view, look, detector.contract), detector.contract),
                           false, token, milliseconds);
  if (cells.size.width != kNumbers || cells.size.height != count_cells(view.size())) {
    throw Error(Code::kModelInvalid, "the detector's output isn't that of three grids of cells");
  }
  const SubjectSums subject(view);
  ObjectScores scores{};
  const float* cell = cells.values.data();
  for (const int stride : kStrides) {
    const double reach = static_cast<double>(kReach) * stride;
    for (int y = 0; y < view.height() / stride; ++y) {
      for (int x = 0; x < view.width() / stride; ++x, cell += kNumbers) {
        const float* const edges = cell + kObjectClasses;
        if (*std::max_element(cell, edges) < kLeastScore) continue;
        const double centre_x = (x + 0.5) * stride;
        const double centre_y = (y + 0.5) * stride;
        const auto fit = static_cast<float>(
            subject.fit(centre_x - edges[0] * reach, centre_y - edges[1] * reach,
                        centre_x + edges[2] * reach, centre_y + edges[3] * reach));
        for (size_t i = 0; i < kObjectClasses; ++i) scores[i] = std::max(scores[i], cell[i] * fit);
      }
    }
  }
  return scores;
}

}  // namespace bgcut::segment
