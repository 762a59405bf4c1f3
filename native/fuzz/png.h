#pragma once

#include <cstdint>
#include <span>

namespace bgcut::fuzz {

// Writes the right CRC-32 into every whole chunk of a PNG; leaves alone what is no PNG.
void repair_checksums(std::span<uint8_t> bytes);

}  // namespace bgcut::fuzz
