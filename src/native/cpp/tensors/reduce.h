// Sums, means and extrema of float32 arrays along one dimension. Sums are accumulated in float64. The order of the additions
// depends on nothing but the sizes, so the bits do not depend on the number of threads.
#pragma once
#include <cstddef>

namespace otlearn {

class ThreadPool;

enum class Reduction : int { kSum, kMean, kMax, kMin };
constexpr int kReductionCount = 4;

// [outer, length, inner], row-major, reduced along `length`: out is [outer, inner].
struct ReduceShape {
  std::ptrdiff_t outer, length, inner;
};

// An extremum of nothing is -infinity or infinity; NaN among the numbers gives NaN.
void reduce(Reduction op, const ReduceShape& shape, const float* x, float* out, ThreadPool& pool);

// One instruction set's loops. `partial` holds the start value of each result, in float64, and becomes the result.
struct ReduceKernels {
  // `count` numbers that lie one behind the other become one
  double (*row[kReductionCount])(std::ptrdiff_t count, const float* x, double start);
  // `columns` results, each of `rows` numbers `stride` apart
  void (*columns[kReductionCount])(std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t stride, const float* x,
                                   double* partial);
  double (*combine[kReductionCount])(const double& a, const double& b);
};

}  // namespace otlearn
