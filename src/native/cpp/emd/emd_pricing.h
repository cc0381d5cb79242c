// Pricing for the exact solver, compiled once for each instruction set.
#pragma once
#include <cstddef>

namespace otlearn {

// Rows of a cost matrix begin at multiples of this many numbers; the numbers past the last column are +infinity.
constexpr std::ptrdiff_t kCostUnit = 8;

struct PricedArc {
  double reduced_cost;
  int row, column;
};

struct EmdKernels {
  // The arc with the least (C_ij + column level) - row level of rows [begin, end), the first one in the order of rows and
  // columns where several have it. `stride` is a multiple of kCostUnit, and as many column levels are read.
  PricedArc (*price)(const double* cost, std::ptrdiff_t stride, const double* row_levels, const double* column_levels,
                     int begin, int end);
  // Whether C_ij <= C_ik + C_kj + tolerance for row i and all k and j of a square matrix; `stride` as above.
  bool (*obeys_triangles)(const double* cost, std::ptrdiff_t stride, int size, int row, double tolerance);
};
// Those of the instruction set that runs.
const EmdKernels& emd_kernels();

}  // namespace otlearn
