// The parts of cloud_operator.h.
#if defined(OTLEARN_CLOUD_CLOUD_OPERATOR_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_CLOUD_CLOUD_OPERATOR_IMPL_H
#undef OTLEARN_CLOUD_CLOUD_OPERATOR_IMPL_H
#else
#define OTLEARN_CLOUD_CLOUD_OPERATOR_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "base/aligned_array.h"
#include "cloud/cloud_costs_impl.h"
#include "cloud/cloud_operator.h"
#include "cloud/cloud_reduce_impl.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

namespace cloud {

constexpr double kAbsent = -std::numeric_limits<double>::infinity();
// Terms of a log-sum-exp that are left out, as log-sum.ts says.
constexpr double kNegligible = -50;

template <bool kCost>
void apply(const CloudOperation& of, const PackedColumns& columns, std::size_t begin, std::size_t end) {
  V sums[kCloudRows] = {};
  each_tile(of, columns, begin, end, [&](std::size_t row, std::size_t, const double* block, const CostTile& costs) {
    V* sum = sums + row;
    for (std::size_t j = 0; j < kCloudColumns; j += kLanes) {
      const V value = load<double>(block + columns.values + j);
      OTLEARN_UNROLL(4)
      for (std::size_t r = 0; r < kRows; ++r) {
        const V cost = load<double>(costs.of[r] + j);
        const V share = low_exp_of(cost * -of.inverse) * value;
        sum[r] += kCost ? share * cost : share;
      }
    }
  });
  for (std::size_t row = begin; row < end; ++row) of.out[row] = sum_lanes<double>(sums[row - begin]);
}

// The largest term so far of each row, and the sum relative to it. A block whose terms are all negligible costs no exponential.
template <bool kCost>
void log_apply(const CloudOperation& of, const PackedColumns& columns, std::size_t begin, std::size_t end) {
  V sums[kCloudRows] = {};
  double largest[kCloudRows];
  std::fill(largest, largest + kCloudRows, kAbsent);
  CostTile terms;
  each_tile(of, columns, begin, end, [&](std::size_t row, std::size_t, const double* block, const CostTile& costs) {
    V highest[kRows];
    for (V& value : highest) value = broadcast<double>(kAbsent);
    for (std::size_t j = 0; j < kCloudColumns; j += kLanes) {
      const V value = load<double>(block + columns.values + j);
      OTLEARN_UNROLL(4)
      for (std::size_t r = 0; r < kRows; ++r) {
        const V cost = load<double>(costs.of[r] + j);
        V term = value - cost * of.inverse;
        if constexpr (kCost) term = cost > V{} ? term : broadcast<double>(kAbsent);
        store<double>(terms.of[r] + j, term);
        highest[r] = most<double>(term, highest[r]);
      }
    }
    bool matters = false;
    double top[kRows];
    for (std::size_t r = 0; r < kRows; ++r) {
      const double of_block = largest_lane<double>(highest[r]), before = largest[row + r];
      if (of_block > before) {
        if (before > kAbsent) sums[row + r] *= std::exp(before - of_block);
        largest[row + r] = of_block;
      }
      matters = matters || of_block > largest[row + r] + kNegligible;
      top[r] = largest[row + r] > kAbsent ? largest[row + r] : 0;
    }
    if (!matters) return;
    V* sum = sums + row;
    for (std::size_t j = 0; j < kCloudColumns; j += kLanes) {
      OTLEARN_UNROLL(4)
      for (std::size_t r = 0; r < kRows; ++r) {
        const V share = low_exp_of(load<double>(terms.of[r] + j) - top[r]);
        sum[r] += kCost ? share * load<double>(costs.of[r] + j) : share;
      }
    }
  });
  for (std::size_t row = begin; row < end; ++row) {
    const double top = largest[row - begin];
    of.out[row] = top == kAbsent ? kAbsent : top + std::log(sum_lanes<double>(sums[row - begin]));
  }
}

// Turns costs into entries of the plan.
inline void to_plan(const CloudOperation& of, const PackedColumns& columns, std::size_t row, std::size_t rows,
                    const double* block, CostTile& costs) {
  for (std::size_t r = 0; r < rows; ++r) {
    const double u = of.u[row + r];
    for (std::size_t j = 0; j < kCloudColumns; j += kLanes) {
      const V value = load<double>(block + columns.values + j), cost = load<double>(costs.of[r] + j);
      store<double>(costs.of[r] + j, low_exp_of(u + value - cost * of.inverse));
    }
  }
}

inline void plan_apply(const CloudOperation& of, const PackedColumns& columns, std::size_t begin, std::size_t end) {
  AlignedArray<V> sums(kCloudRows * of.vectors);
  each_tile(of, columns, begin, end, [&](std::size_t row, std::size_t rows, const double* block, CostTile& costs) {
    to_plan(of, columns, begin + row, rows, block, costs);
    for (std::size_t k = 0; k < of.vectors; ++k) {
      const double* z = block + columns.z + k * kCloudColumns;
      V* sum = sums.data() + k * kCloudRows + row;
      for (std::size_t j = 0; j < kCloudColumns; j += kLanes) {
        const V factor = load<double>(z + j);
        for (std::size_t r = 0; r < rows; ++r) sum[r] += load<double>(costs.of[r] + j) * factor;
      }
    }
  });
  for (std::size_t k = 0; k < of.vectors; ++k) {
    for (std::size_t row = begin; row < end; ++row)
      of.out[k * of.n + row] = sum_lanes<double>(sums.data()[k * kCloudRows + row - begin]);
  }
}

}  // namespace cloud

constexpr CloudOperatorKernels kCloudOperatorParts = {{cloud::apply<false>, cloud::apply<true>, cloud::log_apply<false>,
                                                       cloud::log_apply<true>, cloud::plan_apply, cloud::plan_reduce}};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
