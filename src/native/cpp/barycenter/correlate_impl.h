// Correlations along the rows of a strip (grid_kernel_impl.h).
#if defined(OTLEARN_BARYCENTER_CORRELATE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_CORRELATE_IMPL_H
#undef OTLEARN_BARYCENTER_CORRELATE_IMPL_H
#else
#define OTLEARN_BARYCENTER_CORRELATE_IMPL_H
#endif

#include <algorithm>
#include <type_traits>
#include <utility>

#include "isa/set.h"
#include "vector/registers_impl.h"
#include "vector/transpose_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// Results that share their loads.
template <typename T>
constexpr int kGroup = Traits<T>::kLanes < 4 ? Traits<T>::kLanes : 4;

// out[i] = sum_t taps[|t|] in[i + t], |t| <= kRadius, for a group of registers. Symmetric taps are folded: additions have
// pipes of their own, and the centre's tap, exp(0), multiplies nothing. Small taps come first, so that few additions round a
// large sum.
template <typename T, int kRadius>
struct Correlate {
  using V = Vector<T>;
  V k[kRadius + 1];  // k[0] is 1

  explicit Correlate(const T* taps, int) {
    OTLEARN_UNROLL(16)
    for (int t = 0; t <= kRadius; ++t) k[t] = broadcast<T>(taps[t]);
  }
  void operator()(const T* in, V* out) const {
    constexpr int kLanes = Traits<T>::kLanes, kCount = kGroup<T> + 2 * kRadius;
    V x[kCount];
    OTLEARN_UNROLL(32)
    for (int j = 0; j < kCount; ++j) x[j] = load<T>(in + (j - kRadius) * kLanes);
    OTLEARN_UNROLL(4)
    for (int i = 0; i < kGroup<T>; ++i) {
      V sum = k[kRadius] * (x[i] + x[i + 2 * kRadius]);
      OTLEARN_UNROLL(16)
      for (int t = kRadius - 1; t > 0; --t) sum += k[t] * (x[i + kRadius - t] + x[i + kRadius + t]);
      out[i] = sum + x[i + kRadius];
    }
  }
};

// Any radius that is a multiple of four.
constexpr int kAnyRadius = -1;
template <typename T>
struct Correlate<T, kAnyRadius> {
  using V = Vector<T>;
  const T* taps;
  int radius;

  explicit Correlate(const T* taps, int radius) : taps(taps), radius(radius) {}
  void operator()(const T* in, V* out) const {
    constexpr int kLanes = Traits<T>::kLanes, kStep = 4, kCount = kGroup<T> + kStep - 1;
    V sum[kGroup<T>] = {};
    for (int t = radius - kStep + 1; t > 0; t -= kStep) {
      V below[kCount], above[kCount];
      OTLEARN_UNROLL(8)
      for (int j = 0; j < kCount; ++j) {
        below[j] = load<T>(in + (j - t - kStep + 1) * kLanes);
        above[j] = load<T>(in + (j + t) * kLanes);
      }
      OTLEARN_UNROLL(4)
      for (int k = kStep - 1; k >= 0; --k) {
        OTLEARN_UNROLL(4)
        for (int i = 0; i < kGroup<T>; ++i) sum[i] += taps[t + k] * (below[i + kStep - 1 - k] + above[i + k]);
      }
    }
    OTLEARN_UNROLL(4)
    for (int i = 0; i < kGroup<T>; ++i) out[i] = sum[i] + load<T>(in + i * kLanes);
  }
};

template <typename T, int kRadius>
void correlate_group(const T* in, const T* taps, int radius, T* out) {
  Vector<T> sums[kGroup<T>];
  Correlate<T, kRadius>(taps, radius)(in, sums);
  for (int i = 0; i < kGroup<T>; ++i) store<T>(out + i * Traits<T>::kLanes, sums[i]);
}

// Correlates a tile of L registers and writes its transpose, of which the first `rows` registers count.
template <typename T, int kRadius>
void correlate_transposed(const T* in, const T* taps, int radius, T* out, int rows) {
  constexpr int kLanes = Traits<T>::kLanes;
  const Correlate<T, kRadius> correlate(taps, radius);
  Vector<T> x[kLanes];
  OTLEARN_UNROLL(4)
  for (int i = 0; i < kLanes; i += kGroup<T>) {
    correlate(in + i * kLanes, x + i);
    OTLEARN_UNROLL(2)
    for (int j = i; j < i + kGroup<T>; j += kUnit<T>) transpose_units<T>(x + j);  // while the next sums are under way
  }
  exchange_units<T>(x);
  if (rows == kLanes) {
    OTLEARN_UNROLL(16)
    for (int i = 0; i < kLanes; ++i) store<T>(out + i * kLanes, x[i]);
  } else {  // through an array of its own: indexed by a variable, x itself would never be in registers
    alignas(64) T all[kLanes * kLanes];
    OTLEARN_UNROLL(16)
    for (int i = 0; i < kLanes; ++i) store<T>(all + i * kLanes, x[i]);
    std::copy_n(all, rows * kLanes, out);
  }
}

// There is code for these radii and for multiples of four; in double, where few data points go, and in plain code, which is not
// there for speed, for the latter only.
constexpr bool kHasShortRadii = OTLEARN_SELECTED != OTLEARN_SELECT_PLAIN;
template <typename T>
using ShortRadii = std::conditional_t<kHasShortRadii && std::is_same_v<T, float>, std::integer_sequence<int, 4, 5, 6, 8>,
                                      std::integer_sequence<int>>;
template <typename T>
int coded_radius(int radius) {
  const bool is_short = ShortRadii<T>::size() > 0 && (radius == 5 || radius == 6);
  return is_short ? radius : (radius + 3) / 4 * 4;
}

// Calls body(std::integral_constant<int, r>) with a coded radius, or with kAnyRadius for a long one.
template <typename Body, int... kRadii>
inline void with_radius(int radius, std::integer_sequence<int, kRadii...>, Body body) {
  const bool is_short = ((radius == kRadii ? (body(std::integral_constant<int, kRadii>()), true) : false) || ...);
  if (!is_short) body(std::integral_constant<int, kAnyRadius>());
}

// correlate_group or correlate_transposed with a coded radius.
template <typename T>
auto group_correlation(int radius) {
  void (*chosen)(const T*, const T*, int, T*) = nullptr;
  with_radius(radius, ShortRadii<T>(), [&](auto coded) { chosen = correlate_group<T, decltype(coded)::value>; });
  return chosen;
}
template <typename T>
auto transposing_correlation(int radius) {
  void (*chosen)(const T*, const T*, int, T*, int) = nullptr;
  with_radius(radius, ShortRadii<T>(), [&](auto coded) { chosen = correlate_transposed<T, decltype(coded)::value>; });
  return chosen;
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
