// Registers as values.
#if defined(OTLEARN_VECTOR_REGISTERS_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_VECTOR_REGISTERS_IMPL_H
#undef OTLEARN_VECTOR_REGISTERS_IMPL_H
#else
#define OTLEARN_VECTOR_REGISTERS_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "isa/set.h"

#if OTLEARN_HAS_AVX512 || OTLEARN_HAS_AVX2
#include <immintrin.h>
#elif OTLEARN_HAS_NEON
#include <arm_neon.h>
#endif

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T>
struct Traits;

template <>
struct Traits<float> {
  typedef float Vector __attribute__((vector_size(OTLEARN_VECTOR_BYTES)));
  typedef uint32_t Bits __attribute__((vector_size(OTLEARN_VECTOR_BYTES)));
  using Scalar = uint32_t;
  static constexpr int kLanes = OTLEARN_VECTOR_BYTES / 4;
  static constexpr int kMantissaBits = 23;
  static constexpr Scalar kBias = 127;
  static constexpr Scalar kOne = 0x3f800000u;
  static constexpr Scalar kSqrtHalf = 0x3f3504f3u;
  static constexpr float kRounder = 12582912.0f;          // 1.5 * 2^23: adding it rounds to an integer
  static constexpr float kLog2High = 0.693145751953125f;  // the product with a small integer is exact
  static constexpr float kLog2Low = 1.42860682030941723e-6f;
  static constexpr float kLeastExponent = -87.0f, kMostExponent = 88.0f;
  static constexpr float kZeroExponent = -104.0f, kInfiniteExponent = 89.0f;  // exp is 0 below, infinite above
  static constexpr int kLogTerms = 5, kExpTerms = 8;                          // relative errors below 1e-9 and 1e-8
};

template <>
struct Traits<double> {
  typedef double Vector __attribute__((vector_size(OTLEARN_VECTOR_BYTES)));
  typedef uint64_t Bits __attribute__((vector_size(OTLEARN_VECTOR_BYTES)));
  using Scalar = uint64_t;
  static constexpr int kLanes = OTLEARN_VECTOR_BYTES / 8;
  static constexpr int kMantissaBits = 52;
  static constexpr Scalar kBias = 1023;
  static constexpr Scalar kOne = 0x3ff0000000000000u;
  static constexpr Scalar kSqrtHalf = 0x3fe6a09e667f3bcdu;
  static constexpr double kRounder = 6755399441055744.0;  // 1.5 * 2^52
  static constexpr double kLog2High = 0.693147180369123816490;
  static constexpr double kLog2Low = 1.90821492927058770002e-10;
  static constexpr double kLeastExponent = -708.0, kMostExponent = 709.0;
  static constexpr double kZeroExponent = -746.0, kInfiniteExponent = 710.0;
  static constexpr int kLogTerms = 11, kExpTerms = 14;  // relative errors below 1e-16
};

template <typename T>
using Vector = typename Traits<T>::Vector;
template <typename T>
using Bits = typename Traits<T>::Bits;

template <typename To, typename From>
inline To cast_bits(const From& from) {
  static_assert(sizeof(To) == sizeof(From), "same size");
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

template <typename T>
inline Vector<T> load(const T* from) {
  Vector<T> value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <typename T>
inline void store(T* to, const Vector<T>& value) {
  std::memcpy(to, &value, sizeof value);
}

template <typename T>
inline Vector<T> broadcast(T value) {
  return value - Vector<T>{};
}

template <typename T>
inline Vector<T> least(const Vector<T>& a, const Vector<T>& b) {
  return a < b ? a : b;
}

template <typename T>
inline Vector<T> most(const Vector<T>& a, const Vector<T>& b) {
  return a > b ? a : b;
}

template <typename T>
inline T largest_lane(const Vector<T>& value) {
  T result = value[0];
  for (int lane = 1; lane < Traits<T>::kLanes; ++lane) result = std::max(result, T(value[lane]));
  return result;
}

// Whether a comparison holds in all lanes.
template <typename T, typename Mask>
inline bool all_lanes(const Mask& mask) {
#if OTLEARN_VECTOR_BYTES == 64
  return _mm512_movepi8_mask(cast_bits<__m512i>(mask)) == ~0ull;
#elif OTLEARN_VECTOR_BYTES == 32
  return _mm256_movemask_epi8(cast_bits<__m256i>(mask)) == -1;
#elif OTLEARN_SELECTED == OTLEARN_SELECT_NEON
  return vminvq_u32(cast_bits<uint32x4_t>(mask)) != 0;
#else
  for (int lane = 0; lane < Traits<T>::kLanes; ++lane) {
    if (!mask[lane]) return false;
  }
  return true;
#endif
}

// a / b for normal b, correct to about one unit in the last place. In float on AVX-512 an estimate and its
// remainder are several times faster than the divider.
template <typename T>
inline Vector<T> divide(const Vector<T>& a, const Vector<T>& b) {
#if OTLEARN_VECTOR_BYTES == 64
  if constexpr (std::is_same_v<T, float>) {
    const Vector<T> reciprocal = cast_bits<Vector<T>>(_mm512_maskz_rcp14_ps(0xffff, cast_bits<__m512>(b)));  // 14 bits
    const Vector<T> quotient = a * reciprocal;
    return quotient + (a - b * quotient) * reciprocal;  // 28 bits, before rounding
  }
#endif
  return a / b;
}

// a b + c, rounded once where the set can: the same bits at every place that computes it.
inline Vector<double> multiply_add(const Vector<double>& a, const Vector<double>& b, const Vector<double>& c) {
#if OTLEARN_VECTOR_BYTES == 64
  return cast_bits<Vector<double>>(_mm512_fmadd_pd(cast_bits<__m512d>(a), cast_bits<__m512d>(b), cast_bits<__m512d>(c)));
#elif OTLEARN_VECTOR_BYTES == 32
  return cast_bits<Vector<double>>(_mm256_fmadd_pd(cast_bits<__m256d>(a), cast_bits<__m256d>(b), cast_bits<__m256d>(c)));
#elif OTLEARN_SELECTED == OTLEARN_SELECT_NEON
  return cast_bits<Vector<double>>(vfmaq_f64(cast_bits<float64x2_t>(c), cast_bits<float64x2_t>(a), cast_bits<float64x2_t>(b)));
#else
  return a * b + c;
#endif
}

template <typename T>
inline double sum_lanes(const Vector<T>& value) {
  double sum = 0;
  for (int lane = 0; lane < Traits<T>::kLanes; ++lane) sum += value[lane];
  return sum;
}

template <typename T>
inline Vector<T> reciprocal(const Vector<T>& x) {
  return T(1) / x;
}

#if OTLEARN_VECTOR_BYTES == 64
// The processor's 14 bits and one step of Newton's: within a unit in the last place.
template <>
inline Vector<float> reciprocal<float>(const Vector<float>& x) {
  const Vector<float> r = cast_bits<Vector<float>>(_mm512_maskz_rcp14_ps(0xffff, cast_bits<__m512>(x)));
  return r + r * (1.0f - x * r);
}
#endif

template <typename T>
inline Vector<T> sqrt_of(Vector<T> x) {
  for (int lane = 0; lane < Traits<T>::kLanes; ++lane) {
    if constexpr (sizeof(T) == 4) {
      x[lane] = __builtin_sqrtf(x[lane]);
    } else {
      x[lane] = __builtin_sqrt(x[lane]);
    }
  }
  return x;
}

// As many float32 numbers as a register holds in float64.
inline Vector<double> load_widened(const float* from) {
  typedef float Half __attribute__((vector_size(OTLEARN_VECTOR_BYTES / 2)));
  Half numbers;
  std::memcpy(&numbers, from, sizeof numbers);
  return __builtin_convertvector(numbers, Vector<double>);
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
