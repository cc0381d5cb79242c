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

// Calls each_part(count, run), of which run(k) computes part k.
template <typename EachPart>
void in_parts(const DenseOperation& operation, EachPart each_part) {
  const bool by_columns =
      operation.which == DenseOperator::kApplyTranspose || operation.which == DenseOperator::kLogApplyTranspose;
  const std::size_t size = by_columns ? operation.m : operation.n, block = by_columns ? kDenseColumns : kDenseRows;
  const DenseOperatorPart part = kernels().parts[static_cast<int>(operation.which)];
  each_part(static_cast<int>((size + block - 1) / block), [&, part](int index) {
    const std::size_t begin = static_cast<std::size_t>(index) * block;
    part(operation, begin, std::min(begin + block, size));
  });
}

}  // namespace

void run_dense_operation(const DenseOperation& operation, ThreadPool& pool) {
  in_parts(operation, [&](int count, auto run) { pool.run(count, [&](int, int index) { run(index); }); });
}

void run_dense_operation(const DenseOperation& operation) {
  in_parts(operation, [](int count, auto run) {
    for (int index = 0; index < count; ++index) run(index);
  });
}

}  // namespace otlearn

#endif
