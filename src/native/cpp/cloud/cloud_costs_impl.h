// Costs of a few rows with a block of columns, by metric and dimension.
#if defined(OTLEARN_CLOUD_CLOUD_COSTS_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_CLOUD_CLOUD_COSTS_IMPL_H
#undef OTLEARN_CLOUD_CLOUD_COSTS_IMPL_H
#else
#define OTLEARN_CLOUD_CLOUD_COSTS_IMPL_H
#endif

#include <cstddef>

#include "cloud/cloud_operator.h"
#include "isa/set.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

namespace cloud {

using V = Vector<double>;
constexpr std::size_t kLanes = Traits<double>::kLanes;
constexpr std::size_t kRows = 4;  // whose costs are formed together, so that a column is loaded once for all

inline V magnitude_of(const V& x) { return x < V{} ? -x : x; }

// C of kRows rows, [kRows][kCloudColumns].
struct alignas(64) CostTile {
  double of[kRows][kCloudColumns];
};

// kD is the dimension, or 0 for any. Rows past the last one repeat it.
template <PointMetric kMetric, std::size_t kD>
void fill_costs(const CloudOperation& of, const double* const (&x)[kRows], const double* block, CostTile& costs) {
  const std::size_t d = kD ? kD : of.d;
  for (std::size_t j = 0; j < kCloudColumns; j += kLanes) {
    V sum[kRows] = {};
    OTLEARN_UNROLL(4)
    for (std::size_t axis = 0; axis < d; ++axis) {
      const V y = load<double>(block + axis * kCloudColumns + j);
      OTLEARN_UNROLL(4)
      for (std::size_t r = 0; r < kRows; ++r) {
        const V apart = broadcast<double>(x[r][axis]) - y;
        if constexpr (kMetric == PointMetric::kManhattan) sum[r] += magnitude_of(apart);
        else sum[r] += apart * apart;
      }
    }
    OTLEARN_UNROLL(4)
    for (std::size_t r = 0; r < kRows; ++r) {
      if constexpr (kMetric == PointMetric::kSquaredEuclidean) sum[r] *= of.factor;
      if constexpr (kMetric == PointMetric::kEuclidean) sum[r] = sqrt_of<double>(sum[r]);
      store<double>(costs.of[r] + j, sum[r]);
    }
  }
}

using FillCosts = void (*)(const CloudOperation&, const double* const (&)[kRows], const double*, CostTile&);

template <PointMetric kMetric>
FillCosts costs_of_dimension(std::size_t d) {
  switch (d) {
    case 1:
      return fill_costs<kMetric, 1>;
    case 2:
      return fill_costs<kMetric, 2>;
    case 3:
      return fill_costs<kMetric, 3>;
    default:
      return fill_costs<kMetric, 0>;
  }
}

inline FillCosts costs_of(const CloudOperation& of) {
  switch (of.metric) {
    case PointMetric::kSquaredEuclidean:
      return costs_of_dimension<PointMetric::kSquaredEuclidean>(of.d);
    case PointMetric::kEuclidean:
      return costs_of_dimension<PointMetric::kEuclidean>(of.d);
    default:
      return costs_of_dimension<PointMetric::kManhattan>(of.d);
  }
}

// Calls body(first row, rows that count, block, costs) for all of the columns, block after block, so that each stays in the
// cache for all rows.
template <typename Body>
void each_tile(const CloudOperation& of, const PackedColumns& columns, std::size_t begin, std::size_t end, Body body) {
  const FillCosts fill = costs_of(of);
  CostTile costs;
  for (std::size_t index = 0; index < columns.count; ++index) {
    const double* block = columns.blocks + index * columns.stride;
    for (std::size_t row = begin; row < end; row += kRows) {
      const std::size_t rows = end - row < kRows ? end - row : kRows;
      const double* x[kRows];
      for (std::size_t r = 0; r < kRows; ++r) x[r] = of.x + (row + (r < rows ? r : rows - 1)) * of.d;
      fill(of, x, block, costs);
      body(row - begin, rows, block, costs);
    }
  }
}

}  // namespace cloud

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
