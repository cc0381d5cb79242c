#include "host/dense_operator.h"

#include <algorithm>

#include "base/thread_pool.h"
#include "isa/dispatch.h"

#define OTLEARN_FILE "host/dense_operator.cc"
#include "isa/each_set.h"

#include "host/dense_operator_impl.h"

#if OTLEARN_ONCE

namespace otlearn {
namespace {

const DenseOperatorKernels& kernels() { return OTLEARN_CHOOSE(kDenseOperatorParts); }

}  // namespace

void run_dense_operation(const DenseOperation& operation, ThreadPool& pool) {
  const bool by_columns =
      operation.which == DenseOperator::kApplyTranspose || operation.which == DenseOperator::kLogApplyTranspose;
  const std::size_t size = by_columns ? operation.m : operation.n, block = by_columns ? kDenseColumns : kDenseRows;
  const DenseOperatorPart part = kernels().parts[static_cast<int>(operation.which)];
  pool.run(static_cast<int>((size + block - 1) / block), [&](int, int index) {
    const std::size_t begin = static_cast<std::size_t>(index) * block;
    part(operation, begin, std::min(begin + block, size));
  });
}

}  // namespace otlearn

#endif
