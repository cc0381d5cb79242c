#include "host/grid_operator.h"

#include <algorithm>
#include <limits>
#include <utility>
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

// By distance from -(length - 1) to length - 1; those beyond the radius are 0.
AlignedArray<double> by_signed_distance(const double* taps, std::size_t length, std::size_t radius) {
  AlignedArray<double> result(2 * length - 1);
  for (std::size_t k = 0; k <= radius && k < length; ++k)
    result.data()[length - 1 - k] = result.data()[length - 1 + k] = taps[k];
  return result;
}

// As GridPass says.
AlignedArray<double> table_of(const GridAxis& axis, bool is_last, std::size_t width) {
  const std::size_t n = axis.length;
  AlignedArray<double> signed_taps = by_signed_distance(axis.taps, n, axis.radius);
  if (!is_last) return signed_taps;
  AlignedArray<double> table(n * width);
  for (std::size_t i = 0; i < n; ++i) {
    const double* row = signed_taps.data() + n - 1 - i;
    std::copy(row, row + n, table.data() + i * width);
  }
  return table;
}

}  // namespace

GridProduct::GridProduct(std::vector<GridAxis> axes, bool logarithm) : axes_(std::move(axes)), logarithm_(logarithm) {
  const std::size_t last = axes_.back().length, lanes = kernels().lanes;
  width_ = (last + lanes - 1) / lanes * lanes;
  rows_ = 1;
  for (std::size_t axis = 0; axis + 1 < axes_.size(); ++axis) rows_ *= axes_[axis].length;
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    const GridAxis& of = axes_[axis];
    tables_.push_back(table_of(of, axis + 1 == axes_.size(), width_));
    log_tables_.push_back(logarithm_ ? by_signed_distance(of.log_taps, of.length, of.length - 1) : AlignedArray<double>());
  }
  for (auto* numbers : {&from_, &to_}) *numbers = AlignedArray<double>(rows_ * width_);
  if (!logarithm_) return;
  for (auto* numbers : {&scaled_, &highest_}) *numbers = AlignedArray<double>(rows_ * width_);
}

void GridProduct::apply(const double* x, double* out, ThreadPool* pool) {
  const std::size_t last = axes_.back().length;
  const double absent = logarithm_ ? -std::numeric_limits<double>::infinity() : 0;
  for (std::size_t row = 0; row < rows_; ++row) {
    std::copy(x + row * last, x + (row + 1) * last, from_.data() + row * width_);
    std::fill(from_.data() + row * width_ + last, from_.data() + (row + 1) * width_, absent);
  }
  std::size_t inner = width_;
  for (std::size_t index = axes_.size(); index-- > 0;) {
    const GridAxis& axis = axes_[index];
    const bool is_last = index + 1 == axes_.size();
    if (!is_last) inner *= axis.length;
    run({&axis, is_last ? rows_ : rows_ * width_ / inner, is_last ? 1 : inner / axis.length, is_last, width_,
         tables_[index].data(), log_tables_[index].data(), from_.data(), to_.data(), scaled_.data(), highest_.data()},
        pool);
    from_.swap(to_);
  }
  for (std::size_t row = 0; row < rows_; ++row) {
    std::copy(from_.data() + row * width_, from_.data() + row * width_ + last, out + row * last);
  }
}

void GridProduct::run(const GridPass& pass, ThreadPool* pool) const {
  const GridPassPart part = logarithm_ ? kernels().logarithm : kernels().multiply;
  const GridAxis& axis = *pass.axis;
  const double products = static_cast<double>(rows_ * width_) * static_cast<double>(std::min(axis.length, 2 * axis.radius + 1));
  const std::size_t each = !pool || products < kWorthThreads ? pass.blocks : pass.is_last ? kGridRows : 1;
  if (each >= pass.blocks) return part(pass, 0, pass.blocks);
  pool->run(static_cast<int>((pass.blocks + each - 1) / each), [&](int, int task) {
    const std::size_t begin = static_cast<std::size_t>(task) * each;
    part(pass, begin, std::min(begin + each, pass.blocks));
  });
}

void run_grid_operation(const GridOperation& operation, ThreadPool& pool) {
  GridProduct(operation.axes, operation.logarithm).apply(operation.x, operation.out, &pool);
}

}  // namespace otlearn

#endif
