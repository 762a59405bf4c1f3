#include "convnet/plan.h"

#include <algorithm>
#include <numeric>

namespace bgcut::convnet {

MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes) {
  constexpr size_t kAlignment = 64;
  MemoryPlan plan;
  plan.offsets.resize(lifetimes.size());
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&lifetimes](size_t a, size_t b) {
    return lifetimes[a].bytes > lifetimes[b].bytes;
  });
  std::vector<size_t> placed;  // by offset
  for (const size_t index : order) {
    const Lifetime& wanted = lifetimes[index];
    size_t offset = 0;
    for (const size_t other : placed) {
      const Lifetime& taken = lifetimes[other];
      if (taken.last < wanted.first || wanted.last < taken.first) continue;
      if (offset + wanted.bytes <= plan.offsets[other]) break;
      const size_t end = plan.offsets[other] + taken.bytes;
      offset = std::max(offset, (end + kAlignment - 1) / kAlignment * kAlignment);
    }
    plan.offsets[index] = offset;
    plan.bytes = std::max(plan.bytes, offset + wanted.bytes);
    const auto after = std::upper_bound(
        placed.begin(), placed.end(), offset,
        [&plan](size_t value, size_t other) { return value < plan.offsets[other]; });
    placed.insert(after, index);
  }
  return plan;
}

}  // namespace bgcut::convnet
