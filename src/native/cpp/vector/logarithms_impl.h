// Logarithms of registers.
#if defined(OTLEARN_VECTOR_LOGARITHMS_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_VECTOR_LOGARITHMS_IMPL_H
#undef OTLEARN_VECTOR_LOGARITHMS_IMPL_H
#else
#define OTLEARN_VECTOR_LOGARITHMS_IMPL_H
#endif

#include <limits>

#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// log x of normal positive numbers: x = 2^e m, m in [sqrt(1/2), sqrt(2)); log m = 2 artanh s, s = (m - 1) / (m + 1),
// by its series in s^2 <= 0.0295.
template <typename T>
inline Vector<T> log_of(const Vector<T>& x) {
  using C = Traits<T>;
  const Bits<T> shifted = cast_bits<Bits<T>>(x) + (C::kOne - C::kSqrtHalf);
  const Bits<T> mantissa_mask = Bits<T>{} + ((typename C::Scalar(1) << C::kMantissaBits) - 1);
  const Vector<T> m = cast_bits<Vector<T>>(Bits<T>((shifted & mantissa_mask) + C::kSqrtHalf));
  // the biased exponent, written into the low bits of the rounder and read back as a number
  const Bits<T> exponent_bits = (shifted >> C::kMantissaBits) + cast_bits<typename C::Scalar>(C::kRounder);
  const Vector<T> exponent = cast_bits<Vector<T>>(exponent_bits) - (C::kRounder + T(C::kBias));
  const Vector<T> s = (m - T(1)) / (m + T(1));
  const Vector<T> q = s * s;
  Vector<T> series = broadcast<T>(T(2) / (2 * C::kLogTerms - 1));
  for (int k = C::kLogTerms - 2; k >= 0; --k) series = series * q + T(2) / (2 * k + 1);
  return exponent * C::kLog2High + (exponent * C::kLog2Low + s * series);
}

// log x of normal positive numbers where an absolute error is what counts: below 1e-8, or rounding where that is more. Next to
// 1 that is not the relative exactness of log_of.
template <typename T>
inline Vector<T> short_log_of(const Vector<T>& x) {
  return log_of<T>(x);
}

#if OTLEARN_VECTOR_BYTES == 64
// x = 2^e m, m in [1, 2), and m = c (1 + f) with c the middle of one of 16 intervals, so |f| <= 1/32: no division.
template <>
inline Vector<float> short_log_of<float>(const Vector<float>& x) {
  // 1 / c, and minus the logarithm of that float
  alignas(64) static constexpr float kInverse[16] = {
      0.969696999f, 0.914285719f, 0.864864886f, 0.820512831f, 0.780487776f, 0.744186044f, 0.711111128f, 0.680851042f,
      0.653061211f, 0.627451003f, 0.603773594f, 0.581818163f, 0.561403513f, 0.542372882f, 0.524590135f, 0.507936537f};
  alignas(64) static constexpr float kLog[16] = {
      0.030771628f, 0.0896121562f, 0.145181984f, 0.19782573f,  0.247836202f, 0.295464218f, 0.340926558f, 0.384411722f,
      0.426084429f, 0.466089696f,  0.504556f,    0.541597307f, 0.577315331f, 0.611801565f, 0.645138025f, 0.677398741f};
  const __m512 value = cast_bits<__m512>(x);
  constexpr __mmask16 kAll = 0xffff;  // gcc 12 warns of the unmasked forms
  const __m512 m = _mm512_maskz_getmant_ps(kAll, value, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src);
  const __m512 e = _mm512_maskz_getexp_ps(kAll, value);
  const __m512i interval = cast_bits<__m512i>(cast_bits<Bits<float>>(m) >> 19);  // the permutation reads its low four bits
  const __m512 f = _mm512_fmsub_ps(m, _mm512_maskz_permutexvar_ps(kAll, interval, _mm512_load_ps(kInverse)), _mm512_set1_ps(1));
  const Vector<float> log_c = cast_bits<Vector<float>>(_mm512_maskz_permutexvar_ps(kAll, interval, _mm512_load_ps(kLog)));
  const Vector<float> v = cast_bits<Vector<float>>(f), exponent = cast_bits<Vector<float>>(e);
  const Vector<float> series = v + v * v * (v * (v * -0.25f + 0.333333333f) - 0.5f);
  return exponent * 0.693147180559945f + (log_c + series);
}
#endif

// log x of every number: -infinity of 0, NaN of negative ones; subnormal numbers are scaled first.
template <typename T>
inline Vector<T> log_of_any(const Vector<T>& x) {
  using C = Traits<T>;
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  constexpr T kScale = T(typename C::Scalar(1) << C::kMantissaBits), kLogScale = C::kMantissaBits * T(0.693147180559945309);
  const Vector<T> none = {}, least_normal = broadcast<T>(std::numeric_limits<T>::min());
  const Vector<T> scaled = x < least_normal ? x * kScale : x;
  const Vector<T> usual = log_of<T>(scaled) - (x < least_normal ? broadcast<T>(kLogScale) : none);
  const Vector<T> at_end = x == none  ? broadcast<T>(-kInfinity)
                           : x < none ? broadcast<T>(std::numeric_limits<T>::quiet_NaN())
                                      : x;
  return x > none ? (x < broadcast<T>(kInfinity) ? usual : x) : at_end;
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
