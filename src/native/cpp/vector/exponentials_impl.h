// Exponentials of registers, and functions made of them.
#if defined(OTLEARN_VECTOR_EXPONENTIALS_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_VECTOR_EXPONENTIALS_IMPL_H
#undef OTLEARN_VECTOR_EXPONENTIALS_IMPL_H
#else
#define OTLEARN_VECTOR_EXPONENTIALS_IMPL_H
#endif

#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// exp x = 2^n exp r, |r| <= log(2) / 2: n as an integer and exp r = 1 + r slope by Taylor's series.
template <typename T>
struct SplitExp {
  Bits<T> n;
  Vector<T> r, slope;
  Vector<T> exp_r() const { return slope * r + T(1); }
};

template <typename T>
inline SplitExp<T> split_exp(const Vector<T>& x) {
  using C = Traits<T>;
  const Vector<T> rounded = x * T(1.442695040888963407) + C::kRounder;
  const Vector<T> n = rounded - C::kRounder;
  const Vector<T> r = (x - n * C::kLog2High) - n * C::kLog2Low;
  T factorial = 1;
  for (int k = 2; k < C::kExpTerms; ++k) factorial *= T(k);
  Vector<T> series = broadcast<T>(T(1) / factorial);
  for (int k = C::kExpTerms - 2; k > 0; --k) {
    factorial /= T(k + 1);
    series = series * r + T(1) / factorial;
  }
  return {cast_bits<Bits<T>>(rounded) - cast_bits<typename C::Scalar>(C::kRounder), r, series};
}

template <typename T>
inline Vector<T> between(T low, T high, const Vector<T>& x) {  // NaN stays NaN
  return most<T>(broadcast<T>(low), least<T>(broadcast<T>(high), x));
}

// exp x. Saturates at the ends of the normal range; NaN stays NaN.
template <typename T>
inline Vector<T> exp_of(const Vector<T>& x) {
  using C = Traits<T>;
  const SplitExp<T> split = split_exp<T>(between<T>(C::kLeastExponent, C::kMostExponent, x));
  return split.exp_r() * cast_bits<Vector<T>>(Bits<T>((split.n + C::kBias) << C::kMantissaBits));
}

// exp x of every number: subnormal, 0 and infinite where it is. 2^n is applied in two halves, each of them normal.
template <typename T>
inline Vector<T> exp_of_any(const Vector<T>& x) {
  using C = Traits<T>;
  const SplitExp<T> split = split_exp<T>(between<T>(C::kZeroExponent, C::kInfiniteExponent, x));
  const Bits<T> biased = split.n + 2 * C::kBias, half = biased >> 1;
  return split.exp_r() * cast_bits<Vector<T>>(Bits<T>(half << C::kMantissaBits)) *
         cast_bits<Vector<T>>(Bits<T>((biased - half) << C::kMantissaBits));
}

// exp x of numbers that are at most as large as `kMostExponent`: subnormal and 0 where it is; NaN stays NaN.
inline Vector<double> low_exp_of(const Vector<double>& x) {
#if OTLEARN_VECTOR_BYTES == 64
  // exp x = 2^(k / 16) exp r with |r| <= log(2) / 32: a table of 16 powers, and a shorter series. That log(2) / 16 is one
  // number adds less to an error than the rounding of x.
  alignas(64) static constexpr double kPowers[16] = {1.0,
                                                     1.0442737824274138,
                                                     1.0905077326652577,
                                                     1.1387886347566916,
                                                     1.189207115002721,
                                                     1.241857812073484,
                                                     1.2968395546510096,
                                                     1.3542555469368927,
                                                     1.4142135623730951,
                                                     1.4768261459394993,
                                                     1.5422108254079407,
                                                     1.6104903319492543,
                                                     1.681792830507429,
                                                     1.7562521603732995,
                                                     1.8340080864093424,
                                                     1.9152065613971474};
  using C = Traits<double>;
  constexpr __mmask8 kAll = 0xff;  // gcc 12 warns of the unmasked forms
  const Vector<double> low = most<double>(broadcast<double>(C::kZeroExponent), x);
  const Vector<double> rounded = low * 23.083120654223414 + C::kRounder, k = rounded - C::kRounder;
  const Vector<double> r = low - k * 0.04332169878499658;
  Vector<double> series = r * (1.0 / 720) + 1.0 / 120;
  series = series * r + 1.0 / 24;
  series = series * r + 1.0 / 6;
  series = series * r + 0.5;
  series = series * r + 1.0;
  series = series * r + 1.0;
  const __m512d power =
      _mm512_maskz_permutex2var_pd(kAll, _mm512_load_pd(kPowers), cast_bits<__m512i>(rounded), _mm512_load_pd(kPowers + 8));
  return cast_bits<Vector<double>>(
      _mm512_maskz_scalef_pd(kAll, cast_bits<__m512d>(Vector<double>(series * cast_bits<Vector<double>>(power))),
                             cast_bits<__m512d>(Vector<double>(k * 0.0625))));
#else
  return exp_of_any<double>(x);
#endif
}

// exp(x) - 1, exact to rounding also near 0: 2^n (exp r - 1) + (2^n - 1). Saturates as exp_of does.
template <typename T>
inline Vector<T> short_expm1_of(const Vector<T>& x) {
  using C = Traits<T>;
  const SplitExp<T> split = split_exp<T>(between<T>(C::kLeastExponent, C::kMostExponent, x));
  const Vector<T> power = cast_bits<Vector<T>>(Bits<T>((split.n + C::kBias) << C::kMantissaBits));
  return power * (split.r * split.slope) + (power - T(1));
}

// exp(x) - 1 of every number.
template <typename T>
inline Vector<T> expm1_of(const Vector<T>& x) {
  return x > Traits<T>::kMostExponent ? exp_of_any<T>(x) : short_expm1_of<T>(x);
}

// Without overflow, so that what is smaller than the normal numbers does not become 0.
template <typename T>
inline Vector<T> sigmoid_of(const Vector<T>& x) {
  const Vector<T> none = {}, one = broadcast<T>(1);
  const Vector<T> e = exp_of_any<T>(x > none ? -x : x);
  return (x > none ? one : e) / (one + e);
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
