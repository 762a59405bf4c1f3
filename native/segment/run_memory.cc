#include "segment/run_memory.h"

#include "core/blocks.h"
#include "segment/model.h"

namespace bgcut::segment {

namespace {

Blocks& run_blocks() {
  // IS-Net takes 96 MB at 1024 x 1024 and 24 MB at 512 x 512: one of each, or as many previews.
  constexpr size_t kMost = size_t{128} << 20;
  static auto* const blocks = new Blocks(kMost);  // outlives every static destructor
  return *blocks;
}

}  // namespace

RunMemory::RunMemory(size_t bytes, bool keep)
    : bytes_(bytes), memory_(run_blocks().take(bytes)), keep_(keep) {}

RunMemory::~RunMemory() {
  run_blocks().give_back(memory_, bytes_);
  if (!keep_) release_run_memory();
}

void release_run_memory() {
  run_blocks().release();
}

}  // namespace bgcut::segment
