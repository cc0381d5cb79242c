// Registers as values, and elementary functions on them. Included once for each instruction set, inside that set's namespace,
// with OTLEARN_VECTOR_BYTES set to its register width (see isa_*.cc).

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
  static constexpr float kRounder = 12582912.0f;           // 1.5 * 2^23: adding it rounds to an integer
  static constexpr float kLog2High = 0.693145751953125f;   // the product with a small integer is exact
  static constexpr float kLog2Low = 1.42860682030941723e-6f;
  static constexpr float kLeastExponent = -87.0f, kMostExponent = 88.0f;
  static constexpr float kZeroExponent = -104.0f, kInfiniteExponent = 89.0f;  // exp is 0 below, infinite above
  static constexpr int kLogTerms = 5, kExpTerms = 8;       // relative errors below 1e-9 and 1e-8
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
  static constexpr double kRounder = 6755399441055744.0;   // 1.5 * 2^52
  static constexpr double kLog2High = 0.693147180369123816490;
  static constexpr double kLog2Low = 1.90821492927058770002e-10;
  static constexpr double kLeastExponent = -708.0, kMostExponent = 709.0;
  static constexpr double kZeroExponent = -746.0, kInfiniteExponent = 710.0;
  static constexpr int kLogTerms = 11, kExpTerms = 14;     // relative errors below 1e-16
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

template <typename T>
inline double sum_lanes(const Vector<T>& value) {
  double sum = 0;
  for (int lane = 0; lane < Traits<T>::kLanes; ++lane) sum += value[lane];
  return sum;
}

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

// log x of normal positive numbers where an absolute error is what counts: below 1e-8, or rounding where that is more. Next to 1
// that is not the relative exactness of log_of.
template <typename T>
inline Vector<T> short_log_of(const Vector<T>& x) {
  return log_of<T>(x);
}

template <typename T>
inline Vector<T> reciprocal(const Vector<T>& x) {
  return T(1) / x;
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

// The processor's 14 bits and one step of Newton's: within a unit in the last place.
template <>
inline Vector<float> reciprocal<float>(const Vector<float>& x) {
  const Vector<float> r = cast_bits<Vector<float>>(_mm512_maskz_rcp14_ps(0xffff, cast_bits<__m512>(x)));
  return r + r * (1.0f - x * r);
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
  const Vector<T> at_end = x == none ? broadcast<T>(-kInfinity) : x < none ? broadcast<T>(std::numeric_limits<T>::quiet_NaN()) : x;
  return x > none ? (x < broadcast<T>(kInfinity) ? usual : x) : at_end;
}

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
