// Private to native/convnet: which bytes of one block each value of a run gets.
#pragma once

#include <cstddef>
#include <vector>

namespace bgcut::convnet {

// From step `first` to step `last`, both included, `bytes` are needed.
struct Lifetime {
  size_t bytes;
  int first;
  int last;
};

struct MemoryPlan {
  std::vector<size_t> offsets;  // of each lifetime, multiples of 64
  size_t bytes = 0;             // of the block
};

// Two values share bytes only if they don't live at the same time. Largest first, each at the
// lowest offset that is free (Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net
// Inference, 2020: greedy by size).
MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes);

}  // namespace bgcut::convnet
