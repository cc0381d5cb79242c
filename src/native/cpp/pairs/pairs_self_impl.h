// The problem of a histogram with itself, in float64 (pairs.h).
#if defined(OTLEARN_PAIRS_PAIRS_SELF_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_PAIRS_PAIRS_SELF_IMPL_H
#undef OTLEARN_PAIRS_PAIRS_SELF_IMPL_H
#else
#define OTLEARN_PAIRS_PAIRS_SELF_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "isa/set.h"
#include "pairs/pairs.h"
#include "pairs/pairs_common_impl.h"
#include "vector/exponentials_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// As in host-self.ts.
inline double pair_solve_self(const PairSide& side, const double* scaled, std::ptrdiff_t bins, double* matrix, double* work,
                              float* potential) {
  constexpr int kLanes = Traits<double>::kLanes, kMostIterations = 200;
  constexpr double kError = 1e-14;
  const int n = side.size;
  const std::ptrdiff_t stride = padded_to(n, kPairColumnBlock);
  double *scaling = work, *products = work + stride;
  for (int i = 0; i < n; ++i) {
    double* row = matrix + i * stride;
    for (int j = 0; j < n; ++j) row[j] = -scaled[side.bins[i] * bins + side.bins[j]];
    std::fill(row + n, row + stride, 0.0);
    for (std::ptrdiff_t j = 0; j < stride; j += kLanes) store<double>(row + j, exp_of<double>(load<double>(row + j)));
  }
  for (std::ptrdiff_t i = 0; i < stride; ++i) scaling[i] = std::sqrt(side.masses[i]);
  for (int iteration = 1;; ++iteration) {
    double error = 0, total = 0;
    for (int i = 0; i < n; ++i) {
      products[i] = dot_of(matrix + i * stride, scaling, stride);
      const double marginal = scaling[i] * products[i], deviation = marginal / side.masses[i] - 1;
      total += marginal;
      error += side.masses[i] * deviation * deviation;
    }
    if (error <= kError || iteration == kMostIterations) {
      double value = 1 - total;
      for (int i = 0; i < n; ++i) {
        const double log = std::log(scaling[i] / side.masses[i]);
        value += 2 * side.masses[i] * log;
        potential[i] = static_cast<float>(log);
      }
      return value;
    }
    for (int i = 0; i < n; ++i) scaling[i] = std::sqrt(scaling[i] * side.masses[i] / products[i]);
  }
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
