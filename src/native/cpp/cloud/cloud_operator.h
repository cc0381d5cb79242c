// exp(-C / epsilon) and its relatives in float64 for costs between points, which are formed in tiles and never stored: what the
// host's solvers apply to clouds (cloud-host.ts and plan-points.ts of the geometry folder). What a transposed operator gives is
// this one with the clouds exchanged.
#pragma once
#include <cstddef>

namespace otlearn {

class ThreadPool;

enum class PointMetric : int {
  kSquaredEuclidean = 0,  // times `factor`
  kEuclidean = 1,
  kManhattan = 2,
};
constexpr int kPointMetrics = 3;

enum class CloudOperator : int {
  kApply = 0,         // out [n] = sum_j K_ij values_j
  kApplyCost = 1,     // out [n] = sum_j C_ij K_ij values_j
  kLogApply = 2,      // out [n] = log sum_j K_ij exp(values_j), -infinity for absent mass
  kLogApplyCost = 3,  // out [n] = log sum_j C_ij K_ij exp(values_j)
  kPlanApply = 4,     // out [vectors, n] = sum_j exp(u_i + values_j - C_ij / epsilon) z_j for rows of z [vectors, m]
  kPlanReduce = 5,    // weighted sums of the plan, see CloudWeights
};
constexpr int kCloudOperators = 6;

// Of an entry of the plan in kPlanReduce: P_ij (alpha_i + beta_j + gamma C_ij + delta dC_ij), dC along a direction of the
// points. Null where there is none.
struct CloudWeights {
  const double* alpha;    // [n]
  const double* beta;     // [m]
  const double* along_x;  // [n, d]
  const double* along_y;  // [m, d]
  double gamma, delta;
  double curvature;  // factor of P_ij d(dC_ij / dx_i) in `slopes`
  double* slopes;    // [n, d]: sum_j W_ij dC_ij / dx_i, too; null for none
};

struct CloudOperation {
  CloudOperator which;
  PointMetric metric;
  std::size_t n, m, d;
  double factor;
  const double* x;       // [n, d]
  const double* y;       // [m, d]
  double inverse;        // 1 / epsilon
  const double* values;  // [m]: scalings, or their logarithms; v of a plan
  const double* u;       // [n], of a plan
  std::size_t vectors;   // of kPlanApply
  const double* z;       // [vectors, m]
  CloudWeights weights;
  double* out;  // [n], or [vectors, n]
};

// Columns lie in blocks, of which each holds a row of numbers an axis, then `values`, and what else the operator takes of a
// column.
constexpr std::size_t kCloudColumns = 128;
// Rows of a task.
constexpr std::size_t kCloudRows = 64;

struct PackedColumns {
  const double* blocks;
  std::size_t count, stride;           // of blocks, and numbers from one to the next
  std::size_t values, beta, along, z;  // where these begin in a block
};

// Rows [begin, end) of the result.
using CloudOperatorPart = void (*)(const CloudOperation&, const PackedColumns&, std::size_t begin, std::size_t end);

struct CloudOperatorKernels {
  CloudOperatorPart parts[kCloudOperators];
};

// Spread over the pool; the same bits for any number of threads.
void run_cloud_operation(const CloudOperation& operation, ThreadPool& pool);

}  // namespace otlearn
