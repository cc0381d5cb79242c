// Transposes squares of registers in place. Compiled once for each instruction set (isa_*.cc).

// [a0 .. a(d-1) b0 .. b(d-1) a(2d) ..] and [a(d) .. a(2d-1) b(d) ..]: swaps the off-diagonal blocks of size d.
template <typename T, int kDistance, int... kLane>
inline void swap_blocks(Vector<T>& a, Vector<T>& b, std::integer_sequence<int, kLane...>) {
  constexpr int kLanes = sizeof...(kLane);
#if defined(__clang__)
  const Vector<T> low = __builtin_shufflevector(a, b, (kLane & kDistance ? kLanes + kLane - kDistance : kLane)...);
  b = __builtin_shufflevector(a, b, (kLane & kDistance ? kLanes + kLane : kLane + kDistance)...);
#else
  const Vector<T> low = __builtin_shuffle(
      a, b, Bits<T>{typename Traits<T>::Scalar(kLane & kDistance ? kLanes + kLane - kDistance : kLane)...});
  b = __builtin_shuffle(a, b, Bits<T>{typename Traits<T>::Scalar(kLane & kDistance ? kLanes + kLane : kLane + kDistance)...});
#endif
  a = low;
}

// Its 2 x 2 blocks, then those of each block.
template <typename T, int kDistance = Traits<T>::kLanes / 2>
inline void transpose(Vector<T> (&square)[Traits<T>::kLanes]) {
  constexpr int kLanes = Traits<T>::kLanes;
  for (int i = 0; i < kLanes; ++i) {
    if (i & kDistance) continue;
    swap_blocks<T, kDistance>(square[i], square[i + kDistance], std::make_integer_sequence<int, kLanes>());
  }
  if constexpr (kDistance > 1) transpose<T, kDistance / 2>(square);
}
