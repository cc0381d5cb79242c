// The parts of dense_operator.h. Columns are summed row after row for a block
// of them at a time, so that the matrix is read in the order in which it lies in memory.
#if defined(OTLEARN_HOST_DENSE_OPERATOR_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_HOST_DENSE_OPERATOR_IMPL_H
#undef OTLEARN_HOST_DENSE_OPERATOR_IMPL_H
#else
#define OTLEARN_HOST_DENSE_OPERATOR_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "host/dense_operator.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/registers_impl.h"
#include "vector/rows_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

namespace dense_operator {

using V = Vector<double>;
constexpr std::size_t kLanes = Traits<double>::kLanes;
constexpr double kAbsent = -std::numeric_limits<double>::infinity();

inline void gibbs(const DenseOperation& of, std::size_t begin, std::size_t end) {
  for (std::size_t row = begin; row < end; ++row) {
    double* out = of.out + row * of.m;
    each_of_row(of.matrix + row * of.m, of.m, [&](const V& cost, std::size_t j, std::size_t count) {
      put_row(out + j, exp_of_any<double>(cost * -of.inverse), count);
    });
  }
}

// The inner products of a few rows with x, which is loaded once for all.
template <int kRows>
void multiply_rows(const DenseOperation& of, std::size_t row) {
  const double* rows[kRows];
  V sums[kRows] = {};
  for (int r = 0; r < kRows; ++r) rows[r] = of.matrix + (row + r) * of.m;
  each_of_row(of.x, of.m, [&](const V& x, std::size_t j, std::size_t count) {
    OTLEARN_UNROLL(4)
    for (int r = 0; r < kRows; ++r) sums[r] += x * load_some(rows[r] + j, count);
  });
  for (int r = 0; r < kRows; ++r) of.out[row + r] = sum_lanes<double>(sums[r]);
}

inline void apply(const DenseOperation& of, std::size_t begin, std::size_t end) {
  std::size_t row = begin;
  for (; row + 4 <= end; row += 4) multiply_rows<4>(of, row);
  for (; row < end; ++row) multiply_rows<1>(of, row);
}

inline void apply_transpose(const DenseOperation& of, std::size_t begin, std::size_t end) {
  alignas(64) double sums[kDenseColumns] = {};
  constexpr std::size_t kRows = 4;
  std::size_t row = 0;
  for (; row + kRows <= of.n; row += kRows) {
    const double *first = of.matrix + row * of.m + begin, *x = of.x + row;
    each_of_row(first, end - begin, [&](const V& k, std::size_t j, std::size_t count) {
      V sum = load<double>(sums + j) + k * x[0];
      OTLEARN_UNROLL(3)
      for (std::size_t r = 1; r < kRows; ++r) sum += load_some(first + r * of.m + j, count) * x[r];
      store<double>(sums + j, sum);
    });
  }
  for (; row < of.n; ++row) {
    each_of_row(of.matrix + row * of.m + begin, end - begin, [&](const V& k, std::size_t j, std::size_t) {
      store<double>(sums + j, load<double>(sums + j) + k * of.x[row]);
    });
  }
  std::copy(sums, sums + (end - begin), of.out + begin);
}

inline void log_apply(const DenseOperation& of, std::size_t begin, std::size_t end) {
  for (std::size_t row = begin; row < end; ++row) {
    const double* costs = of.matrix + row * of.m;
    V highest = broadcast<double>(kAbsent);
    double largest = kAbsent;
    each_of_row(costs, of.m, [&](const V& cost, std::size_t j, std::size_t count) {
      const V term = load_some(of.x + j, count) - cost * of.inverse;
      if (count == kLanes) highest = most<double>(term, highest);
      else
        for (std::size_t lane = 0; lane < count; ++lane) largest = std::max(largest, term[lane]);
    });
    largest = std::max(largest, largest_lane<double>(highest));
    if (largest == kAbsent) {
      of.out[row] = kAbsent;
      continue;
    }
    V sums = {};
    double sum = 0;
    each_of_row(costs, of.m, [&](const V& cost, std::size_t j, std::size_t count) {
      const V share = low_exp_of(load_some(of.x + j, count) - cost * of.inverse - largest);
      if (count == kLanes) sums += share;
      else
        for (std::size_t lane = 0; lane < count; ++lane) sum += share[lane];
    });
    of.out[row] = largest + std::log(sum + sum_lanes<double>(sums));
  }
}

inline void log_apply_transpose(const DenseOperation& of, std::size_t begin, std::size_t end) {
  alignas(64) double largest[kDenseColumns], sums[kDenseColumns] = {};
  std::fill(largest, largest + kDenseColumns, kAbsent);
  const auto each_term = [&](auto body) {
    for (std::size_t row = 0; row < of.n; ++row) {
      each_of_row(of.matrix + row * of.m + begin, end - begin,
                  [&](const V& cost, std::size_t j, std::size_t) { body(j, of.x[row] - cost * of.inverse); });
    }
  };
  each_term([&](std::size_t j, const V& term) { store<double>(largest + j, most<double>(term, load<double>(largest + j))); });
  each_term([&](std::size_t j, const V& term) {
    const V top = load<double>(largest + j);
    const V share = low_exp_of(term - (top > kAbsent ? top : V{}));
    store<double>(sums + j, load<double>(sums + j) + share);
  });
  for (std::size_t j = 0; j < end - begin; ++j) {
    of.out[begin + j] = largest[j] == kAbsent ? kAbsent : largest[j] + std::log(sums[j]);
  }
}

}  // namespace dense_operator

constexpr DenseOperatorKernels kDenseOperatorParts = {{dense_operator::gibbs, dense_operator::apply,
                                                       dense_operator::apply_transpose, dense_operator::log_apply,
                                                       dense_operator::log_apply_transpose}};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
