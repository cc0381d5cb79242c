#include "tensors/batch_norm.h"

#include <algorithm>

#include "isa/kernels.h"
#include "base/thread_pool.h"

namespace otlearn {
namespace {

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
  in_blocks(kernels().batch_norm.apply, shape, arrays, pool);
}

void training_batch_norm(const BatchNormShape& shape, const BatchNormForward& arrays, ThreadPool& pool) {
  in_blocks(kernels().batch_norm.forward, shape, arrays, pool);
}

void training_batch_norm_gradient(const BatchNormShape& shape, const BatchNormBackward& arrays, ThreadPool& pool) {
  in_blocks(kernels().batch_norm.backward, shape, arrays, pool);
}

}  // namespace otlearn
