// Registers as values, and log and exp on them. Included once for each instruction set, inside that set's namespace,
// with OTLEARN_VECTOR_BYTES set to its register width (see isa_*.cc).

// Lanes of two registers by number, those of the second counted on.
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define OTLEARN_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif
#ifndef OTLEARN_SHUFFLE  // gcc before 12
#define OTLEARN_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, Bits<T>{__VA_ARGS__})
#endif

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

// The same where an absolute error of 1e-8 (float) is as good: log_of is right to the last digits near 1, too.
template <typename T>
inline Vector<T> short_log_of(const Vector<T>& x) {
  return log_of<T>(x);
}

template <typename T>
inline Vector<T> reciprocal(const Vector<T>& x) {
  return T(1) / x;
}

#if OTLEARN_VECTOR_BYTES == 64
// x = 2^e m, m in [1, 2), and m = c (1 + f) with c the middle of one of 16 intervals, so |f| <= 1/32: no division. The
// absolute error is below 1e-8, or rounding where that is more.
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

// exp x = 2^n exp r, |r| <= log(2) / 2, by Taylor's series. Saturates at the ends of the normal range; NaN stays NaN.
template <typename T>
inline Vector<T> exp_of(Vector<T> x) {
  using C = Traits<T>;
  x = most<T>(broadcast<T>(C::kLeastExponent), least<T>(broadcast<T>(C::kMostExponent), x));
  const Vector<T> rounded = x * T(1.442695040888963407) + C::kRounder;
  const Vector<T> n = rounded - C::kRounder;
  const Vector<T> r = (x - n * C::kLog2High) - n * C::kLog2Low;
  T factorial = 1;
  for (int k = 2; k < C::kExpTerms; ++k) factorial *= T(k);
  Vector<T> series = broadcast<T>(T(1) / factorial);
  for (int k = C::kExpTerms - 2; k >= 0; --k) {
    factorial /= T(k + 1);
    series = series * r + T(1) / factorial;
  }
  const Bits<T> exponent = cast_bits<Bits<T>>(rounded) - cast_bits<typename C::Scalar>(C::kRounder) + C::kBias;
  return series * cast_bits<Vector<T>>(Bits<T>(exponent << C::kMantissaBits));
}

// Registers consist of units of 16 bytes, within which shuffles are cheap: W lanes each, U of them.
template <typename T>
constexpr int kUnit = 16 / sizeof(T);

// Of each unit of a and b: its first half (kHigh = 0) or second half, interleaved in runs of `kRun` lanes.
template <typename T, int kRun, int kHigh, std::size_t... kLane>
inline Vector<T> interleave_units(const Vector<T>& a, const Vector<T>& b, std::index_sequence<kLane...>) {
  constexpr int kW = kUnit<T>, kL = Traits<T>::kLanes;
  return OTLEARN_SHUFFLE(a, b, (kLane / kW * kW + kLane % kW / (2 * kRun) * kRun + kHigh * (kW / 2) + kLane % kRun + kLane / kRun % 2 * kL)...);
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
#pragma GCC unroll 4
  for (int q = 0; q < kW; ++q) {
    if constexpr (kU == 2) {
      const Vector<T> even = alternate_units<T, 0>(x[q], x[kW + q], lanes), odd = alternate_units<T, 1>(x[q], x[kW + q], lanes);
      x[q] = even;
      x[kW + q] = odd;
    } else if constexpr (kU == 4) {
      const Vector<T> a = alternate_units<T, 0>(x[q], x[kW + q], lanes), b = alternate_units<T, 1>(x[q], x[kW + q], lanes);
      const Vector<T> c = alternate_units<T, 0>(x[2 * kW + q], x[3 * kW + q], lanes), d = alternate_units<T, 1>(x[2 * kW + q], x[3 * kW + q], lanes);
      x[q] = alternate_units<T, 0>(a, c, lanes);
      x[kW + q] = alternate_units<T, 0>(b, d, lanes);
      x[2 * kW + q] = alternate_units<T, 1>(a, c, lanes);
      x[3 * kW + q] = alternate_units<T, 1>(b, d, lanes);
    }
  }
}
