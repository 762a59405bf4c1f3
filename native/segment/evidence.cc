#include "segment/evidence.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "image/decode.h"

namespace bgcut::segment {

namespace {

// Longer sides of the views: of the whole picture, in which the subject may be small, and of the
// subject. Larger ones cost more and tell no more (docs/types.md).
constexpr int kSceneSide = 384;
constexpr int kSubjectSide = 320;

// The subject is shown with this much around it, as a share of its longer side.
constexpr double kMargin = 0.1;

// A first look leaves no doubt when the best score is this high, and every other is less than this
// share of it.
constexpr float kSure = 0.5F;
constexpr float kRival = 0.7F;

constexpr int kSolid = 230;       // alpha of what is surely subject
constexpr int kGround = 25;       // alpha of what is surely not
constexpr int kAlike = 1;         // differences of neighbours in a flat area, levels
constexpr int kCalm = 3;          // the same beside a jump, where resampling leaves its mark
constexpr int kJump = 40;         // a jump, levels
constexpr int kSameGround = 12;   // from the rim's middle colour, levels
constexpr size_t kCommonest = 8;  // colours of the palette

int to_multiple(double side) {
  const auto steps = static_cast<int>(std::lround(side / kDetectorMultiple));
  return std::max(steps, 1) * kDetectorMultiple;
}

image::Pixels view_of(const image::Pixels& frame, const Box& region, int side, int threads,
                      const CancelToken& token) {
  const double scale = static_cast<double>(side) / std::max(region.width, region.height);
  const Size size{to_multiple(region.width * scale), to_multiple(region.height * scale)};
  return image::resize_for_model(frame, region, size, threads, token);
}

Box grown(const Box& box, Size frame) {
  const auto margin = static_cast<int>(std::lround(kMargin * std::max(box.width, box.height)));
  const int left = std::max(box.left - margin, 0);
  const int top = std::max(box.top - margin, 0);
  const int right = std::min(box.left + box.width + margin, frame.width);
  const int bottom = std::min(box.top + box.height + margin, frame.height);
  return {left, top, right - left, bottom - top};
}

// A line of pixels of a view: a row, or a column.
struct Line {
  const uint8_t* start;
  size_t step;  // bytes from one pixel to the next
  int length;

  const uint8_t* pixel(int i) const { return start + step * static_cast<size_t>(i); }
  bool solid(int i) const { return pixel(i)[3] >= kSolid; }
  int difference(int i, int j) const {
    const uint8_t* const a = pixel(i);
    const uint8_t* const b = pixel(j);
    return std::max({std::abs(a[0] - b[0]), std::abs(a[1] - b[1]), std::abs(a[2] - b[2])});
  }
};

void for_each_line(const image::Pixels& view, const std::function<void(const Line&)>& visit) {
  for (int y = 0; y < view.height(); ++y) visit({view.row(y), 4, view.width()});
  for (int x = 0; x < view.width(); ++x) {
    visit({view.data() + size_t{4} * static_cast<size_t>(x), view.stride(), view.height()});
  }
}

float share(int64_t part, int64_t whole) {
  return whole > 0 ? static_cast<float>(static_cast<double>(part) / static_cast<double>(whole)) : 0;
}

void measure_surface(const image::Pixels& view, Evidence& evidence) {
  int64_t pairs = 0;
  int64_t alike = 0;
  int64_t places = 0;
  int64_t jumps = 0;
  int64_t clean = 0;
  for_each_line(view, [&](const Line& line) {
    for (int i = 0; i + 1 < line.length; ++i) {
      if (!line.solid(i) || !line.solid(i + 1)) continue;
      ++pairs;
      alike += line.difference(i, i + 1) <= kAlike ? 1 : 0;
      if (i < 2 || i + 5 >= line.length || !line.solid(i - 2) || !line.solid(i + 5)) continue;
      ++places;
      if (line.difference(i, i + 3) <= kJump) continue;
      ++jumps;
      const bool before =
          line.difference(i - 2, i - 1) <= kCalm && line.difference(i - 1, i) <= kCalm;
      const bool behind =
          line.difference(i + 3, i + 4) <= kCalm && line.difference(i + 4, i + 5) <= kCalm;
      clean += before || behind ? 1 : 0;
    }
  });
  evidence.flat = share(alike, pairs);
  evidence.jumps = share(jumps, places);
  evidence.clean = share(clean, jumps);
}

void measure_palette(const image::Pixels& view, Evidence& evidence) {
  std::vector<int64_t> colours(size_t{16} * 16 * 16);
  int64_t pixels = 0;
  const uint8_t* const end = view.data() + view.byte_length();
  for (const uint8_t* pixel = view.data(); pixel != end; pixel += 4) {
    if (pixel[3] < kSolid) continue;
    ++pixels;
    ++colours[static_cast<size_t>((pixel[0] >> 4) << 8 | (pixel[1] >> 4) << 4 | pixel[2] >> 4)];
  }
  std::partial_sort(colours.begin(), colours.begin() + kCommonest, colours.end(), std::greater<>());
  int64_t common = 0;
  for (size_t i = 0; i < kCommonest; ++i) common += colours[i];
  evidence.palette = share(common, pixels);
}

// The rim is a band of a thirtieth of the picture's shorter side. Where less than a fifth of it
// isn't subject it says nothing.
void measure_ground(const image::Pixels& view, Evidence& evidence) {
  const int band = std::max(std::min(view.width(), view.height()) / 30, 2);
  std::vector<const uint8_t*> rim;
  int64_t all = 0;
  double alpha = 0;
  for (int y = 0; y < view.height(); ++y) {
    for (int x = 0; x < view.width(); ++x) {
      const uint8_t* const pixel = view.row(y) + size_t{4} * static_cast<size_t>(x);
      alpha += pixel[3] / 255.0;
      if (std::min({x, y, view.width() - 1 - x, view.height() - 1 - y}) >= band) continue;
      ++all;
      if (pixel[3] <= kGround) rim.push_back(pixel);
    }
  }
  evidence.cover = static_cast<float>(alpha / static_cast<double>(view.size().area()));
  const auto ground = static_cast<int64_t>(rim.size());
  if (ground * 5 < all) return;
  std::array<int, 3> middle{};
  std::vector<int> values(rim.size());
  for (size_t i = 0; i < 3; ++i) {
    std::transform(rim.begin(), rim.end(), values.begin(), [i](const uint8_t* p) { return p[i]; });
    const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), half, values.end());
    middle[i] = *half;
  }
  const auto same = std::count_if(rim.begin(), rim.end(), [&middle](const uint8_t* p) {
    return std::max({std::abs(p[0] - middle[0]), std::abs(p[1] - middle[1]),
                     std::abs(p[2] - middle[2])}) <= kSameGround;
  });
  evidence.plain = share(same, ground);
}

bool leaves_doubt(const ObjectScores& scores) {
  const float best = *std::max_element(scores.begin(), scores.end());
  const auto rivals = std::count_if(scores.begin(), scores.end(),
                                    [best](float score) { return score >= kRival * best; });
  return best < kSure || rivals > 1;
}

ObjectScores look_twice(const Detector& detector, const image::Pixels& scene,
                        const image::Pixels& subject, CancelToken& token) {
  ObjectScores scores = detect(detector, scene, Look::kScene, token);
  if (!leaves_doubt(scores)) return scores;
  const ObjectScores near = detect(detector, subject, Look::kSubject, token);
  for (size_t i = 0; i < scores.size(); ++i) scores[i] = (scores[i] + near[i]) / 2;
  return scores;
}

}  // namespace

Evidence measure_evidence(const image::Pixels& frame, const Box& subject, const Detector* detector,
                          int threads, CancelToken& token) {
  const image::Pixels scene = view_of(frame, image::whole(frame), kSceneSide, threads, token);
  const image::Pixels close =
      view_of(frame, grown(subject, frame.size()), kSubjectSide, threads, token);
  Evidence evidence;
  measure_surface(close, evidence);
  measure_palette(close, evidence);
  measure_ground(scene, evidence);
  evidence.left = share(subject.left, frame.width());
  evidence.top = share(subject.top, frame.height());
  evidence.width = share(subject.width, frame.width());
  evidence.height = share(subject.height, frame.height());
  token.check();
  if (detector != nullptr) evidence.objects = look_twice(*detector, scene, close, token);
  return evidence;
}

}  // namespace bgcut::segment
