#include "segment/run_memory.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <vector>

#if !defined(_WIN32)
#include <sys/mman.h>
#endif

#include "segment/model.h"

namespace bgcut::segment {

namespace {

using Block = RunMemory::Block;

// IS-Net takes 96 MB at 1024 x 1024 and 24 MB at 512 x 512: one of each, or as many previews.
constexpr size_t kMostKept = size_t{128} << 20;
constexpr size_t kHugePage = size_t{2} << 20;

#if defined(_WIN32)
constexpr std::align_val_t kAlignment{64};

Block map(size_t bytes) {
  return {::operator new(bytes, kAlignment), bytes};
}

void unmap(const Block& block) {
  ::operator delete(block.memory, kAlignment);
}
#else
Block map(size_t bytes) {
  const size_t whole = (bytes + kHugePage - 1) / kHugePage * kHugePage;
  void* const memory =
      mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
  madvise(memory, whole, MADV_HUGEPAGE);  // fewer page faults, where the system has such pages
#endif
  return {memory, whole};
}

void unmap(const Block& block) {
  munmap(block.memory, block.bytes);
}
#endif

class Kept {
 public:
  // The smallest that is large enough; null memory where there is none.
  Block take(size_t bytes) {
    const std::lock_guard lock(mutex_);
    auto best = blocks_.end();
    for (auto block = blocks_.begin(); block != blocks_.end(); ++block) {
      if (block->bytes < bytes) continue;
      if (best == blocks_.end() || block->bytes < best->bytes) best = block;
    }
    if (best == blocks_.end()) return {nullptr, 0};
    const Block found = *best;
    blocks_.erase(best);
    return found;
  }

  bool keep(const Block& block) {
    const std::lock_guard lock(mutex_);
    size_t sum = block.bytes;
    for (const Block& other : blocks_) sum += other.bytes;
    if (sum > kMostKept) return false;
    blocks_.push_back(block);
    return true;
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    for (const Block& block : blocks_) unmap(block);
    blocks_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<Block> blocks_;
};

Kept& kept() {
  static auto* const blocks = new Kept;  // outlives every static destructor
  return *blocks;
}

}  // namespace

RunMemory::RunMemory(size_t bytes, bool keep) : block_(kept().take(bytes)), keep_(keep) {
  if (block_.memory == nullptr) block_ = map(std::max<size_t>(bytes, 1));
}

RunMemory::~RunMemory() {
  if (!keep_ || !kept().keep(block_)) unmap(block_);
  if (!keep_) release_run_memory();
}

void release_run_memory() {
  kept().clear();
}

}  // namespace bgcut::segment
