#include "core/blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <thread>
#include <vector>

namespace bgcut {
namespace {

constexpr size_t kMegabyte = size_t{1} << 20;

TEST(Blocks, AreAlignedAndAsLongAsAskedFor) {
  Blocks blocks(8 * kMegabyte);
  for (const size_t bytes : {size_t{1}, size_t{4097}, kMegabyte - 1, 3 * kMegabyte + 5}) {
    for (int time = 0; time < 3; ++time) {
      void* const memory = blocks.take(bytes);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 64, 0U);
      std::memset(memory, time, bytes);
      blocks.give_back(memory, bytes);
    }
  }
}

#if defined(__linux__) && !defined(BGCUT_SANITIZED)
// Fresh pages are zeros: what still has its mark was kept.
TEST(Blocks, KeepsUpToItsLimitUntilReleased) {
  Blocks blocks(2 * kMegabyte);
  const auto marked_again = [&blocks](size_t bytes) {
    auto* memory = static_cast<uint8_t*>(blocks.take(bytes));
    memory[0] = 7;
    blocks.give_back(memory, bytes);
    memory = static_cast<uint8_t*>(blocks.take(bytes));
    const bool marked = memory[0] == 7;
    memory[0] = 7;
    blocks.give_back(memory, bytes);
    return marked;
  };
  EXPECT_TRUE(marked_again(kMegabyte));
  EXPECT_FALSE(marked_again(3 * kMegabyte)) << "more than it may keep";
  blocks.release();
  void* const fresh = blocks.take(kMegabyte);
  EXPECT_EQ(*static_cast<uint8_t*>(fresh), 0);
  blocks.give_back(fresh, kMegabyte);
}
#endif

TEST(Blocks, ServeManyThreadsWithBlocksOfTheirOwn) {
  Blocks blocks(2 * kMegabyte);
  std::vector<std::thread> threads;
  std::vector<int> spoilt(4);
  for (size_t k = 0; k < spoilt.size(); ++k) {
    threads.emplace_back([&, k] {
      const auto mark = static_cast<uint8_t>(k + 1);
      for (int time = 0; time < 200; ++time) {
        const size_t bytes = kMegabyte / 2 + static_cast<size_t>(time % 3) * 70'000;
        auto* const memory = static_cast<uint8_t*>(blocks.take(bytes));
        std::fill_n(memory, bytes, mark);
        spoilt[k] +=
            static_cast<int>(bytes) - static_cast<int>(std::count(memory, memory + bytes, mark));
        blocks.give_back(memory, bytes);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(spoilt, std::vector<int>(spoilt.size()));
}

#if !defined(BGCUT_SANITIZED)  // AddressSanitizer ends the process instead
TEST(Blocks, AskingForTooMuchThrows) {
  Blocks blocks(kMegabyte);
  EXPECT_THROW(blocks.take(std::numeric_limits<size_t>::max() - 1), std::bad_alloc);
}
#endif

TEST(Floats, HaveTheValuesThatTheyAreGiven) {
  constexpr size_t kCount = kMegabyte;
  std::fill_n(Floats(kCount).begin(), kCount, 7.0F);
  const Floats zeros(kCount, 0.0F);
  EXPECT_EQ(std::count(zeros.begin(), zeros.end(), 0.0F), static_cast<ptrdiff_t>(kCount));
  Floats grown(2, 3.0F);
  grown.resize(kCount, 4.0F);
  EXPECT_EQ(grown[1], 3.0F);
  EXPECT_EQ(std::count(grown.begin(), grown.end(), 4.0F), static_cast<ptrdiff_t>(kCount) - 2);
}

}  // namespace
}  // namespace bgcut
