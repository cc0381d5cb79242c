#include "host/grid_operator.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "base/aligned_array.h"
#include "base/thread_pool.h"
#include "isa/dispatch.h"

#define OTLEARN_FILE "host/grid_operator.cc"
#include "isa/each_set.h"

#include "host/grid_operator_impl.h"

#if OTLEARN_ONCE

namespace otlearn {
namespace {

// Products of fewer numbers take less time than to wake a thread.
constexpr double kWorthThreads = 1 << 22;

const GridOperatorKernels& kernels() { return OTLEARN_CHOOSE(kGridOperatorParts); }

// As GridPass says.
AlignedArray<double> table_of(const GridAxis& axis, bool is_last, std::size_t width) {
  const std::size_t n = axis.length;
  const auto tap = [&](std::size_t distance) { return distance <= axis.radius ? axis.taps[distance] : 0; };
  if (!is_last) {
    AlignedArray<double> table(2 * n - 1);
    for (std::size_t k = 0; k < n; ++k) table.data()[n - 1 - k] = table.data()[n - 1 + k] = tap(k);
    return table;
  }
  AlignedArray<double> table(n * width);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) table.data()[i * width + j] = tap(i < j ? j - i : i - j);
  }
  return table;
}

}  // namespace

void run_grid_operation(const GridOperation& operation, ThreadPool& pool) {
  const auto& axes = operation.axes;
  const std::size_t last = axes.back().length, lanes = kernels().lanes, width = (last + lanes - 1) / lanes * lanes;
  std::size_t rows = 1;
  for (std::size_t axis = 0; axis + 1 < axes.size(); ++axis) rows *= axes[axis].length;
  AlignedArray<double> from(rows * width), to(rows * width), scaled(operation.logarithm ? rows * width : 0),
      highest(operation.logarithm ? rows * width : 0);
  const double absent = operation.logarithm ? -std::numeric_limits<double>::infinity() : 0;
  for (std::size_t row = 0; row < rows; ++row) {
    std::copy(operation.x + row * last, operation.x + (row + 1) * last, from.data() + row * width);
    std::fill(from.data() + row * width + last, from.data() + (row + 1) * width, absent);
  }
  std::size_t inner = width;
  for (std::size_t index = axes.size(); index-- > 0;) {
    const GridAxis& axis = axes[index];
    const bool is_last = index + 1 == axes.size();
    if (!is_last) inner *= axis.length;
    const AlignedArray<double> table = table_of(axis, is_last, width);
    const GridPass pass{&axis,
                        is_last ? rows : rows * width / inner,
                        is_last ? 1 : inner / axis.length,
                        is_last,
                        width,
                        table.data(),
                        from.data(),
                        to.data(),
                        scaled.data(),
                        highest.data()};
    const GridPassPart part = operation.logarithm ? kernels().logarithm : kernels().multiply;
    const double products = static_cast<double>(rows * width) * static_cast<double>(std::min(axis.length, 2 * axis.radius + 1));
    const std::size_t each = products < kWorthThreads ? pass.blocks : is_last ? kGridRows : 1;
    const auto run = [&](int, int task) {
      const std::size_t begin = static_cast<std::size_t>(task) * each;
      part(pass, begin, std::min(begin + each, pass.blocks));
    };
    if (each >= pass.blocks) run(0, 0);
    else pool.run(static_cast<int>((pass.blocks + each - 1) / each), run);
    from.swap(to);
  }
  for (std::size_t row = 0; row < rows; ++row) {
    std::copy(from.data() + row * width, from.data() + row * width + last, operation.out + row * last);
  }
}

}  // namespace otlearn

#endif
