// The targets of `npm run fuzz`: each takes any bytes, and ends the process where the code under it
// breaks a promise. What is a find is said where each is written.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace bgcut::fuzz {

void header(std::span<const uint8_t> bytes);
void decode(std::span<const uint8_t> bytes);
void encode(std::span<const uint8_t> bytes);
void compose(std::span<const uint8_t> bytes);
void matte(std::span<const uint8_t> bytes);
void pipeline(std::span<const uint8_t> bytes);

struct Target {
  const char* name;
  const char* seeds;  // the folder of test/fuzz/corpus that it starts from
  void (*run)(std::span<const uint8_t> bytes);
};

inline constexpr std::array<Target, 6> kTargets{{{"header", "pictures", header},
                                                 {"decode", "pictures", decode},
                                                 {"encode", "numbers", encode},
                                                 {"compose", "numbers", compose},
                                                 {"matte", "numbers", matte},
                                                 {"pipeline", "pictures", pipeline}}};

}  // namespace bgcut::fuzz
