// Vectors of floats, and rows of float16 as floats.
// Part of kernels-inl.h, which says what the including file defines.

using Vector = float __attribute__((vector_size(kLanes * sizeof(float))));

#if defined(__clang__)
#define BGCUT_UNROLL _Pragma("clang loop unroll(full)")
#else
#define BGCUT_UNROLL _Pragma("GCC unroll 36")
#endif

inline Vector load(const float* from) {
  Vector vector;
  __builtin_memcpy(&vector, from, sizeof(vector));
  return vector;
}

inline void store(float* to, Vector vector) {
  __builtin_memcpy(to, &vector, sizeof(vector));
}

inline Vector splat(float value) {
  return value - Vector{};
}

inline Vector largest(Vector a, Vector b) {
  return a > b ? a : b;
}

inline int smaller(int a, int b) {
  return a < b ? a : b;
}

// ---- vectors of neighbours <-> every fourth

template <int... Index>
struct Indices {};

template <int Count, int... Index>
struct Range : Range<Count - 1, Count - 1, Index...> {};
template <int... Index>
struct Range<0, Index...> {
  using Type = Indices<Index...>;
};
using EveryLane = typename Range<kLanes>::Type;

template <int... Index>
inline Vector evens(Vector a, Vector b, Indices<Index...> /*lanes*/) {
  return __builtin_shufflevector(a, b, (2 * Index)...);
}
template <int... Index>
inline Vector odds(Vector a, Vector b, Indices<Index...> /*lanes*/) {
  return __builtin_shufflevector(a, b, (2 * Index + 1)...);
}
template <int... Index>
inline Vector zip_low(Vector a, Vector b, Indices<Index...> /*lanes*/) {
  return __builtin_shufflevector(a, b, (Index / 2 + Index % 2 * kLanes)...);
}
template <int... Index>
inline Vector zip_high(Vector a, Vector b, Indices<Index...> /*lanes*/) {
  return __builtin_shufflevector(a, b, ((Index + kLanes) / 2 + Index % 2 * kLanes)...);
}
template <int Lane, int... Index>
inline Vector next_lane(Vector a, Vector b, Indices<Index...> /*lanes*/) {
  return __builtin_shufflevector(a, b, (Index + 1 < kLanes ? Index + 1 : kLanes + Lane)...);
}

// columns[j] of lane t = values[4 t + j], for four times kLanes neighbours.
inline void split_by_four(const Vector values[4], Vector columns[4]) {
  constexpr EveryLane kAll{};
  const Vector even_low = evens(values[0], values[1], kAll);
  const Vector even_high = evens(values[2], values[3], kAll);
  const Vector odd_low = odds(values[0], values[1], kAll);
  const Vector odd_high = odds(values[2], values[3], kAll);
  columns[0] = evens(even_low, even_high, kAll);
  columns[2] = odds(even_low, even_high, kAll);
  columns[1] = evens(odd_low, odd_high, kAll);
  columns[3] = odds(odd_low, odd_high, kAll);
}

inline void join_by_four(const Vector columns[4], Vector values[4]) {
  constexpr EveryLane kAll{};
  const Vector even_low = zip_low(columns[0], columns[2], kAll);
  const Vector even_high = zip_high(columns[0], columns[2], kAll);
  const Vector odd_low = zip_low(columns[1], columns[3], kAll);
  const Vector odd_high = zip_high(columns[1], columns[3], kAll);
  values[0] = zip_low(even_low, odd_low, kAll);
  values[1] = zip_high(even_low, odd_low, kAll);
  values[2] = zip_low(even_high, odd_high, kAll);
  values[3] = zip_high(even_high, odd_high, kAll);
}

inline int ceil_div(int a, int b) {
  return (a + b - 1) / b;
}

// ---- rows

inline void widen(const Half* from, int count, float* to) {
  int k = 0;
  for (; k + kLanes <= count; k += kLanes) store(to + k, load_half(from + k));
  if (k == count) return;
  Half rest[kLanes] = {};
  float values[kLanes];
  for (int i = 0; k + i < count; ++i) rest[i] = from[k + i];
  store(values, load_half(rest));
  for (int i = 0; k + i < count; ++i) to[k + i] = values[i];
}

inline void narrow(const float* from, int count, Half* to) {
  int k = 0;
  for (; k + kLanes <= count; k += kLanes) store_half(to + k, load(from + k));
  if (k == count) return;
  Half rest[kLanes];
  float values[kLanes] = {};
  for (int i = 0; k + i < count; ++i) values[i] = from[k + i];
  store_half(rest, load(values));
  for (int i = 0; k + i < count; ++i) to[k + i] = rest[i];
}

// ---- products

template <int Vectors>
inline void multiply_block(const float* panel, const float* transformed, int channels_in,
                           size_t step, float* products) {
  Vector sums[kRows][Vectors] = {};
  for (int in = 0; in < channels_in; ++in) {
    Vector columns[Vectors];
    BGCUT_UNROLL
    for (int v = 0; v < Vectors; ++v) columns[v] = load(transformed + in * step + v * kLanes);
    BGCUT_UNROLL
    for (int row = 0; row < kRows; ++row) {
      const Vector filter = splat(panel[in * kRows + row]);
      BGCUT_UNROLL
      for (int v = 0; v < Vectors; ++v) sums[row][v] += filter * columns[v];
    }
  }
  BGCUT_UNROLL
  for (int row = 0; row < kRows; ++row) {
    BGCUT_UNROLL
    for (int v = 0; v < Vectors; ++v) store(products + row * step + v * kLanes, sums[row][v]);
  }
}
