// Transposes squares of registers in place. Compiled once for each instruction set (isa_*.cc).

// Lanes of two registers by number, those of the second counted on.
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define OTLEARN_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif
#ifndef OTLEARN_SHUFFLE  // gcc before 12
#define OTLEARN_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, Bits<T>{__VA_ARGS__})
#endif

template <typename T, std::size_t... kLane>
inline Vector<T> interleave_low(const Vector<T>& a, const Vector<T>& b, std::index_sequence<kLane...>) {
  return OTLEARN_SHUFFLE(a, b, (kLane / 2 + kLane % 2 * sizeof...(kLane))...);
}

template <typename T, std::size_t... kLane>
inline Vector<T> interleave_high(const Vector<T>& a, const Vector<T>& b, std::index_sequence<kLane...>) {
  return OTLEARN_SHUFFLE(a, b, (kLane / 2 + sizeof...(kLane) / 2 + kLane % 2 * sizeof...(kLane))...);
}

// Transposes L registers. Each of log2 L rounds interleaves the first half of them with the second.
template <typename T>
inline void transpose(Vector<T> (&x)[Traits<T>::kLanes]) {
  constexpr int kLanes = Traits<T>::kLanes;
  const auto lanes = std::make_index_sequence<kLanes>();
#pragma GCC unroll 4
  for (int round = 1; round < kLanes; round *= 2) {
    Vector<T> y[kLanes];
#pragma GCC unroll 16
    for (int i = 0; i < kLanes / 2; ++i) {
      y[2 * i] = interleave_low<T>(x[i], x[i + kLanes / 2], lanes);
      y[2 * i + 1] = interleave_high<T>(x[i], x[i + kLanes / 2], lanes);
    }
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; ++i) x[i] = y[i];
  }
}
