#include "matte/closed_form.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "core/parallel.h"
#include "matte/laplacian.h"

namespace bgcut::matte {

namespace {

using Lanes = std::array<double, kLanes>;

// Calls work(group, sums) for each group of a grid, where `sums` is what that call may add to, and
// returns the sum of all. Groups are added up in blocks, so that the result is the same for any
// number of threads.
template <typename Work>
double for_groups(size_t groups, int threads, Work&& work) {
  constexpr size_t kGroups = 64;
  const auto blocks = static_cast<int>((groups + kGroups - 1) / kGroups);
  std::vector<double> of_blocks(static_cast<size_t>(blocks));
  parallel_bands(std::clamp(blocks, 1, threads), blocks, [&](int first, int last) {
    for (auto block = static_cast<size_t>(first); block < static_cast<size_t>(last); ++block) {
      Lanes sums{};
      const size_t end = std::min((block + 1) * kGroups, groups);
      for (size_t group = block * kGroups; group < end; ++group) work(group, sums);
      of_blocks[block] = std::accumulate(sums.begin(), sums.end(), 0.0);
    }
  });
  return std::accumulate(of_blocks.begin(), of_blocks.end(), 0.0);
}

// What the known pixels are, and at the unknown ones `start`, with the margin of `grid`.
Floats with_margin(const Trimap& trimap, const Plane& start, const Grid& grid, int threads) {
  Floats values(grid.unknown.size(), 0.0F);
  const auto width = static_cast<size_t>(trimap.size.width);
  parallel_rows(threads, trimap.size.height, [&](int first, int last) {
    for (int y = first; y < last; ++y) {
      const size_t from = static_cast<size_t>(y) * width;
      const Known* const known = trimap.values.data() + from;
      float* const row = values.data() + grid.at(0, y);
      for (size_t x = 0; x < width; ++x) {
        const float sure = known[x] == Known::kForeground ? 1.0F : 0.0F;
        row[x] = known[x] == Known::kUnknown ? start.values[from + x] : sure;
      }
    }
  });
  return values;
}

}  // namespace

Plane closed_form(const image::Pixels& rgb, const Trimap& trimap, const Plane& start,
                  const Prior& prior, const Effort& effort, int threads, const CancelToken& token) {
  const Grid grid = make_grid(trimap, threads);
  const size_t groups = grid.groups.size();
  // One value per pixel of the grid: first alpha, then the direction of the search.
  Floats values = with_margin(trimap, start, grid, threads);
  Plane result{Floats(trimap.values.size()), trimap.size};
  std::transform(trimap.values.begin(), trimap.values.end(), result.values.begin(),
                 [](Known known) { return known == Known::kForeground ? 1.0F : 0.0F; });
  if (groups == 0) return result;
  Laplacian matrix(rgb, grid, static_cast<double>(effort.epsilon), threads);

  // Calls each(i, at) for the unknown pixels of a group: their places among all values of the
  // groups, and in a plane.
  const auto for_unknown = [&](size_t group, auto&& each) {
    const size_t place = grid.groups[group];
    const size_t left = place % static_cast<size_t>(grid.size.width) - Grid::kColumnsBeside;
    const size_t row = place / static_cast<size_t>(grid.size.width) - Grid::kRowsBeside;
    for (size_t lane = 0; lane < kLanes; ++lane) {
      if (grid.unknown[place + lane] == 0) continue;
      each(group * kLanes + lane, row * static_cast<size_t>(trimap.size.width) + left + lane);
    }
  };
  // One value per pixel of the groups, 0 at those that are known.
  Floats alpha(groups * kLanes, 0.0F);
  Floats inverse(groups * kLanes, 0.0F);  // of the diagonal
  Floats residual(groups * kLanes, 0.0F);
  Floats product(groups * kLanes);
  double error = for_groups(groups, threads, [&](size_t group, Lanes& sums) {
    float* const diagonal = matrix.diagonal(group);
    for_unknown(group, [&](size_t i, size_t at) {
      const float weight = prior.weight.values[at];
      float& own = diagonal[i % kLanes];
      own += weight;
      // A picture too small for a window says nothing: what it starts from stays.
      inverse[i] = own > 0 ? 1 / own : 0.0F;
      alpha[i] = start.values[at];
      residual[i] = weight * prior.alpha.values[at];
    });
    const size_t first = group * kLanes;
    matrix.multiply(group, values.data(), product.data() + first);
    for (size_t lane = 0, i = first; lane < kLanes; ++lane, ++i) {
      residual[i] -= product[i];
      sums[lane] += static_cast<double>(residual[i] * (inverse[i] * residual[i]));
    }
  });
  const double target =
      error * static_cast<double>(effort.tolerance) * static_cast<double>(effort.tolerance);
  std::fill(values.begin(), values.end(), 0.0F);
  double keep = 0;
  for (int iteration = 0; iteration < effort.iterations && error > target; ++iteration) {
    token.check();
    for_groups(groups, threads, [&, keep = static_cast<float>(keep)](size_t group, Lanes&) {
      float* const direction = values.data() + grid.groups[group];
      for (size_t lane = 0, i = group * kLanes; lane < kLanes; ++lane, ++i) {
        direction[lane] = inverse[i] * residual[i] + keep * direction[lane];
      }
    });
    const double bent = for_groups(groups, threads, [&](size_t group, Lanes& sums) {
      float* const to = product.data() + group * kLanes;
      const float* const direction = values.data() + grid.groups[group];
      matrix.multiply(group, values.data(), to);
      for (size_t lane = 0; lane < kLanes; ++lane) {
        sums[lane] += static_cast<double>(direction[lane] * to[lane]);
      }
    });
    if (!(bent > 0)) break;  // as far as floats go
    const double before = error;
    error = for_groups(
        groups, threads, [&, step = static_cast<float>(error / bent)](size_t group, Lanes& sums) {
          const float* const direction = values.data() + grid.groups[group];
          for (size_t lane = 0, i = group * kLanes; lane < kLanes; ++lane, ++i) {
            alpha[i] += step * direction[lane];
            residual[i] -= step * product[i];
            sums[lane] += static_cast<double>(residual[i] * (inverse[i] * residual[i]));
          }
        });
    keep = error / before;
  }
  for_groups(groups, threads, [&](size_t group, Lanes&) {
    for_unknown(group, [&](size_t i, size_t at) {
      const float value = alpha[i];
      result.values[at] = value > 0 ? std::min(value, 1.0F) : 0.0F;
    });
  });
  return result;
}

}  // namespace bgcut::matte
