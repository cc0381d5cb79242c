// The passes of grid_operator.h: small matrix products whose sums stay in registers. A logarithm is that of a product of
// numbers relative to the largest one of a line, as long as that holds it; an entry that it does not hold is summed by itself.
#if defined(OTLEARN_HOST_GRID_OPERATOR_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_HOST_GRID_OPERATOR_IMPL_H
#undef OTLEARN_HOST_GRID_OPERATOR_IMPL_H
#else
#define OTLEARN_HOST_GRID_OPERATOR_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "host/grid_operator.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"
#include "vector/rows_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

namespace grid_operator {

using V = Vector<double>;
constexpr std::size_t kLanes = Traits<double>::kLanes;
constexpr std::size_t kRows = OTLEARN_REGISTERS == 32 ? 12 : 6, kColumns = 2;  // sums of a tile, registers of a row
constexpr double kAbsent = -std::numeric_limits<double>::infinity();

// out[i][c] = sum_p a[i * across + p * along] b[p][c] for `rows` rows and whole registers of columns.
struct Product {
  const double* a;
  std::ptrdiff_t across, along;
  const double* b;
  std::size_t stride;  // of b and out
  double* out;
};

template <std::size_t kR, std::size_t kC>
inline void tile(const Product& of, std::size_t row, std::size_t column, std::size_t from, std::size_t to) {
  V sums[kR][kC] = {};
  const double* a = of.a + static_cast<std::ptrdiff_t>(row) * of.across;
  for (std::size_t p = from; p < to; ++p) {
    V b[kC];
    OTLEARN_UNROLL(2)
    for (std::size_t c = 0; c < kC; ++c) b[c] = load<double>(of.b + p * of.stride + column + c * kLanes);
    OTLEARN_UNROLL(12)
    for (std::size_t r = 0; r < kR; ++r) {
      const V factor =
          broadcast<double>(a[static_cast<std::ptrdiff_t>(r) * of.across + static_cast<std::ptrdiff_t>(p) * of.along]);
      OTLEARN_UNROLL(2)
      for (std::size_t c = 0; c < kC; ++c) sums[r][c] += factor * b[c];
    }
  }
  for (std::size_t r = 0; r < kR; ++r) {
    for (std::size_t c = 0; c < kC; ++c) store<double>(of.out + (row + r) * of.stride + column + c * kLanes, sums[r][c]);
  }
}

// Range of p of the band around [first, first + count).
struct Band {
  std::size_t from, to;
  Band(const GridAxis& axis, std::size_t first, std::size_t count)
      : from(first > axis.radius ? first - axis.radius : 0), to(std::min(axis.length, first + count + axis.radius)) {}
};

template <std::size_t kR>
inline void rows_of(const GridPass& pass, const Product& of, std::size_t row, std::size_t columns) {
  std::size_t column = 0;
  // along the last axis the band follows the columns, else the rows
  const auto band = [&](std::size_t count) {
    return pass.is_last ? Band(*pass.axis, column, count * kLanes) : Band(*pass.axis, row, kR);
  };
  for (; column + kColumns * kLanes <= columns; column += kColumns * kLanes) {
    const Band p = band(kColumns);
    tile<kR, kColumns>(of, row, column, p.from, p.to);
  }
  for (; column < columns; column += kLanes) {
    const Band p = band(1);
    tile<kR, 1>(of, row, column, p.from, p.to);
  }
}

inline void multiply_rows(const GridPass& pass, const Product& of, std::size_t rows, std::size_t columns) {
  std::size_t row = 0;
  for (; row + kRows <= rows; row += kRows) rows_of<kRows>(pass, of, row, columns);
  for (; row + 4 <= rows; row += 4) rows_of<4>(pass, of, row, columns);
  for (; row < rows; ++row) rows_of<1>(pass, of, row, columns);
}

inline void multiply_from(const GridPass& pass, const double* in, std::size_t begin, std::size_t end) {
  const std::size_t length = pass.axis->length;
  if (pass.is_last) {
    const std::ptrdiff_t width = static_cast<std::ptrdiff_t>(pass.width);
    multiply_rows(pass, {in + begin * pass.width, width, 1, pass.table, pass.width, pass.out + begin * pass.width}, end - begin,
                  pass.width);
    return;
  }
  for (std::size_t block = begin; block < end; ++block) {
    const std::size_t first = block * length * pass.lanes;
    multiply_rows(pass, {pass.table + length - 1, -1, 1, in + first, pass.lanes, pass.out + first}, length, pass.lanes);
  }
}

inline void multiply(const GridPass& pass, std::size_t begin, std::size_t end) { multiply_from(pass, pass.in, begin, end); }

// log sum_j exp(line[j] + log_taps[|i - j|]) of a row
inline double log_sum_along(const GridPass& pass, const double* line, std::size_t i) {
  const std::size_t length = pass.axis->length;
  const double* shifted = pass.log_table + length - 1 - i;  // of j = 0
  V highest = broadcast<double>(kAbsent);
  double largest = kAbsent;
  each_of_row(line, length, [&](const V& x, std::size_t j, std::size_t count) {
    const V term = x + load_some(shifted + j, count);
    if (count == kLanes) highest = most<double>(term, highest);
    else
      for (std::size_t lane = 0; lane < count; ++lane) largest = std::max(largest, term[lane]);
  });
  largest = std::max(largest, largest_lane<double>(highest));
  if (largest == kAbsent) return kAbsent;
  V sums = {};
  double sum = 0;
  each_of_row(line, length, [&](const V& x, std::size_t j, std::size_t count) {
    const V share = low_exp_of(x + load_some(shifted + j, count) - largest);
    if (count == kLanes) sums += share;
    else
      for (std::size_t lane = 0; lane < count; ++lane) sum += share[lane];
  });
  return largest + std::log(sum + sum_lanes<double>(sums));
}

// The same of a register of lines side by side.
inline V log_sums_across(const GridPass& pass, const double* lines, std::size_t i) {
  const GridAxis& axis = *pass.axis;
  const double* shifted = pass.log_table + axis.length - 1 - i;
  const auto term = [&](std::size_t j) { return load<double>(lines + j * pass.lanes) + shifted[j]; };
  V largest = broadcast<double>(kAbsent), sum = {};
  for (std::size_t j = 0; j < axis.length; ++j) largest = most<double>(term(j), largest);
  const V shift = largest > kAbsent ? largest : V{};
  for (std::size_t j = 0; j < axis.length; ++j) sum += low_exp_of(term(j) - shift);
  return largest > kAbsent ? log_of<double>(sum) + largest : largest;
}

// What underflow can take from a sum, at most so many smallest numbers, is below a rounding of sums above this.
inline double least_sum(const GridAxis& axis) { return static_cast<double>(axis.length) * 2.3e-308 * 1e16; }

// A register of sums becomes logarithms; false where one of them is too small for it.
inline bool put_logs(const GridPass& pass, double* sums, const V& highest) {
  const V sum = load<double>(sums);
  if (!all_lanes<double>(sum > broadcast<double>(least_sum(*pass.axis)))) return false;
  store<double>(sums, log_of<double>(sum) + highest);
  return true;
}

inline void log_rows(const GridPass& pass, std::size_t begin, std::size_t end) {
  const std::size_t length = pass.axis->length, width = pass.width;
  for (std::size_t row = begin; row < end; ++row) {
    const double* in = pass.in + row * width;
    V most_of = broadcast<double>(kAbsent);
    for (std::size_t j = 0; j < width; j += kLanes) most_of = most<double>(load<double>(in + j), most_of);
    const double top = largest_lane<double>(most_of);
    pass.highest[row] = top;
    for (std::size_t j = 0; j < width; j += kLanes)
      store<double>(pass.scaled + row * width + j, low_exp_of(load<double>(in + j) - (top > kAbsent ? top : 0)));
  }
  multiply_from(pass, pass.scaled, begin, end);
  for (std::size_t row = begin; row < end; ++row) {
    const double top = pass.highest[row];
    double* sums = pass.out + row * width;
    for (std::size_t first = 0; first < width; first += kLanes) {
      if (first + kLanes <= length && put_logs(pass, sums + first, broadcast<double>(top))) continue;
      for (std::size_t i = first; i < first + kLanes; ++i) {
        if (i >= length || top == kAbsent) sums[i] = kAbsent;
        else if (sums[i] > least_sum(*pass.axis)) sums[i] = std::log(sums[i]) + top;
        else sums[i] = log_sum_along(pass, pass.in + row * width, i);
      }
    }
  }
}

inline void log_lanes(const GridPass& pass, std::size_t begin, std::size_t end) {
  const std::size_t length = pass.axis->length, lanes = pass.lanes;
  for (std::size_t block = begin; block < end; ++block) {
    const double* in = pass.in + block * length * lanes;
    for (std::size_t lane = 0; lane < lanes; lane += kLanes) {
      V top = broadcast<double>(kAbsent);
      for (std::size_t j = 0; j < length; ++j) top = most<double>(load<double>(in + j * lanes + lane), top);
      store<double>(pass.highest + block * lanes + lane, top);
      const V shift = top > kAbsent ? top : V{};
      for (std::size_t j = 0; j < length; ++j)
        store<double>(pass.scaled + block * length * lanes + j * lanes + lane,
                      low_exp_of(load<double>(in + j * lanes + lane) - shift));
    }
  }
  multiply_from(pass, pass.scaled, begin, end);
  for (std::size_t block = begin; block < end; ++block) {
    const double* in = pass.in + block * length * lanes;
    for (std::size_t i = 0; i < length; ++i) {
      for (std::size_t lane = 0; lane < lanes; lane += kLanes) {
        double* sums = pass.out + (block * length + i) * lanes + lane;
        if (put_logs(pass, sums, load<double>(pass.highest + block * lanes + lane))) continue;
        store<double>(sums, log_sums_across(pass, in + lane, i));
      }
    }
  }
}

inline void logarithm(const GridPass& pass, std::size_t begin, std::size_t end) {
  if (pass.is_last) log_rows(pass, begin, end);
  else log_lanes(pass, begin, end);
}

}  // namespace grid_operator

constexpr GridOperatorKernels kGridOperatorParts = {grid_operator::multiply, grid_operator::logarithm, grid_operator::kLanes};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
