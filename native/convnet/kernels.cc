#include "convnet/kernels.h"

#include <array>
#include <string_view>

namespace bgcut::convnet {

namespace {

// Asked of the CPU before any function of a table is called.
bool runs_here(std::string_view name) {
#if defined(__GNUC__) && defined(__x86_64__)
  if (name == "avx2") return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (name == "avx512") {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  }
#endif
  return name == "neon";
}

}  // namespace

const Kernels* kernels(const char* wanted) {
  for (const Kernels* const table : std::array{avx512_kernels(), avx2_kernels(), neon_kernels()}) {
    if (table == nullptr || !runs_here(table->name)) continue;
    if (wanted == nullptr || std::string_view(wanted) == table->name) return table;
  }
  return nullptr;
}

}  // namespace bgcut::convnet
