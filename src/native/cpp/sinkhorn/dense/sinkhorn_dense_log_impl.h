// Scalings of any size, for DenseSinkhorn: a float in [1, 2) and a power of two as an integer.
//
// That is the log domain without logarithms. A term of a product is the product of two floats times a power of two, which is
// added into the exponent bits of one of them; the sum is kept relative to the power of two that the entry is expected to have,
// so that it is a float. It is expected to have that of the product before, as long as no scaling has changed by more than
// 2^kJump since: then neither has any entry, and whatever is smaller than 2^-126 of it, and clamped to that, is nothing beside
// it. After a larger change the largest term of each entry is looked for. So a product has float's relative precision for any
// epsilon, as its potentials, epsilon times logarithms, have float's absolute one.
#if defined(OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_LOG_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_LOG_IMPL_H
#undef OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_LOG_IMPL_H
#else
#define OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_LOG_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "base/aligned_array.h"
#include "isa/set.h"
#include "sinkhorn/dense/sinkhorn_dense.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

class DenseLog {
  using V = Vector<float>;
  typedef std::int32_t Ints __attribute__((vector_size(OTLEARN_VECTOR_BYTES)));
  static constexpr int kLanes = Traits<float>::kLanes;
  static constexpr int kMantissaBits = 23, kBias = 127;
  static constexpr int kAbsent = -(1 << 29);  // exponent of zero: below all that occur, and sums of three fit an integer
  static constexpr int kLargestExponent = 1 << 27;
  static constexpr float kJump = 60;
  static constexpr double kLog2 = 0.693147180559945309417;

 public:
  static constexpr int kRows = OTLEARN_VECTOR_BYTES == 64 ? 12 : 4;
  static constexpr int kPanelNumbers = 2 * kRows;  // numbers in [1, 2), and their exponents
  static constexpr int kMostRegisters = 1;
  static constexpr bool kExamines = false;

  struct Number {
    V mantissa;
    Ints exponent;
  };
  struct Memory {
    bool jumped = true;
  };

  class Field {
   public:
    explicit Field(std::size_t numbers) : mantissas_(numbers), exponents_(numbers) {
      std::fill(exponents_.data(), exponents_.data() + numbers, kAbsent);
    }
    Number get(std::ptrdiff_t i) const { return {load<float>(mantissas_.data() + i), load_ints(exponents_.data() + i)}; }
    void set(std::ptrdiff_t i, const Number& number) {
      store<float>(mantissas_.data() + i, number.mantissa);
      store_ints(exponents_.data() + i, number.exponent);
    }
    void copy(std::ptrdiff_t to, const Field& from, std::ptrdiff_t at) {
      mantissas_.data()[to] = from.mantissas_.data()[at];
      exponents_.data()[to] = from.exponents_.data()[at];
    }
    float* mantissas() { return mantissas_.data(); }
    const float* mantissas() const { return mantissas_.data(); }
    std::int32_t* exponents() { return exponents_.data(); }
    const std::int32_t* exponents() const { return exponents_.data(); }

   private:
    AlignedArray<float> mantissas_;
    AlignedArray<std::int32_t> exponents_;
  };

  // The largest change of an exponent.
  class Watch {
   public:
    void look(const Number& before, const Number& after) {
      const Ints difference = after.exponent - before.exponent;
      const Ints size = difference < Ints{} ? -difference : difference;
      largest_ = size > largest_ ? size : largest_;
    }
    V seen() const { return __builtin_convertvector(largest_, V); }

   private:
    Ints largest_{};
  };
  static Memory remembered(float change, bool first) { return {first || !(change <= kJump)}; }

  explicit DenseLog(const SinkhornBatch& batch) : omega_(static_cast<float>(batch.momentum)) {}

  // exp(logs) into a column of a panel.
  static void pack(double* logs, float* column) {
    split_logs(logs, kRows, [&](std::ptrdiff_t r, float mantissa, std::int32_t power) {
      column[r] = mantissa;
      std::memcpy(column + kRows + r, &power, sizeof power);
    });
  }

  // Fields of one slot, from and to logarithms, which are padded to whole registers and overwritten.
  static void exponentials(double* logs, std::ptrdiff_t count, Field& to, int s, int width) {
    split_logs(logs, count, [&](std::ptrdiff_t i, float mantissa, std::int32_t power) {
      to.mantissas()[i * width + s] = mantissa;
      to.exponents()[i * width + s] = power;
    });
  }
  static void copies(const float* from, std::ptrdiff_t count, Field& to, int s, int width) {
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      const Number number = normalised(broadcast<float>(from[i]), Ints{});
      to.mantissas()[i * width + s] = number.mantissa[0];
      to.exponents()[i * width + s] = number.exponent[0];
    }
  }
  static void logarithms(const Field& of, std::ptrdiff_t count, int s, int width, double* logs) {
    using D = Vector<double>;
    constexpr int kDoubles = Traits<double>::kLanes;
    for (std::ptrdiff_t i = 0; i < count; i += kDoubles) {
      D mantissa = broadcast<double>(1), power{};
      for (int lane = 0; lane < kDoubles && i + lane < count; ++lane) {
        const std::ptrdiff_t at = (i + lane) * width + s;
        mantissa[lane] = of.mantissas()[at];
        power[lane] = of.exponents()[at];
      }
      store<double>(logs + i, power * kLog2 + log_of<double>(mantissa));
    }
  }

  static V infinity() { return V{}; }
  bool unchecked() const { return true; }
  V examined(const Number&, const V&) const { return V{}; }
  static bool exact(float, const Memory&, std::ptrdiff_t) { return true; }

  static Number quotient(const V& mass, const Number& product) {
    return normalised(mass / most<float>(product.mantissa, broadcast<float>(1)), -product.exponent);
  }
  static V change(const Number& next, const Number& product) {
    return next.mantissa / most<float>(product.mantissa, broadcast<float>(1)) * power_of(next.exponent - product.exponent) -
           1.0f;
  }
  static Number select(const decltype(V{} < V{}) & first, const Number& a, const Number& b) {
    return {first ? a.mantissa : b.mantissa, first ? a.exponent : b.exponent};
  }
  Number relaxed(const Number& before, const Number& after) const {
    const V one = broadcast<float>(1);
    const V moved = __builtin_convertvector(after.exponent - before.exponent, V) * omega_;
    const Ints whole = __builtin_convertvector(moved, Ints);
    const V rest = (moved - __builtin_convertvector(whole, V)) * static_cast<float>(kLog2);
    const V logs = log_of<float>(most<float>(before.mantissa, one)) * (1 - omega_) +
                   log_of<float>(most<float>(after.mantissa, one)) * omega_;
    return normalised(exp_of<float>(logs + rest), before.exponent + whole);
  }

  // number^power exp(shift): powers of two as whole numbers, and what is left in float. Of the power only as many bits meet an
  // exponent as make their product exact.
  static Number raised(const Number& number, float power, const V& shift) {
    const float high = std::ldexp(std::nearbyint(std::ldexp(power, 11)), -11), low = power - high;
    const V exponent = __builtin_convertvector(number.exponent, V);
    const V moved = exponent * high, shifted = shift * static_cast<float>(1 / kLog2);
    const Ints whole = __builtin_convertvector(moved, Ints), more = __builtin_convertvector(shifted, Ints);
    const V rest = (moved - __builtin_convertvector(whole, V)) + exponent * low + (shifted - __builtin_convertvector(more, V));
    const V mantissa = log_of<float>(most<float>(number.mantissa, broadcast<float>(1))) * power;
    const Number result = normalised(exp_of<float>(rest * static_cast<float>(kLog2) + mantissa), whole + more);
    const auto present = number.mantissa > V{};
    return {present ? result.mantissa : V{}, present ? result.exponent : all(kAbsent)};
  }
  static V log(const Number& number) {
    return __builtin_convertvector(number.exponent, V) * static_cast<float>(kLog2) +
           log_of<float>(most<float>(number.mantissa, broadcast<float>(1)));
  }

  // `out` holds the product before.
  void multiply(const DensePanels& panels, const Field& in, int width, const Memory* memories, Field& out) const {
    const std::ptrdiff_t count = (panels.rows + kRows - 1) / kRows, size = panels.columns * kPanelNumbers;
    const float* const from = panels.numbers.data();
    Ints jumped{};
    bool any = false;
    for (int s = 0; s < width; ++s) {
      any = any || memories[s].jumped;
      jumped[s] = memories[s].jumped ? -1 : 0;
    }
    if (width == 1) {
      for (std::ptrdiff_t panel = 0; panel < count; ++panel) {
        multiply_one(from + panel * size, panels.columns, in, any, out, panel * kRows);
      }
      return;
    }
    if (any) {
      for (std::ptrdiff_t panel = 0; panel < count; ++panel) {
        largest_terms(from + panel * size, panels.columns, in, jumped, out.exponents() + panel * kRows * kLanes);
      }
    }
    for (std::ptrdiff_t first = 0; first < panels.columns; first += kDenseDepth) {
      const std::ptrdiff_t depth = std::min(kDenseDepth, panels.columns - first);
      for (std::ptrdiff_t panel = 0; panel < count; ++panel) {
        const std::ptrdiff_t row = panel * kRows * kLanes;
        multiply_tile(from + panel * size + first * kPanelNumbers, in, first, depth, out.exponents() + row,
                      out.mantissas() + row);
      }
    }
    for (std::ptrdiff_t i = 0; i < panels.rows * kLanes; i += kLanes) {
      const Number sum = out.get(i);
      out.set(i, normalised(sum.mantissa, sum.exponent));
    }
  }

 private:
  static Ints load_ints(const void* from) {
    Ints value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }
  static void store_ints(void* to, const Ints& value) { std::memcpy(to, &value, sizeof value); }
  static Ints all(std::int32_t value) { return value - Ints{}; }
  static Ints larger(const Ints& a, const Ints& b) { return a > b ? a : b; }

  // Calls put(i, mantissa, power) with exp(logs[i]) = mantissa 2^power; zero for the stand-in of no mass.
  template <typename Put>
  static void split_logs(double* logs, std::ptrdiff_t count, Put put) {
    using D = Vector<double>;
    constexpr int kDoubles = Traits<double>::kLanes;
    for (std::ptrdiff_t i = 0; i < count; i += kDoubles) {
      const D given = load<double>(logs + i), log2 = between<double>(-kLargestExponent, kLargestExponent, given * (1 / kLog2));
      D whole;
      for (int lane = 0; lane < kDoubles; ++lane) whole[lane] = std::floor(log2[lane]);
      const D mantissas = exp_of<double>((log2 - whole) * kLog2);
      for (int lane = 0; lane < kDoubles && i + lane < count; ++lane) {
        // rounding may give 2
        const float mantissa = std::max(1.0f, static_cast<float>(mantissas[lane]));
        const bool is_two = mantissa >= 2;
        const bool present = given[lane] > kNoMassPotential / 2;
        put(i + lane, present ? (is_two ? 1 : mantissa) : 0,
            present ? static_cast<std::int32_t>(whole[lane]) + is_two : kAbsent);
      }
    }
  }

  // x 2^power with x in [1, 2); zero where x is not positive.
  static Number normalised(const V& x, const Ints& power) {
    constexpr float kScale = 1.8446744073709552e19f;  // 2^64
    const auto is_small = x < broadcast<float>(std::numeric_limits<float>::min());
    const Ints bits = cast_bits<Ints>(V(is_small ? x * kScale : x));
    const V mantissa = cast_bits<V>(Ints((bits & ((1 << kMantissaBits) - 1)) | (kBias << kMantissaBits)));
    const Ints exponent = (bits >> kMantissaBits) - kBias - (is_small ? all(64) : Ints{}) + power;
    const auto positive = x > V{};
    return {positive ? mantissa : V{}, positive ? exponent : all(kAbsent)};
  }

  // 2^power, clamped to the normal numbers.
  static V power_of(const Ints& power) {
    const Ints biased = larger(all(1), power + kBias);
    return cast_bits<V>(Ints((biased < all(2 * kBias) ? biased : all(2 * kBias)) << kMantissaBits));
  }

  static std::int32_t exponent_at(const float* panel_exponent) {
    std::int32_t value;
    std::memcpy(&value, panel_exponent, sizeof value);
    return value;
  }

  // x 2^power, x without exponent bits and `power` biased: clamped to the least normal numbers.
  static V term(const Ints& x, const Ints& power) { return cast_bits<V>(Ints(x + (larger(power, all(1)) << kMantissaBits))); }
  static Ints without_exponent(const V& x) { return cast_bits<Ints>(x) & ((1 << kMantissaBits) - 1); }

  // The exponent of each entry's largest term, for the slots that jumped.
  static void largest_terms(const float* panel, std::ptrdiff_t columns, const Field& in, const Ints& jumped,
                            std::int32_t* out) {
    Ints largest[kRows];
    for (int i = 0; i < kRows; ++i) largest[i] = all(2 * kAbsent);
    for (std::ptrdiff_t p = 0; p < columns; ++p, panel += kPanelNumbers) {
      const Ints power = load_ints(in.exponents() + p * kLanes);
      for (int i = 0; i < kRows; ++i) largest[i] = larger(largest[i], power + exponent_at(panel + kRows + i));
    }
    for (int i = 0; i < kRows; ++i, out += kLanes) store_ints(out, jumped ? largest[i] : load_ints(out));
  }

  static void multiply_tile(const float* panel, const Field& in, std::ptrdiff_t first, std::ptrdiff_t depth,
                            const std::int32_t* expected, float* out) {
    V sum[kRows];
    Ints unit[kRows];
    for (int i = 0; i < kRows; ++i) {
      sum[i] = V{};
      unit[i] = load_ints(expected + i * kLanes) - kBias;
    }
    const float* mantissas = in.mantissas() + first * kLanes;
    const std::int32_t* exponents = in.exponents() + first * kLanes;
    for (std::ptrdiff_t p = 0; p < depth; ++p, panel += kPanelNumbers, mantissas += kLanes, exponents += kLanes) {
      const Ints x = without_exponent(load<float>(mantissas)), power = load_ints(exponents);
      for (int i = 0; i < kRows; ++i) {
        sum[i] += term(x, (all(exponent_at(panel + kRows + i)) - unit[i]) + power) * panel[i];
      }
    }
    for (int i = 0; i < kRows; ++i, out += kLanes) store<float>(out, first > 0 ? load<float>(out) + sum[i] : sum[i]);
  }

  // The same sums for a single vector, rows in the lanes; the lanes behind a panel's rows are overwritten.
  static void multiply_one(const float* panel, std::ptrdiff_t columns, const Field& in, bool jumped, Field& out,
                           std::ptrdiff_t row) {
    Ints expected = load_ints(out.exponents() + row);
    if (jumped) {
      expected = all(2 * kAbsent);
      for (std::ptrdiff_t p = 0; p < columns; ++p) {
        expected = larger(expected, load_ints(panel + p * kPanelNumbers + kRows) + in.exponents()[p]);
      }
    }
    const Ints unit = expected - kBias;
    V total{};
    for (std::ptrdiff_t first = 0; first < columns; first += kDenseDepth) {
      V sum{};
      const std::ptrdiff_t end = std::min(first + kDenseDepth, columns);
      for (std::ptrdiff_t p = first; p < end; ++p) {
        const float* const column = panel + p * kPanelNumbers;
        const Ints x = without_exponent(broadcast<float>(in.mantissas()[p]));
        sum += term(x, (load_ints(column + kRows) - unit) + in.exponents()[p]) * load<float>(column);
      }
      total = first > 0 ? total + sum : sum;
    }
    // the lanes of the next panel keep what they expect
    float sums[kLanes];
    std::int32_t powers[kLanes];
    const Number number = normalised(total, expected);
    store<float>(sums, number.mantissa);
    store_ints(powers, number.exponent);
    std::copy(sums, sums + kRows, out.mantissas() + row);
    std::copy(powers, powers + kRows, out.exponents() + row);
  }

  const float omega_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
