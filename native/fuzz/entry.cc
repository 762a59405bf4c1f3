// The fuzzer: `bgcut_fuzz --target=NAME` and then what libFuzzer takes. NAME is one of targets.h.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "fuzz/png.h"
#include "fuzz/targets.h"

// What libFuzzer calls, and what it offers.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed);
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

const bgcut::fuzz::Target* chosen = nullptr;

}  // namespace

int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view kFlag = "--target=";
  const auto& targets = bgcut::fuzz::kTargets;
  const std::string_view flag = *argc > 1 ? (*argv)[1] : "";
  const auto* const found = std::find_if(targets.begin(), targets.end(), [&](const auto& target) {
    return flag.starts_with(kFlag) && flag.substr(kFlag.size()) == target.name;
  });
  if (found == targets.end()) {
    std::fprintf(stderr, "the first argument is --target=NAME:");
    for (const auto& target : targets) std::fprintf(stderr, " %s", target.name);
    std::fprintf(stderr, "\n");
    std::exit(1);
  }
  chosen = found;
  std::copy(*argv + 2, *argv + *argc, *argv + 1);
  --*argc;
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  chosen->run({data, size});
  return 0;
}

// As libFuzzer mutates, but that a PNG gets its checksums right: else nearly every one would be
// refused for them and nothing behind them be reached. One in eight keeps the wrong ones.
size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
  const size_t length = LLVMFuzzerMutate(data, size, max_size);
  if (seed % 8 != 0) bgcut::fuzz::repair_checksums({data, length});
  return length;
}
