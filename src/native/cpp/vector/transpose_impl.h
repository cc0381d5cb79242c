// Transposes squares of registers in place.
#if defined(OTLEARN_VECTOR_TRANSPOSE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_VECTOR_TRANSPOSE_IMPL_H
#undef OTLEARN_VECTOR_TRANSPOSE_IMPL_H
#else
#define OTLEARN_VECTOR_TRANSPOSE_IMPL_H
#endif

#include <cstddef>
#include <utility>

#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// Lanes of two registers by number, those of the second counted on.
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define OTLEARN_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif
#ifndef OTLEARN_SHUFFLE  // gcc before 12
#define OTLEARN_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, Bits<T>{__VA_ARGS__})
#endif

// Registers consist of units of 16 bytes, within which shuffles are cheap: W lanes each, U of them.
template <typename T>
constexpr int kUnit = 16 / sizeof(T);

// Of each unit of a and b: its first half (kHigh = 0) or second half, interleaved in runs of `kRun` lanes.
template <typename T, int kRun, int kHigh, std::size_t... kLane>
inline Vector<T> interleave_units(const Vector<T>& a, const Vector<T>& b, std::index_sequence<kLane...>) {
  constexpr int kW = kUnit<T>, kL = Traits<T>::kLanes;
  return OTLEARN_SHUFFLE(
      a, b, (kLane / kW * kW + kLane % kW / (2 * kRun) * kRun + kHigh * (kW / 2) + kLane % kRun + kLane / kRun % 2 * kL)...);
}

// The even units of a and b one after the other (kOdd = 0), or the odd ones.
template <typename T, int kOdd, std::size_t... kLane>
inline Vector<T> alternate_units(const Vector<T>& a, const Vector<T>& b, std::index_sequence<kLane...>) {
  constexpr int kW = kUnit<T>;
  return OTLEARN_SHUFFLE(a, b, ((2 * (kLane / kW) + kOdd) * kW + kLane % kW)...);
}

// Transposes the blocks of W x W numbers of W registers.
template <typename T>
inline void transpose_units(Vector<T>* x) {
  const auto lanes = std::make_index_sequence<Traits<T>::kLanes>();
  if constexpr (kUnit<T> == 2) {
    const Vector<T> low = interleave_units<T, 1, 0>(x[0], x[1], lanes), high = interleave_units<T, 1, 1>(x[0], x[1], lanes);
    x[0] = low;
    x[1] = high;
  } else {
    const Vector<T> a = interleave_units<T, 1, 0>(x[0], x[1], lanes), b = interleave_units<T, 1, 1>(x[0], x[1], lanes);
    const Vector<T> c = interleave_units<T, 1, 0>(x[2], x[3], lanes), d = interleave_units<T, 1, 1>(x[2], x[3], lanes);
    x[0] = interleave_units<T, 2, 0>(a, c, lanes);
    x[1] = interleave_units<T, 2, 1>(a, c, lanes);
    x[2] = interleave_units<T, 2, 0>(b, d, lanes);
    x[3] = interleave_units<T, 2, 1>(b, d, lanes);
  }
}

// The rest of the transpose of L registers, of which each W were given to `transpose_units`: exchanges whole units.
template <typename T>
inline void exchange_units(Vector<T>* x) {
  constexpr int kW = kUnit<T>, kU = Traits<T>::kLanes / kW;
  const auto lanes = std::make_index_sequence<Traits<T>::kLanes>();
  OTLEARN_UNROLL(4)
  for (int q = 0; q < kW; ++q) {
    if constexpr (kU == 2) {
      const Vector<T> even = alternate_units<T, 0>(x[q], x[kW + q], lanes), odd = alternate_units<T, 1>(x[q], x[kW + q], lanes);
      x[q] = even;
      x[kW + q] = odd;
    } else if constexpr (kU == 4) {
      const Vector<T> a = alternate_units<T, 0>(x[q], x[kW + q], lanes), b = alternate_units<T, 1>(x[q], x[kW + q], lanes);
      const Vector<T> c = alternate_units<T, 0>(x[2 * kW + q], x[3 * kW + q], lanes),
                      d = alternate_units<T, 1>(x[2 * kW + q], x[3 * kW + q], lanes);
      x[q] = alternate_units<T, 0>(a, c, lanes);
      x[kW + q] = alternate_units<T, 0>(b, d, lanes);
      x[2 * kW + q] = alternate_units<T, 1>(a, c, lanes);
      x[3 * kW + q] = alternate_units<T, 1>(b, d, lanes);
    }
  }
}

// Transposes L registers.
template <typename T>
inline void transpose(Vector<T> (&x)[Traits<T>::kLanes]) {
  OTLEARN_UNROLL(16)
  for (int i = 0; i < Traits<T>::kLanes; i += kUnit<T>) transpose_units<T>(x + i);
  exchange_units<T>(x);
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
