// Batch normalisation of the columns of a float32 matrix:
//   y = gamma (x - mean) / sqrt(variance + epsilon) + beta,
// with statistics that are given or, in training, those of the columns, and then its gradient. A few columns at a time, which
// stay in the second-level cache, so that a matrix is read from memory once in each direction. Sums are accumulated in
// float64, and the bits do not depend on the number of threads.
#pragma once
#include <cstddef>

namespace otlearn {

class ThreadPool;

struct BatchNormShape {
  std::ptrdiff_t rows, columns;
  float epsilon;
};

struct BatchNormForward {
  const float* x;      // [rows, columns]
  const float* gamma;  // [columns]; null: ones
  const float* beta;   // [columns]; null: zeros
  float* y;            // [rows, columns]
  float* mean;         // [columns]
  float* variance;     // of the columns, without Bessel's correction
};

struct BatchNormBackward {
  const float* dy;  // gradient with respect to y
  const float* x;
  const float* gamma;
  const float* mean;  // those of the forward pass
  const float* variance;
  float* dx;
  float* dgamma;
  float* dbeta;
};

// y from a given mean and variance.
void batch_norm(const BatchNormShape& shape, const BatchNormForward& arrays, ThreadPool& pool);
// Mean and variance, and y from them.
void training_batch_norm(const BatchNormShape& shape, const BatchNormForward& arrays, ThreadPool& pool);
// Mean and variance depend on x.
void training_batch_norm_gradient(const BatchNormShape& shape, const BatchNormBackward& arrays, ThreadPool& pool);

// One instruction set's loops, over columns [first, first + count).
struct BatchNormKernels {
  void (*apply)(const BatchNormShape& shape, const BatchNormForward& arrays, std::ptrdiff_t first, int count);
  void (*forward)(const BatchNormShape& shape, const BatchNormForward& arrays, std::ptrdiff_t first, int count);
  void (*backward)(const BatchNormShape& shape, const BatchNormBackward& arrays, std::ptrdiff_t first, int count);
};

// Columns of one call.
constexpr std::ptrdiff_t kBatchNormColumns = 64;

}  // namespace otlearn
