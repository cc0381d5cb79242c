#include "tensors/reduce.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "base/thread_pool.h"
#include "isa/dispatch.h"

#define OTLEARN_FILE "tensors/reduce.cc"
#include "isa/each_set.h"

#include "tensors/reduce_impl.h"

#if OTLEARN_ONCE

namespace otlearn {
namespace {

const ReduceKernels& kernels() { return OTLEARN_CHOOSE(kReduce); }

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kStart[kReductionCount] = {0, 0, -kInfinity, kInfinity};
// Numbers that one call reduces at most, and columns: their float64 results stay in the first-level cache.
constexpr std::ptrdiff_t kPartNumbers = 1 << 15;
constexpr std::ptrdiff_t kPartColumns = 512;
constexpr std::ptrdiff_t kTaskNumbers = 1 << 14;

std::ptrdiff_t parts(std::ptrdiff_t size, std::ptrdiff_t part) { return (size + part - 1) / part; }

}  // namespace

void reduce(Reduction op, const ReduceShape& shape, const float* x, float* out, ThreadPool& pool) {
  const int index = static_cast<int>(op);
  const auto& loops = kernels();
  const std::ptrdiff_t width = std::min(shape.inner, kPartColumns), blocks = parts(shape.inner, width);
  const std::ptrdiff_t rows = std::min(shape.length, kPartNumbers / width), chunks = parts(shape.length, rows);
  std::vector<double> partial(static_cast<std::size_t>(shape.outer * chunks * shape.inner), kStart[index]);

  // a unit: some columns of some rows
  const auto reduce_unit = [&](std::ptrdiff_t unit) {
    const std::ptrdiff_t block = unit % blocks, chunk = unit / blocks % chunks, outer = unit / blocks / chunks;
    const std::ptrdiff_t column = block * width, row = chunk * rows;
    const std::ptrdiff_t count = std::min(rows, shape.length - row);
    const float* from = x + (outer * shape.length + row) * shape.inner + column;
    double* to = partial.data() + (outer * chunks + chunk) * shape.inner + column;
    if (shape.inner == 1) {
      *to = loops.row[index](count, from, *to);
    } else {
      loops.columns[index](count, std::min(width, shape.inner - column), shape.inner, from, to);
    }
  };
  const std::ptrdiff_t units = shape.outer * chunks * blocks;
  const std::ptrdiff_t share = parts(kTaskNumbers, rows * width);
  if (units <= share || pool.threads() == 1) {
    for (std::ptrdiff_t unit = 0; unit < units; ++unit) reduce_unit(unit);
  } else {
    pool.run(static_cast<int>(parts(units, share)), [&](int, int task) {
      for (std::ptrdiff_t unit = task * share; unit < std::min(units, (task + 1) * share); ++unit) reduce_unit(unit);
    });
  }

  for (std::ptrdiff_t outer = 0; outer < shape.outer; ++outer) {
    const double* from = partial.data() + outer * chunks * shape.inner;
    for (std::ptrdiff_t column = 0; column < shape.inner; ++column) {
      double result = from[column];
      for (std::ptrdiff_t chunk = 1; chunk < chunks; ++chunk) {
        result = loops.combine[index](result, from[chunk * shape.inner + column]);
      }
      if (op == Reduction::kMean) result /= static_cast<double>(shape.length);
      out[outer * shape.inner + column] = static_cast<float>(result);
    }
  }
}

}  // namespace otlearn

#endif
