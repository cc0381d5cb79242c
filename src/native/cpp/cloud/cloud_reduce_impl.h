// Weighted sums of a plan between points, with the slopes of its costs: kPlanReduce.
#if defined(OTLEARN_CLOUD_CLOUD_REDUCE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_CLOUD_CLOUD_REDUCE_IMPL_H
#undef OTLEARN_CLOUD_CLOUD_REDUCE_IMPL_H
#else
#define OTLEARN_CLOUD_CLOUD_REDUCE_IMPL_H
#endif

#include <cstddef>

#include "base/aligned_array.h"
#include "cloud/cloud_costs_impl.h"
#include "cloud/cloud_operator.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

namespace cloud {

inline V sign_of(const V& x) {
  const V none = {}, one = broadcast<double>(1);
  return x > none ? one : x < none ? -one : none;
}

// The slope of a cost is r times `slope`, r = x - y; its change along e = p - q is e `slope` - r <r, e> `bend`.
struct Derivative {
  V slope, bend;
};

template <PointMetric kMetric>
Derivative derivative_of(const CloudOperation& of, const V& cost) {
  if constexpr (kMetric == PointMetric::kSquaredEuclidean) {
    return {broadcast<double>(2 * of.factor), V{}};
  } else {
    const V inverse = cost > V{} ? 1.0 / cost : V{};
    return {inverse, inverse * inverse * inverse};
  }
}

template <PointMetric kMetric>
void reduce_rows(const CloudOperation& of, const PackedColumns& columns, std::size_t begin, std::size_t end) {
  const CloudWeights& weights = of.weights;
  const std::size_t d = of.d;
  V sums[kCloudRows] = {};
  AlignedArray<V> slopes(weights.slopes ? kCloudRows * d : 0);
  each_tile(of, columns, begin, end, [&](std::size_t row, std::size_t rows, const double* block, const CostTile& costs) {
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t i = begin + row + r;
      const double *x = of.x + i * d, *p = weights.along_x ? weights.along_x + i * d : nullptr;
      const double alpha = weights.alpha ? weights.alpha[i] : 0;
      V* slope_sums = slopes.data() + (row + r) * d;
      for (std::size_t j = 0; j < kCloudColumns; j += kLanes) {
        const double *y = block + j, *q = block + columns.along + j;
        const V cost = load<double>(costs.of[r] + j);
        const V entry = low_exp_of(of.u[i] + load<double>(block + columns.values + j) - cost * of.inverse);
        V factor = alpha + cost * weights.gamma;
        if (weights.beta) factor += load<double>(block + columns.beta + j);
        const Derivative derivative = derivative_of<kMetric>(of, cost);
        V along = {};  // <r, e>, or the derivative itself where slopes are signs
        if (p) {
          for (std::size_t axis = 0; axis < d; ++axis) {
            const V apart = x[axis] - load<double>(y + axis * kCloudColumns);
            const V moves = p[axis] - load<double>(q + axis * kCloudColumns);
            along += (kMetric == PointMetric::kManhattan ? sign_of(apart) : apart) * moves;
          }
          factor += weights.delta * (kMetric == PointMetric::kManhattan ? along : along * derivative.slope);
        }
        // without mass a weight may be infinite
        const V weight = entry > V{} ? entry * factor : V{};
        sums[row + r] += weight;
        if (!weights.slopes) continue;
        const V bent = entry * weights.curvature;
        const V of_apart = weight * derivative.slope - bent * derivative.bend * along, of_moves = bent * derivative.slope;
        for (std::size_t axis = 0; axis < d; ++axis) {
          const V apart = x[axis] - load<double>(y + axis * kCloudColumns);
          if constexpr (kMetric == PointMetric::kManhattan) {
            slope_sums[axis] += weight * sign_of(apart);
          } else {
            slope_sums[axis] += apart * of_apart;
            if (p) slope_sums[axis] += (p[axis] - load<double>(q + axis * kCloudColumns)) * of_moves;
          }
        }
      }
    }
  });
  for (std::size_t row = begin; row < end; ++row) {
    of.out[row] = sum_lanes<double>(sums[row - begin]);
    for (std::size_t axis = 0; weights.slopes && axis < d; ++axis)
      weights.slopes[row * d + axis] = sum_lanes<double>(slopes.data()[(row - begin) * d + axis]);
  }
}

inline void plan_reduce(const CloudOperation& of, const PackedColumns& columns, std::size_t begin, std::size_t end) {
  switch (of.metric) {
    case PointMetric::kSquaredEuclidean:
      return reduce_rows<PointMetric::kSquaredEuclidean>(of, columns, begin, end);
    case PointMetric::kEuclidean:
      return reduce_rows<PointMetric::kEuclidean>(of, columns, begin, end);
    case PointMetric::kManhattan:
      return reduce_rows<PointMetric::kManhattan>(of, columns, begin, end);
  }
}

}  // namespace cloud

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
