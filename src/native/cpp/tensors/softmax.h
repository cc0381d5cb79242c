// Softmax by rows and its adjoint, in float64.
#pragma once
#include <cstddef>

namespace otlearn {

// One row each; `out` may be the input.
struct SoftmaxKernels {
  void (*forward)(const double* free, std::size_t columns, double* out);
  // From the gradient with respect to a row of probabilities to that with respect to what they came from.
  void (*backward)(const double* gradient, const double* row, std::size_t columns, double* out);
};

// All rows, spread over the thread pool; the same bits for any number of threads.
void softmax_forward(const double* free, std::size_t rows, std::size_t columns, double* out);
void softmax_backward(const double* gradient, const double* probabilities, std::size_t rows, std::size_t columns, double* out);

}  // namespace otlearn
