#include "cloud/cloud_operator.h"

#include <algorithm>
#include <limits>

#include "base/aligned_array.h"
#include "base/thread_pool.h"
#include "isa/dispatch.h"

#define OTLEARN_FILE "cloud/cloud_operator.cc"
#include "isa/each_set.h"

#include "cloud/cloud_operator_impl.h"

#if OTLEARN_ONCE

namespace otlearn {
namespace {

const CloudOperatorKernels& kernels() { return OTLEARN_CHOOSE(kCloudOperatorParts); }

bool is_scaling(CloudOperator which) { return which == CloudOperator::kApply || which == CloudOperator::kApplyCost; }

// What is past the last column has no mass.
AlignedArray<double> packed(const CloudOperation& of, PackedColumns& columns) {
  constexpr std::size_t kB = kCloudColumns;
  const CloudWeights& weights = of.weights;
  columns.values = of.d * kB;
  columns.beta = columns.values + kB;
  columns.along = columns.beta + (weights.beta ? kB : 0);
  columns.z = columns.along + (weights.along_y ? of.d * kB : 0);
  columns.stride = columns.z + of.vectors * kB;
  columns.count = (of.m + kB - 1) / kB;
  AlignedArray<double> blocks(columns.count * columns.stride);
  columns.blocks = blocks.data();
  for (std::size_t block = 0; block < columns.count; ++block) {
    const std::size_t first = block * kB, used = std::min(kB, of.m - first);
    double* to = blocks.data() + block * columns.stride;
    for (std::size_t j = 0; j < used; ++j) {
      for (std::size_t axis = 0; axis < of.d; ++axis) to[axis * kB + j] = of.y[(first + j) * of.d + axis];
      to[columns.values + j] = of.values[first + j];
      if (weights.beta) to[columns.beta + j] = weights.beta[first + j];
      if (weights.along_y) {
        for (std::size_t axis = 0; axis < of.d; ++axis)
          to[columns.along + axis * kB + j] = weights.along_y[(first + j) * of.d + axis];
      }
      for (std::size_t k = 0; k < of.vectors; ++k) to[columns.z + k * kB + j] = of.z[k * of.m + first + j];
    }
    const double absent = is_scaling(of.which) ? 0 : -std::numeric_limits<double>::infinity();
    std::fill(to + columns.values + used, to + columns.values + kB, absent);
  }
  return blocks;
}

}  // namespace

void run_cloud_operation(const CloudOperation& operation, ThreadPool& pool) {
  PackedColumns columns;
  const AlignedArray<double> blocks = packed(operation, columns);
  const CloudOperatorPart part = kernels().parts[static_cast<int>(operation.which)];
  pool.run(static_cast<int>((operation.n + kCloudRows - 1) / kCloudRows), [&](int, int index) {
    const std::size_t begin = static_cast<std::size_t>(index) * kCloudRows;
    part(operation, columns, begin, std::min(begin + kCloudRows, operation.n));
  });
}

}  // namespace otlearn

#endif
