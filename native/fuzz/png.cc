#include "fuzz/png.h"

#include <cstring>

namespace bgcut::fuzz {

namespace {

uint32_t crc32(std::span<const uint8_t> bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
  }
  return ~crc;
}

}  // namespace

void repair_checksums(std::span<uint8_t> bytes) {
  constexpr size_t kSignature = 8;
  constexpr size_t kAround = 12;  // length, name and checksum of a chunk
  if (bytes.size() < kSignature || std::memcmp(bytes.data(), "\x89PNG\r\n\x1a\n", kSignature) != 0)
    return;
  for (auto left = bytes.subspan(kSignature); left.size() >= kAround;) {
    const size_t length = static_cast<size_t>(left[0]) << 24 | static_cast<size_t>(left[1]) << 16 |
                          static_cast<size_t>(left[2]) << 8 | left[3];
    if (length > left.size() - kAround) return;
    const uint32_t crc = crc32(left.subspan(4, length + 4));
    for (size_t i = 0; i < 4; ++i) {
      left[8 + length + i] = static_cast<uint8_t>(crc >> (24 - 8 * i));
    }
    left = left.subspan(length + kAround);
  }
}

}  // namespace bgcut::fuzz
