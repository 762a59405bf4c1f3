// Large blocks of memory that are used again: the system has to clear every page that it hands out,
// which costs a call of 12 megapixels a tenth of its CPU time.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace bgcut {

// Blocks that come from the system one by one, and of which some are kept for those who ask next.
// Uninitialized, aligned to 64 bytes. Thread-safe. Where the system has large pages, they
// have them.
class Blocks {
 public:
  // Keeps up to `most` bytes.
  explicit Blocks(size_t most) : most_(most) {}
  ~Blocks() { release(); }
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;

  // Throws std::bad_alloc.
  void* take(size_t bytes);

  // `memory`: what take(bytes) gave.
  void give_back(void* memory, size_t bytes) noexcept;

  // Everything that is kept goes back to the system.
  void release() noexcept;

 private:
  struct Block {
    void* memory;
    size_t bytes;
  };

  bool keep(const Block& block) noexcept;

  const size_t most_;
  std::mutex mutex_;
  std::vector<Block> kept_;  // in the order in which they were given back
};

// Those of planes: for the whole process.
Blocks& plane_blocks();

// Memory for vectors of numbers. Values that are given no other value are uninitialized; large
// vectors come from plane_blocks().
template <typename T>
class PlaneAllocator {
 public:
  using value_type = T;

  PlaneAllocator() = default;
  template <typename U>
  explicit PlaneAllocator(const PlaneAllocator<U>&) {}

  T* allocate(size_t count) {
    if (is_large(count)) return static_cast<T*>(plane_blocks().take(count * sizeof(T)));
    return std::allocator<T>().allocate(count);
  }
  void deallocate(T* values, size_t count) noexcept {
    if (is_large(count)) {
      plane_blocks().give_back(values, count * sizeof(T));
    } else {
      std::allocator<T>().deallocate(values, count);
    }
  }
  template <typename U, typename... Value>
  void construct(U* at, Value&&... value) {
    if constexpr (sizeof...(Value) == 0) {
      ::new (static_cast<void*>(at)) U;
    } else {
      ::new (static_cast<void*>(at)) U(std::forward<Value>(value)...);
    }
  }

  bool operator==(const PlaneAllocator&) const = default;

 private:
  static bool is_large(size_t count) { return count >= kLarge / sizeof(T); }
  static constexpr size_t kLarge = size_t{256} << 10;
};

// Floats(n) are uninitialized, Floats(n, 0.0F) are zeros.
using Floats = std::vector<float, PlaneAllocator<float>>;

}  // namespace bgcut
