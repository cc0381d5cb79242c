#include "tensors/softmax.h"

#include "base/thread_pool.h"
#include "isa/dispatch.h"

#define OTLEARN_FILE "tensors/softmax.cc"
#include "isa/each_set.h"

#include "tensors/softmax_impl.h"

#if OTLEARN_ONCE

namespace otlearn {
namespace {

const SoftmaxKernels& kernels() { return OTLEARN_CHOOSE(kSoftmax); }

}  // namespace

void softmax_forward(const double* free, std::size_t rows, std::size_t columns, double* out) {
  thread_pool().run(static_cast<int>(rows),
                    [&](int, int row) { kernels().forward(free + row * columns, columns, out + row * columns); });
}

void softmax_backward(const double* gradient, const double* probabilities, std::size_t rows, std::size_t columns, double* out) {
  thread_pool().run(static_cast<int>(rows), [&](int, int row) {
    kernels().backward(gradient + row * columns, probabilities + row * columns, columns, out + row * columns);
  });
}

}  // namespace otlearn

#endif
