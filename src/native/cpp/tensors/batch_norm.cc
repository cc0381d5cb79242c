#include "tensors/batch_norm.h"

#include <algorithm>

#include "base/thread_pool.h"
#include "isa/dispatch.h"

#define OTLEARN_FILE "tensors/batch_norm.cc"
#include "isa/each_set.h"

#include "tensors/batch_norm_impl.h"

#if OTLEARN_ONCE

namespace otlearn {
namespace {

const BatchNormKernels& kernels() { return OTLEARN_CHOOSE(kBatchNorm); }

template <typename Arrays>
void in_blocks(void (*loop)(const BatchNormShape&, const Arrays&, std::ptrdiff_t, int), const BatchNormShape& shape,
               const Arrays& arrays, ThreadPool& pool) {
  const std::ptrdiff_t blocks = (shape.columns + kBatchNormColumns - 1) / kBatchNormColumns;
  pool.run(static_cast<int>(blocks), [&](int, int block) {
    const std::ptrdiff_t first = block * kBatchNormColumns;
    loop(shape, arrays, first, static_cast<int>(std::min(kBatchNormColumns, shape.columns - first)));
  });
}

}  // namespace

void batch_norm(const BatchNormShape& shape, const BatchNormForward& arrays, ThreadPool& pool) {
  in_blocks(kernels().apply, shape, arrays, pool);
}

void training_batch_norm(const BatchNormShape& shape, const BatchNormForward& arrays, ThreadPool& pool) {
  in_blocks(kernels().forward, shape, arrays, pool);
}

void training_batch_norm_gradient(const BatchNormShape& shape, const BatchNormBackward& arrays, ThreadPool& pool) {
  in_blocks(kernels().backward, shape, arrays, pool);
}

}  // namespace otlearn

#endif
