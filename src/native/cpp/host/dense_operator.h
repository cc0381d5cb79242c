// K x and its relatives in float64 for a cost matrix: what the host's solvers apply (dense-host.ts of the geometry folder).
#pragma once
#include <cstddef>

namespace otlearn {

class ThreadPool;

enum class DenseOperator : int {
  kGibbs = 0,              // out [n, m] = exp(-matrix / epsilon)
  kApply = 1,              // out [n] = matrix x
  kApplyTranspose = 2,     // out [m] = matrix^T x
  kLogApply = 3,           // out [n] = log(exp(-matrix / epsilon) exp(x)), -infinity for absent mass
  kLogApplyTranspose = 4,  // out [m], the same of the transpose
};
constexpr int kDenseOperators = 5;

struct DenseOperation {
  DenseOperator which;
  std::size_t n, m;
  const double* matrix;  // [n, m] row-major: K, or C where epsilon is used
  double inverse;        // 1 / epsilon
  const double* x;       // null for kGibbs
  double* out;
};

// Parts end at multiples of these.
constexpr std::size_t kDenseRows = 16, kDenseColumns = 256;

// Some rows of the result, or columns of the matrix where the result has one number a column.
using DenseOperatorPart = void (*)(const DenseOperation&, std::size_t begin, std::size_t end);

struct DenseOperatorKernels {
  DenseOperatorPart parts[kDenseOperators];
};

// Spread over the pool, or on the calling thread alone; the same bits for any number of threads.
void run_dense_operation(const DenseOperation& operation, ThreadPool& pool);
void run_dense_operation(const DenseOperation& operation);

}  // namespace otlearn
