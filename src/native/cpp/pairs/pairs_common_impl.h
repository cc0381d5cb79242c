// What the solvers of pairs share.
#if defined(OTLEARN_PAIRS_PAIRS_COMMON_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_PAIRS_PAIRS_COMMON_IMPL_H
#undef OTLEARN_PAIRS_PAIRS_COMMON_IMPL_H
#else
#define OTLEARN_PAIRS_PAIRS_COMMON_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "isa/set.h"
#include "pairs/pairs.h"
#include "vector/exponentials_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// What is left of the dual of one pair after an update, from the errors so far: stopping.ts says why.
class RemainingDual {
 public:
  double after(double error) {
    constexpr double kMostContraction = 0.999, kFirstContraction = 0.98;
    const bool known = previous_ < std::numeric_limits<double>::infinity();
    const double ratio = known ? error / previous_ : kFirstContraction;
    const double contraction = std::sqrt(std::min(kMostContraction, std::max(ratio, ratio_)));
    ratio_ = ratio;
    previous_ = error;
    const double rest = error / 2 * contraction / (1 - contraction);
    correction_ = known ? rest : 0;
    return rest;
  }
  double correction() const { return correction_; }

 private:
  double previous_ = std::numeric_limits<double>::infinity(), ratio_ = 0, correction_ = 0;
};

inline std::ptrdiff_t padded_to(std::ptrdiff_t size, std::ptrdiff_t block) { return (size + block - 1) / block * block; }

inline void pair_gibbs(const double* scaled, std::size_t count, float* kernel) {
  constexpr std::size_t kLanes = Traits<double>::kLanes;
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const Vector<double> values = exp_of<double>(-load<double>(scaled + i));
    for (std::size_t lane = 0; lane < kLanes; ++lane) kernel[i + lane] = static_cast<float>(values[lane]);
  }
  for (; i < count; ++i) kernel[i] = static_cast<float>(exp_of<double>(broadcast<double>(-scaled[i]))[0]);
}

inline void pair_gather(const float* kernel, std::ptrdiff_t bins, const PairSide& columns, float* panel,
                        std::ptrdiff_t stride) {
  for (std::ptrdiff_t row = 0; row < bins; ++row, kernel += bins, panel += stride) {
    for (int c = 0; c < columns.size; ++c) panel[c] = kernel[columns.bins[c]];
    for (std::ptrdiff_t c = columns.size; c < stride; ++c) panel[c] = 0;
  }
}

// sum x y of padded arrays.
inline double dot_of(const double* x, const double* y, std::ptrdiff_t padded) {
  constexpr int kLanes = Traits<double>::kLanes, kSums = kPairColumnBlock / kLanes;
  Vector<double> sums[kSums] = {};
  for (std::ptrdiff_t j = 0; j < padded; j += kPairColumnBlock) {
    for (int s = 0; s < kSums; ++s) sums[s] += load<double>(x + j + s * kLanes) * load<double>(y + j + s * kLanes);
  }
  double sum = 0;
  for (int s = 0; s < kSums; ++s) sum += sum_lanes<double>(sums[s]);
  return sum;
}

struct PairErrors {
  double error, violation;
};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
