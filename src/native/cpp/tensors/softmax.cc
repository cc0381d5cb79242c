#include "tensors/softmax.h"

#include "isa/kernels.h"
#include "base/thread_pool.h"

namespace otlearn {

void softmax_forward(const double* free, std::size_t rows, std::size_t columns, double* out) {
  thread_pool().run(static_cast<int>(rows), [&](int, int row) { kernels().softmax.forward(free + row * columns, columns, out + row * columns); });
}

void softmax_backward(const double* gradient, const double* probabilities, std::size_t rows, std::size_t columns, double* out) {
  thread_pool().run(static_cast<int>(rows), [&](int, int row) {
    kernels().softmax.backward(gradient + row * columns, probabilities + row * columns, columns, out + row * columns);
  });
}

}  // namespace otlearn
