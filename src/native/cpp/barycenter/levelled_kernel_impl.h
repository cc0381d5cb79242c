// When a product by a kernel that is not whole, as its small entries were left out, is exact.
#if defined(OTLEARN_BARYCENTER_LEVELLED_KERNEL_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_BARYCENTER_LEVELLED_KERNEL_IMPL_H
#undef OTLEARN_BARYCENTER_LEVELLED_KERNEL_IMPL_H
#else
#define OTLEARN_BARYCENTER_LEVELLED_KERNEL_IMPL_H
#endif

#include <algorithm>
#include <limits>
#include <vector>

#include "isa/set.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

template <typename T>
struct Band;
template <>
struct Band<float> {
  static constexpr double kTolerance = 0x1p-24;  // what a shortened kernel may leave out of an entry of K x, relative to it
  static constexpr double kLargest = 1e32;       // inputs and results stay between this and its reciprocal, so that sums
                                                 // over all pixels do not overflow and what underflows is rounding
};
template <>
struct Band<double> {
  static constexpr double kTolerance = 0x1p-52;
  static constexpr double kLargest = 1e290;
};

// What is known after a product: its largest input and smallest result, if measured, and what `produce` and `consume` summed.
template <typename T>
struct Outcome {
  T largest, smallest;
  double produced = 0, consumed = 0;
};

template <typename T>
class LevelledKernel {
 public:
  int levels() const { return static_cast<int>(left_out_.size()); }

  // A kernel that takes long to make is made in parts, by any threads, and then finished.
  int parts() const { return 0; }
  void make_part(int) {}
  void finish() {}

  // The shortest kernel that is exact for a product with these extremes. `levels()` if no kernel is, or if the one that made
  // the product was too short to tell; kNever where the input is out of range.
  //
  // Level l keeps some entries: K_l <= K entrywise, so for x >= 0 what it leaves out of an entry of K x is
  // between 0 and max(x) * left_out[l], with left_out[l] the mass of a row of K - K_l. As min(K_l x) <= min(K x),
  //   max(x) * left_out[l] <= tolerance * min(K_l x)   proves   (1 - tolerance) K x <= K_l x <= K x   in every entry.
  // Extremes of a product by any level serve: min(K_l x) grows with l. For the same reason the adjoint may use the level
  // of the forward product: the derivative of log(K x) with respect to log(x) has rows K_ij x_j / (K x)_i of sum one, and
  // with K_l in the place of K it changes in no row by more than 2 tolerance, summed over its absolute values.
  int level_for(const Outcome<T>& e) const {
    const double largest = e.largest, smallest = e.smallest;
    if (!(largest > 0 && largest < Band<T>::kLargest)) return kNever;
    int level = levels();
    if (!(smallest > 1 / Band<T>::kLargest)) return level;
    while (level > 0 && largest * left_out_[level - 1] <= Band<T>::kTolerance * smallest) --level;
    return level;
  }

  // Whether the product that `level` made is exact. If not, but by a longer kernel it may be, `level` becomes that one.
  enum class Fit { kExact, kTooShort, kNone };
  Fit examine(const Outcome<T>& outcome, int& level, int& needed) const {
    needed = level_for(outcome);
    if (needed <= level) return Fit::kExact;
    if (needed == kNever || level + 1 == levels()) return Fit::kNone;
    level = std::min(needed, levels() - 1);
    return Fit::kTooShort;
  }

  // Makes a product, `Outcome product(level)`, with a kernel that is exact for it: with `level` or, where that turns out
  // too short, again with a longer one. Returns the level used and the one that would have done; false if none is exact.
  template <typename Product>
  bool make(int& level, int& needed, Product product) const {
    for (;;) {
      const Fit fit = examine(product(level), level, needed);
      if (fit != Fit::kTooShort) return fit == Fit::kExact;
    }
  }

 protected:
  static constexpr int kNever = std::numeric_limits<int>::max();

  // [level], of the row that loses most; ascending levels leave out less.
  std::vector<double> left_out_;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
