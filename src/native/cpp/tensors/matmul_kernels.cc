#include "tensors/matmul.h"

#include "isa/dispatch.h"

#define OTLEARN_FILE "tensors/matmul_kernels.cc"
#include "isa/each_set.h"

#include "tensors/matmul_impl.h"

#if OTLEARN_ONCE

namespace otlearn {

template <>
const MatmulKernels<float>& matmul_kernels() {
  return OTLEARN_CHOOSE(kMatmulFloat);
}
template <>
const MatmulKernels<double>& matmul_kernels() {
  return OTLEARN_CHOOSE(kMatmulDouble);
}

}  // namespace otlearn

#endif
