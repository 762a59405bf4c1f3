// Private to native/segment: the memory of one run of a convnet::Network, kept from run to run.
#pragma once

#include <cstddef>

namespace bgcut::segment {

// A block of at least so many bytes, uninitialized, aligned to 64 bytes. Blocks come from the
// system and not from ONNX Runtime's arena, which would keep as many as were ever needed at a time,
// cut up as chance had it.
class RunMemory {
 public:
  // Throws std::bad_alloc. `keep`: whether the block may be kept afterwards; otherwise it goes back
  // to the system, and so do those that were kept before.
  RunMemory(size_t bytes, bool keep);
  ~RunMemory();
  RunMemory(const RunMemory&) = delete;
  RunMemory& operator=(const RunMemory&) = delete;

  void* get() const { return memory_; }

 private:
  const size_t bytes_;
  void* const memory_;
  const bool keep_;
};

}  // namespace bgcut::segment
