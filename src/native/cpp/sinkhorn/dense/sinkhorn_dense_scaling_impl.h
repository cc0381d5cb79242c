// Scalings as they are, in float, for DenseSinkhorn.
//
// A product is exact to rounding where its least entry is far above all that underflow takes from it: entries of K below the
// normal numbers, of which each takes less than exp(-87) times the largest scaling, and terms and scalings below them.
#if defined(OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_SCALING_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_SCALING_IMPL_H
#undef OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_SCALING_IMPL_H
#else
#define OTLEARN_SINKHORN_DENSE_SINKHORN_DENSE_SCALING_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <limits>

#include "base/aligned_array.h"
#include "isa/set.h"
#include "sinkhorn/dense/sinkhorn_dense.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"
#include "vector/tile_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

class DenseScaling {
  using V = Vector<float>;
  static constexpr int kLanes = Traits<float>::kLanes;
  static constexpr double kLost = 6e-8;            // of an entry: half a unit in the last place
  static constexpr double kLargestExponent = 87;   // kernel entries beyond it are no normal numbers
  static constexpr double kLargestScaling = 1e30;  // so that nothing overflows
  static constexpr float kSmallest = std::numeric_limits<float>::min();

 public:
  static constexpr int kRows = OTLEARN_VECTOR_BYTES == 64 ? 14 : OTLEARN_VECTOR_BYTES == 32 ? 6 : 4;  // as of a matmul tile
  static constexpr int kPanelNumbers = kRows;
  static constexpr int kMostRegisters = 2;
  static constexpr bool kExamines = true;

  struct Number {
    V value;
  };
  struct Memory {
    float largest = 1;  // scaling
  };

  class Field {
   public:
    explicit Field(std::size_t numbers) : values_(numbers) {}
    Number get(std::ptrdiff_t i) const { return {load<float>(values_.data() + i)}; }
    void set(std::ptrdiff_t i, const Number& number) { store<float>(values_.data() + i, number.value); }
    void copy(std::ptrdiff_t to, const Field& from, std::ptrdiff_t at) { values_.data()[to] = from.values_.data()[at]; }
    float* values() { return values_.data(); }
    const float* values() const { return values_.data(); }

   private:
    AlignedArray<float> values_;
  };

  // The largest of the scalings, whose padding is zero.
  class Watch {
   public:
    void look(const Number&, const Number& after) { largest_ = most<float>(largest_, after.value); }
    V seen() const { return largest_; }

   private:
    V largest_{};
  };
  static Memory remembered(float largest, bool) { return {largest}; }

  explicit DenseScaling(const SinkhornBatch& batch)
      : omega_(static_cast<float>(batch.momentum)),
        excused_(batch.output == SinkhornOutput::kKlPotentials ? -1.0f : 0.0f),
        unchecked_(batch.domain == SinkhornDomain::kScaling) {}

  // exp(logs) into a column of a panel.
  static void pack(double* logs, float* column) {
    exponentials_in_place(logs, kRows);
    for (int r = 0; r < kRows; ++r) column[r] = static_cast<float>(logs[r]);
  }

  // Fields of one slot, from and to logarithms, which are padded to whole registers and overwritten.
  static void exponentials(double* logs, std::ptrdiff_t count, Field& to, int s, int width) {
    exponentials_in_place(logs, count);
    for (std::ptrdiff_t i = 0; i < count; ++i) to.values()[i * width + s] = static_cast<float>(logs[i]);
  }
  static void copies(const float* from, std::ptrdiff_t count, Field& to, int s, int width) {
    for (std::ptrdiff_t i = 0; i < count; ++i) to.values()[i * width + s] = from[i];
  }
  static void logarithms(const Field& of, std::ptrdiff_t count, int s, int width, double* logs) {
    constexpr int kDoubles = Traits<double>::kLanes;
    for (std::ptrdiff_t i = 0; i < count; ++i) logs[i] = std::max(of.values()[i * width + s], kSmallest);
    for (std::ptrdiff_t i = 0; i < count; i += kDoubles) store<double>(logs + i, log_of<double>(load<double>(logs + i)));
  }

  static V infinity() { return broadcast<float>(std::numeric_limits<float>::infinity()); }
  bool unchecked() const { return unchecked_; }
  // A product's entry, where it needs to be exact.
  V examined(const Number& product, const V& mass) const {
    return mass <= broadcast<float>(excused_) ? infinity() : product.value;
  }
  static bool exact(float least_entry, const Memory& scalings, std::ptrdiff_t terms) {
    const double lost = static_cast<double>(terms) * kSmallest * (1.5 * scalings.largest + 2);
    return scalings.largest <= kLargestScaling && least_entry >= lost / kLost;
  }

  static Number quotient(const V& mass, const Number& product) {
    const V scaling = divide<float>(mass, most<float>(product.value, broadcast<float>(kSmallest)));
    return {mass < V{} ? V{} : scaling};
  }
  static V change(const Number& next, const Number& product) { return next.value / product.value - 1.0f; }
  static Number select(const decltype(V{} < V{}) & first, const Number& a, const Number& b) {
    return {first ? a.value : b.value};
  }
  Number relaxed(const Number& before, const Number& after) const {
    const V smallest = broadcast<float>(kSmallest);
    const V old = log_of<float>(most<float>(before.value, smallest));
    return {exp_of<float>(old * (1 - omega_) + log_of<float>(most<float>(after.value, smallest)) * omega_)};
  }

  // number^power exp(shift)
  static Number raised(const Number& number, float power, const V& shift) {
    return {exp_of<float>(log(number) * power + shift)};
  }
  static V log(const Number& number) { return log_of<float>(most<float>(number.value, broadcast<float>(kSmallest))); }

  void multiply(const DensePanels& panels, const Field& in, int width, const Memory*, Field& out) const {
    const std::ptrdiff_t count = (panels.rows + kRows - 1) / kRows, size = panels.columns * kRows;
    const float* const from = panels.numbers.data();
    if (width == 1) {
      std::ptrdiff_t panel = 0;
      for (; panel + kTogether <= count; panel += kTogether) {
        multiply_one<kTogether>(from + panel * size, panels.columns, in.values(), out.values() + panel * kRows);
      }
      for (; panel < count; ++panel)
        multiply_one<1>(from + panel * size, panels.columns, in.values(), out.values() + panel * kRows);
      return;
    }
    for (std::ptrdiff_t first = 0; first < panels.columns; first += kDenseDepth) {
      const std::ptrdiff_t depth = std::min(kDenseDepth, panels.columns - first);
      for (std::ptrdiff_t panel = 0; panel < count; ++panel) {
        const float* const k = from + panel * size + first * kRows;
        const float* const x = in.values() + first * width;
        float* const y = out.values() + panel * kRows * width;
        if (width == kLanes) multiply_tile<1>(k, x, depth, first > 0, y);
        else multiply_tile<2>(k, x, depth, first > 0, y);
      }
    }
  }

 private:
  static constexpr int kTogether = 4;  // panels, for one vector: as many sums as hide an addition's latency

  // exp(logs), and 0 instead of what is no normal float.
  static void exponentials_in_place(double* logs, std::ptrdiff_t count) {
    constexpr int kDoubles = Traits<double>::kLanes;
    for (std::ptrdiff_t i = 0; i < count; i += kDoubles) {
      const Vector<double> log = load<double>(logs + i);
      store<double>(logs + i, log > -kLargestExponent ? exp_of<double>(log) : Vector<double>{});
    }
  }

  // out (+)= k x for a panel and vectors side by side.
  template <int kRegisters>
  static void multiply_tile(const float* k, const float* x, std::ptrdiff_t depth, bool adds, float* out) {
    Tile<float, kRows, kRegisters> tile;
    tile.add(k, kRows, x, kRegisters * kLanes, depth);
    for (int i = 0; i < kRows; ++i) {
      for (int r = 0; r < kRegisters; ++r, out += kLanes)
        store<float>(out, adds ? load<float>(out) + tile.sum[i][r] : tile.sum[i][r]);
    }
  }

  // The same sums for a single vector, rows in the lanes. The lanes behind a panel's rows hold the next panel's numbers, and
  // what they give is overwritten.
  template <int kPanels>
  static void multiply_one(const float* panels, std::ptrdiff_t columns, const float* x, float* out) {
    V total[kPanels] = {};
    for (std::ptrdiff_t first = 0; first < columns; first += kDenseDepth) {
      V sum[kPanels] = {};
      const std::ptrdiff_t end = std::min(first + kDenseDepth, columns);
      for (std::ptrdiff_t p = first; p < end; ++p) {
        const V factor = broadcast<float>(x[p]);
        for (int g = 0; g < kPanels; ++g) sum[g] += load<float>(panels + (g * columns + p) * kRows) * factor;
      }
      for (int g = 0; g < kPanels; ++g) total[g] = first > 0 ? total[g] + sum[g] : sum[g];
    }
    for (int g = 0; g < kPanels; ++g) store<float>(out + g * kRows, total[g]);
  }

  const float omega_, excused_;  // masses up to excused_ need no exact product
  const bool unchecked_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
