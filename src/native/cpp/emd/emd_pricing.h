// Pricing for the exact solver, compiled once for each instruction set.
#pragma once
#include <cstddef>

namespace otlearn {

// Rows of a cost matrix begin at multiples of this many numbers; the numbers past the last column are +infinity.
constexpr std::ptrdiff_t kCostUnit = 8;

inline std::ptrdiff_t whole_units(std::size_t columns) {
  return (static_cast<std::ptrdiff_t>(columns) + kCostUnit - 1) / kCostUnit * kCostUnit;
}

struct PricedArc {
  double reduced_cost;
  int row, column;
};

// How the cost of two points follows from the differences of their coordinates.
enum class PointRule { kSquaredEuclidean, kHalfSquaredEuclidean, kEuclidean, kManhattan };

struct PointSet {
  PointRule rule;
  int dimension;
  const double* x;        // [rows, dimension]
  const double* y;        // [dimension, stride], any finite numbers past the last column
  std::ptrdiff_t stride;  // a multiple of kCostUnit
};

struct EmdKernels {
  // The arc with the least (C_ij + column level) - row level of rows [begin, end), the first one in the order of rows and
  // columns where several have it. `stride` is a multiple of kCostUnit, and as many column levels are read.
  PricedArc (*price)(const double* cost, std::ptrdiff_t stride, const double* row_levels, const double* column_levels,
                     int begin, int end);
  // The same with costs of points; column levels past the last column are +infinity.
  PricedArc (*price_points)(const PointSet& points, const double* row_levels, const double* column_levels, int begin, int end);
  // Writes (C_ij + column level) - row level of a row [stride].
  void (*reduce_points)(const PointSet& points, int row, double row_level, const double* column_levels, double* reduced);
  double (*point_cost)(const PointSet& points, int row, int column);
  // Whether C_ij <= C_ik + C_kj + tolerance for row i and all k and j of a square matrix; `stride` as above.
  bool (*obeys_triangles)(const double* cost, std::ptrdiff_t stride, int size, int row, double tolerance);
};
// Those of the instruction set that runs.
const EmdKernels& emd_kernels();

}  // namespace otlearn
