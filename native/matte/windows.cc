#include "matte/windows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/parallel.h"

namespace bgcut::matte {

namespace {

constexpr std::array<std::pair<int, int>, 4> kNeighbours{{{1, 0}, {-1, 0}, {0, 1}, {0, -1}}};

constexpr int kLongest = 320;  // of the subject at the working size

// The subject at the working size; values 0..1.
struct Scene {
  Size size;
  double scale;  // working pixels per picture pixel
  std::vector<std::array<float, 4>> pixels;

  size_t index(int x, int y) const {
    return static_cast<size_t>(y) * static_cast<size_t>(size.width) + static_cast<size_t>(x);
  }
  bool inside(int x, int y) const { return x >= 0 && y >= 0 && x < size.width && y < size.height; }
  const std::array<float, 4>& at(int x, int y) const { return pixels[index(x, y)]; }
};

Scene look_at(const image::Pixels& rgba, const Box& subject) {
  Scene scene;
  scene.scale =
      std::min(1.0, static_cast<double>(kLongest) / std::max(subject.width, subject.height));
  scene.size = {std::max(1, static_cast<int>(subject.width * scene.scale)),
                std::max(1, static_cast<int>(subject.height * scene.scale))};
  scene.pixels.resize(static_cast<size_t>(scene.size.area()));
  for (int y = 0; y < scene.size.height; ++y) {
    const int top = subject.top + y * subject.height / scene.size.height;
    const int bottom =
        std::max(top + 1, subject.top + (y + 1) * subject.height / scene.size.height);
    for (int x = 0; x < scene.size.width; ++x) {
      const int left = subject.left + x * subject.width / scene.size.width;
      const int right =
          std::max(left + 1, subject.left + (x + 1) * subject.width / scene.size.width);
      std::array<unsigned, 4> sum{};
      for (int v = top; v < bottom; ++v) {
        const uint8_t* pixel = rgba.row(v) + static_cast<ptrdiff_t>(left) * 4;
        for (int u = left; u < right; ++u, pixel += 4) {
          for (size_t band = 0; band < 4; ++band) sum[band] += pixel[band];
        }
      }
      const float area = 255.0F * static_cast<float>((right - left) * (bottom - top));
      for (size_t band = 0; band < 4; ++band) {
        scene.pixels[scene.index(x, y)][band] = static_cast<float>(sum[band]) / area;
      }
    }
  }
  return scene;
}

float brightness(const std::array<float, 4>& pixel) {
  return 0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2];
}

float chroma(const std::array<float, 4>& pixel) {
  const auto [low, high] = std::minmax({pixel[0], pixel[1], pixel[2]});
  return high - low;
}

// The median brightness of the body: the middle of the subject's height, below the windows.
float body_brightness(const Scene& scene) {
  std::vector<float> values;
  for (int y = scene.size.height * 45 / 100; y < scene.size.height * 75 / 100; ++y) {
    for (int x = 0; x < scene.size.width; ++x) {
      if (scene.at(x, y)[3] > 0.9F) values.push_back(brightness(scene.at(x, y)));
    }
  }
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Glass is smooth and has hardly a colour of its own.
std::vector<uint8_t> glassy(const Scene& scene) {
  constexpr float kTexture = 0.075F;
  constexpr float kChroma = 0.18F;
  std::vector<uint8_t> result(scene.pixels.size());
  for (int y = 1; y < std::min(scene.size.height - 1, scene.size.height * 62 / 100); ++y) {
    for (int x = 1; x < scene.size.width - 1; ++x) {
      const auto& pixel = scene.at(x, y);
      const float across =
          std::abs(brightness(scene.at(x + 1, y)) - brightness(scene.at(x - 1, y)));
      const float along = std::abs(brightness(scene.at(x, y + 1)) - brightness(scene.at(x, y - 1)));
      const bool fits = pixel[3] > 0.85F && chroma(pixel) < kChroma && across < 2 * kTexture &&
                        along < 2 * kTexture;
      result[scene.index(x, y)] = fits ? 1 : 0;
    }
  }
  return result;
}

struct Area {
  std::vector<size_t> pixels;
  Box box;
  double middle = 0;     // height of its centre, 0 at the subject's top, 1 at its bottom
  double enclosed = 0;   // share of its border that lies well inside the subject
  double framed = 0;     // share of its border that something dark runs along
  float brightness = 0;  // mean
};

// A connected area of `candidates`, which are used up.
Area take_area(const Scene& scene, std::vector<uint8_t>& candidates, int x, int y) {
  constexpr int kFrame = 3;  // working pixels of bodywork around the glass
  Area area;
  int right = x;
  int bottom = y;
  area.box = {x, y, 0, 0};
  int border = 0;
  int held = 0;
  int dark = 0;
  double heights = 0;
  double light = 0;
  std::vector<std::pair<int, int>> open{{x, y}};
  candidates[scene.index(x, y)] = 2;
  while (!open.empty()) {
    const auto [u, v] = open.back();
    open.pop_back();
    area.pixels.push_back(scene.index(u, v));
    area.box.left = std::min(area.box.left, u);
    area.box.top = std::min(area.box.top, v);
    right = std::max(right, u);
    bottom = std::max(bottom, v);
    heights += v;
    light += brightness(scene.at(u, v));
    for (const auto& [dx, dy] : kNeighbours) {
      if (!scene.inside(u + dx, v + dy)) continue;
      uint8_t& next = candidates[scene.index(u + dx, v + dy)];
      if (next == 1) {
        next = 2;
        open.emplace_back(u + dx, v + dy);
      } else if (next == 0) {
        ++border;
        const int far_x = u + kFrame * dx;
        const int far_y = v + kFrame * dy;
        if (!scene.inside(far_x, far_y) || scene.at(far_x, far_y)[3] <= 0.8F) continue;
        ++held;
        float least = 1;
        for (int k = 1; k <= kFrame; ++k) {
          least = std::min(least, brightness(scene.at(u + k * dx, v + k * dy)));
        }
        if (least < 0.36F && least < brightness(scene.at(u, v)) - 0.10F) ++dark;
      }
    }
  }
  area.box.width = right - area.box.left + 1;
  area.box.height = bottom - area.box.top + 1;
  area.middle = heights / static_cast<double>(area.pixels.size()) / scene.size.height;
  area.enclosed = border > 0 ? static_cast<double>(held) / border : 1;
  area.framed = border > 0 ? static_cast<double>(dark) / border : 0;
  area.brightness = static_cast<float>(light / static_cast<double>(area.pixels.size()));
  return area;
}

// What can be a window by its size and place alone.
bool fits_window(const Area& area, double subject_area) {
  const auto pixels = static_cast<double>(area.pixels.size());
  const double share = pixels / subject_area;
  const double filled = pixels / static_cast<double>(area.box.size().area());
  return share >= 0.006 && share <= 0.20 && filled >= 0.35 && area.enclosed >= 0.85;
}

double aspect(const Area& area) {
  return static_cast<double>(area.box.width) / area.box.height;
}

// A window is darker than the body; or, pale with a reflection, it is high up, wide, and framed by
// dark pillars and rubber.
bool is_window(const Area& area, float body) {
  const bool dark = area.brightness < body - 0.16F && area.middle < 0.48 && aspect(area) > 0.9;
  const bool pale = area.framed > 0.20 && area.middle < 0.30 && aspect(area) > 1.5;
  return dark || pale;
}

// Beside a sure window, no lower than it, less is asked: a car's panes look alike in few lights.
bool is_neighbour(const Area& area, float body, double lowest) {
  const bool dark = area.brightness < body - 0.08F;
  return area.middle < lowest + 0.08 && aspect(area) > 0.6 && (dark || area.framed > 0.20);
}

// The small holes that a reflection tears into a pane. Larger ones are left: they are what is seen
// through it, or stuck on it.
void fill_holes(const Scene& scene, Area& area) {
  constexpr double kSmall = 0.03;  // of the pane
  const Box& box = area.box;
  const auto local = [&](int x, int y) {
    return static_cast<size_t>(y) * static_cast<size_t>(box.width) + static_cast<size_t>(x);
  };
  std::vector<uint8_t> taken(static_cast<size_t>(box.size().area()));
  for (const size_t i : area.pixels) {
    const auto width = static_cast<size_t>(scene.size.width);
    taken[local(static_cast<int>(i % width) - box.left, static_cast<int>(i / width) - box.top)] = 1;
  }
  const auto limit = static_cast<size_t>(kSmall * static_cast<double>(area.pixels.size()));
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      if (taken[local(x, y)] != 0) continue;
      bool closed = true;
      std::vector<std::pair<int, int>> hole{{x, y}};
      taken[local(x, y)] = 1;
      for (size_t next = 0; next < hole.size(); ++next) {
        const auto [u, v] = hole[next];
        for (const auto& [dx, dy] : kNeighbours) {
          const int to_x = u + dx;
          const int to_y = v + dy;
          if (to_x < 0 || to_y < 0 || to_x >= box.width || to_y >= box.height) {
            closed = false;
          } else if (taken[local(to_x, to_y)] == 0) {
            taken[local(to_x, to_y)] = 1;
            hole.emplace_back(to_x, to_y);
          }
        }
      }
      if (!closed || hole.size() > limit) continue;
      for (const auto& [u, v] : hole) {
        area.pixels.push_back(scene.index(box.left + u, box.top + v));
      }
    }
  }
}

// The panes of a car.
std::vector<Area> find_panes(const Scene& scene, float body) {
  std::vector<uint8_t> candidates = glassy(scene);
  double subject_area = 0;
  for (const auto& pixel : scene.pixels) subject_area += pixel[3];
  std::vector<Area> sure;
  std::vector<Area> others;
  for (int y = 0; y < scene.size.height; ++y) {
    for (int x = 0; x < scene.size.width; ++x) {
      if (candidates[scene.index(x, y)] != 1) continue;
      Area area = take_area(scene, candidates, x, y);
      if (!fits_window(area, subject_area)) continue;
      (is_window(area, body) ? sure : others).push_back(std::move(area));
    }
  }
  double lowest = 0;
  for (const Area& area : sure) lowest = std::max(lowest, area.middle);
  if (sure.empty()) return sure;
  for (Area& area : others) {
    if (is_neighbour(area, body, lowest)) sure.push_back(std::move(area));
  }
  for (Area& area : sure) fill_holes(scene, area);
  return sure;
}

// Three-by-three mean, to soften what was decided pixel by pixel.
void soften(const Scene& scene, std::vector<float>& values) {
  const std::vector<float> from = values;
  for (int y = 0; y < scene.size.height; ++y) {
    for (int x = 0; x < scene.size.width; ++x) {
      float sum = 0;
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          if (scene.inside(x + dx, y + dy)) sum += from[scene.index(x + dx, y + dy)];
        }
      }
      values[scene.index(x, y)] = sum / 9;
    }
  }
}

// Moves the alpha of every pixel of the subject by `change(alpha, weight)`, the weight being that
// of its place at the working size, bilinear.
template <typename Change>
void apply(const Size& size, const std::vector<float>& weights, const Box& subject,
           image::Pixels& rgba, int threads, Change change) {
  const auto index = [&](int x, int y) {
    return static_cast<size_t>(y) * static_cast<size_t>(size.width) + static_cast<size_t>(x);
  };
  const auto weight_at = [&](double x, double y) {
    const int left = std::clamp(static_cast<int>(std::floor(x)), 0, size.width - 1);
    const int top = std::clamp(static_cast<int>(std::floor(y)), 0, size.height - 1);
    const int right = std::min(left + 1, size.width - 1);
    const int bottom = std::min(top + 1, size.height - 1);
    const auto u = static_cast<float>(std::clamp(x - left, 0.0, 1.0));
    const auto v = static_cast<float>(std::clamp(y - top, 0.0, 1.0));
    return (weights[index(left, top)] * (1 - u) + weights[index(right, top)] * u) * (1 - v) +
           (weights[index(left, bottom)] * (1 - u) + weights[index(right, bottom)] * u) * v;
  };
  const double step_x = static_cast<double>(size.width) / subject.width;
  const double step_y = static_cast<double>(size.height) / subject.height;
  parallel_rows(threads, subject.height, [&](int begin, int end) {
    for (int y = begin; y < end; ++y) {
      uint8_t* alpha = rgba.row(subject.top + y) + static_cast<ptrdiff_t>(subject.left) * 4 + 3;
      for (int x = 0; x < subject.width; ++x, alpha += 4) {
        const float weight = weight_at((x + 0.5) * step_x - 0.5, (y + 0.5) * step_y - 0.5);
        if (weight > 0) *alpha = static_cast<uint8_t>(std::lround(change(*alpha, weight)));
      }
    }
  });
}

}  // namespace

Glass find_glass(const image::Pixels& rgba, const Box& subject) {
  const Scene scene = look_at(rgba, subject);
  const float body = body_brightness(scene);
  const std::vector<Area> panes = find_panes(scene, body);
  if (panes.empty()) return {};
  std::vector<float> clear(scene.pixels.size());
  for (const Area& pane : panes) {
    for (const size_t i : pane.pixels) {
      // The brighter, the more it reflects what is in front instead of what is behind.
      const float reflection =
          std::clamp(brightness(scene.pixels[i]) / std::max(body, 0.1F), 0.0F, 1.0F);
      clear[i] = 0.62F - 0.40F * reflection;
    }
  }
  soften(scene, clear);
  return {scene.size, std::move(clear)};
}

void open_windows(image::Pixels& rgba, const Box& subject, const Glass& glass, int threads) {
  if (glass.clear.empty()) return;
  apply(glass.size, glass.clear, subject, rgba, threads,
        [](uint8_t alpha, float weight) { return static_cast<float>(alpha) * (1 - weight); });
}

void close_windows(image::Pixels& rgba, const Box& subject, int threads) {
  constexpr float kSolid = 0.3F;
  const Scene scene = look_at(rgba, subject);
  // What is further than this from anything transparent is inside.
  const int reach = std::max(2, std::max(scene.size.width, scene.size.height) / 64);
  std::vector<float> inside(scene.pixels.size(), 1.0F);
  // One step around the box as well: outside it nothing is solid.
  for (int y = -1; y <= scene.size.height; ++y) {
    for (int x = -1; x <= scene.size.width; ++x) {
      if (scene.inside(x, y) && scene.at(x, y)[3] >= kSolid) continue;
      for (int v = std::max(0, y - reach); v <= std::min(scene.size.height - 1, y + reach); ++v) {
        const auto row = static_cast<ptrdiff_t>(scene.index(0, v));
        std::fill(inside.begin() + row + std::max(0, x - reach),
                  inside.begin() + row + std::min(scene.size.width - 1, x + reach) + 1, 0.0F);
      }
    }
  }
  soften(scene, inside);
  apply(scene.size, inside, subject, rgba, threads, [](uint8_t alpha, float weight) {
    return static_cast<float>(alpha) + (255.0F - static_cast<float>(alpha)) * weight;
  });
}

}  // namespace bgcut::matte
