#include "convnet/scheme.h"

#include <new>
#include <numeric>
#include <string_view>

#if defined(__linux__) && defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "convnet/planes_scheme.h"
#include "convnet/tiles_scheme.h"

namespace bgcut::convnet {

namespace {

constexpr std::align_val_t kAlignment{64};

#if defined(__linux__) && defined(__x86_64__)
// Compilers' own names for these features differ.
bool has_tiles() {
  constexpr unsigned kFeatures = 7;
  constexpr unsigned kTiles = (1U << 22) | (1U << 24);  // AMX-BF16, AMX-TILE
  constexpr unsigned kBFloat16 = 1U << 5;               // of AVX-512
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid_count(kFeatures, 0, &a, &b, &c, &d) == 0 || (d & kTiles) != kTiles) return false;
  return __get_cpuid_count(kFeatures, 1, &a, &b, &c, &d) != 0 && (a & kBFloat16) != 0;
}

// Linux keeps the tiles of a process only if it has asked for that; before, using them kills it.
bool may_use_tiles() {
  constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;               // XFEATURE_XTILEDATA
  static const bool granted = syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
  return granted;
}
#endif

// Asked of the CPU before any function of a scheme is called.
bool runs_here(std::string_view name) {
#if defined(__GNUC__) && defined(__x86_64__)
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  if (name == "avx512") return avx512;
  if (name == "avx2") return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#if defined(__linux__)
  if (name == "amx") return avx512 && has_tiles() && may_use_tiles();
#endif
#endif
  return name == "neon";
}

// What was compiled, best first.
const std::vector<std::unique_ptr<const Scheme>>& schemes() {
  static const auto* const all = [] {
    auto* const made = new std::vector<std::unique_ptr<const Scheme>>;
    if (const auto* const amx = amx_kernels()) made->push_back(tiles_scheme(*amx));
    for (const Kernels* const planes : {avx512_kernels(), avx2_kernels(), neon_kernels()}) {
      if (planes != nullptr) made->push_back(planes_scheme(*planes));
    }
    return made;
  }();
  return *all;
}

}  // namespace

void Filters::Release::operator()(std::byte* memory) const {
  ::operator delete(memory, kAlignment);
}

int Filters::channels_in() const {
  return std::accumulate(parts.begin(), parts.end(), 0);
}

std::unique_ptr<std::byte, Filters::Release> Scheme::allocate_filters(size_t bytes) {
  return std::unique_ptr<std::byte, Filters::Release>(
      static_cast<std::byte*>(::operator new(bytes, kAlignment)));
}

const Scheme* scheme(Precisions allowed, const char* wanted) {
  for (const auto& each : schemes()) {
    if (!(each->is_bfloat16() ? allowed.bfloat16 : allowed.float16)) continue;
    if (wanted != nullptr && std::string_view(wanted) != each->name()) continue;
    if (runs_here(each->name())) return each.get();
  }
  return nullptr;
}

}  // namespace bgcut::convnet
