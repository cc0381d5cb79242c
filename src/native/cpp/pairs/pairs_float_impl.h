// The solver of pairs.h on float32 scalings.
#if defined(OTLEARN_PAIRS_PAIRS_FLOAT_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_PAIRS_PAIRS_FLOAT_IMPL_H
#undef OTLEARN_PAIRS_PAIRS_FLOAT_IMPL_H
#else
#define OTLEARN_PAIRS_PAIRS_FLOAT_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>

#include "isa/set.h"
#include "pairs/pairs.h"
#include "pairs/pairs_common_impl.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// Sums of the lanes of several registers.
template <int kRows>
inline void sums_of(const Vector<float> (&registers)[kRows], float* sums) {
  typedef float Quad __attribute__((vector_size(16)));
  struct Parts {
    Quad part[Traits<float>::kLanes / 4];
  };
  float quads[kRows][4];
  for (int r = 0; r < kRows; ++r) {
    Parts parts = cast_bits<Parts>(registers[r]);
    for (int width = Traits<float>::kLanes / 8; width > 0; width /= 2) {
      for (int p = 0; p < width; ++p) parts.part[p] += parts.part[p + width];
    }
    std::memcpy(quads[r], &parts.part[0], sizeof quads[r]);
  }
  for (int r = 0; r < kRows; ++r) sums[r] = (quads[r][0] + quads[r][1]) + (quads[r][2] + quads[r][3]);
}

// Adds sum_r u[r] row_r to the column sums.
inline void add_rows(const float* const (&rows)[kPairRowBlock], const float* u, float* sums, std::ptrdiff_t stride) {
  constexpr int kLanes = Traits<float>::kLanes;
  Vector<float> factors[kPairRowBlock];
  for (int r = 0; r < kPairRowBlock; ++r) factors[r] = broadcast<float>(u[r]);
  for (std::ptrdiff_t c = 0; c < stride; c += kLanes) {
    Vector<float> even = load<float>(sums + c), odd = {};
    for (int r = 0; r < kPairRowBlock; r += 2) {
      even += factors[r] * load<float>(rows[r] + c);
      odd += factors[r + 1] * load<float>(rows[r + 1] + c);
    }
    store<float>(sums + c, even + odd);
  }
}

// Calls body(block, rows) for each block of rows of the panel.
template <typename Body>
inline void each_row_block(const PairJob32& job, Body body) {
  const float* rows[kPairRowBlock];
  for (int block = 0; block < job.rows->size; block += kPairRowBlock) {
    for (int r = 0; r < kPairRowBlock; ++r) rows[r] = job.panel + job.rows->bins[block + r] * job.stride;
    body(block, rows);
  }
}

// Column sums start at zero, and at one in the padding, where zero masses are divided by them.
inline void clear_sums(float* sums, const PairJob32& job) {
  std::fill(sums, sums + job.columns->size, 0.0f);
  std::fill(sums + job.columns->size, sums + job.stride, 1.0f);
}

// products = K v, and sums = K^T (a / K v), in one pass over K.
inline void pass_over(const PairJob32& job, const float* v, float* products, float* sums) {
  constexpr int kLanes = Traits<float>::kLanes;
  clear_sums(sums, job);
  each_row_block(job, [&](int block, const float* const(&rows)[kPairRowBlock]) {
    Vector<float> dots[kPairRowBlock] = {};
    for (std::ptrdiff_t c = 0; c < job.stride; c += kLanes) {
      const Vector<float> x = load<float>(v + c);
      for (int r = 0; r < kPairRowBlock; ++r) dots[r] += x * load<float>(rows[r] + c);
    }
    sums_of(dots, products + block);
    float u[kPairRowBlock];
    for (int r = 0; r < kPairRowBlock; ++r) u[r] = job.rows->masses32[block + r] / products[block + r];
    add_rows(rows, u, sums, job.stride);
  });
}

// v <- b / sums; how far the second marginal v * sums was from b before.
inline PairErrors update_columns(const PairJob32& job, const float* sums, float* v) {
  constexpr int kLanes = Traits<float>::kLanes;
  Vector<float> error = {}, violation = {};
  for (std::ptrdiff_t c = 0; c < job.stride; c += kLanes) {
    const Vector<float> mass = load<float>(job.columns->masses32 + c), sum = load<float>(sums + c);
    const Vector<float> deviation = load<float>(v + c) * sum - mass;
    error += deviation * deviation * load<float>(job.columns->inverse32 + c);
    violation += deviation < 0.0f ? -deviation : deviation;
    store<float>(v + c, mass / sum);
  }
  return {sum_lanes<float>(error), sum_lanes<float>(violation)};
}

// -sum masses log x in double; log x replaces x.
inline double minus_mean_log(const double* masses, float* x, int size) {
  constexpr int kLanes = Traits<double>::kLanes;
  Vector<double> sum = {};
  for (int i = 0; i < size; i += kLanes) {
    Vector<double> values;
    for (int lane = 0; lane < kLanes; ++lane) values[lane] = x[i + lane];
    const Vector<double> logs = log_of<double>(values);
    sum -= load<double>(masses + i) * logs;
    for (int lane = 0; lane < kLanes; ++lane) x[i + lane] = static_cast<float>(logs[lane]);
  }
  return sum_lanes<double>(sum);
}

// masses * exp(potential), with the padding at zero.
inline void scalings_from(const PairSide& side, const float* potential, std::ptrdiff_t padded, float* scalings) {
  constexpr int kLanes = Traits<float>::kLanes;
  std::copy(potential, potential + side.size, scalings);
  std::fill(scalings + side.size, scalings + padded, 0.0f);
  for (std::ptrdiff_t i = 0; i < padded; i += kLanes) {
    store<float>(scalings + i, load<float>(side.masses32 + i) * exp_of<float>(load<float>(scalings + i)));
  }
}

// Whether sums of products with scalings in the reciprocal range are right to float's precision: what underflows from such a
// sum, below 1e-38 a term, is nothing beside it.
inline bool holds_in_float(const float* products, int size) {
  constexpr float kLeast = 1e-25f, kMost = 1e25f;
  bool good = true;
  for (int i = 0; i < size; ++i) good &= products[i] >= kLeast && products[i] <= kMost;
  return good;
}

inline PairOutcome pair_solve32(const PairJob32& job) {
  const PairSide &rows = *job.rows, &columns = *job.columns;
  const std::ptrdiff_t padded_rows = padded_to(rows.size, kPairColumnBlock);
  float *products = job.row_work, *u = products + padded_rows, *v = job.column_work, *sums = v + job.stride;
  if (job.potential.on_rows) {
    scalings_from(rows, job.potential.start, padded_rows, u);
    for (std::ptrdiff_t i = 0; i < padded_rows; ++i) products[i] = i < rows.size ? rows.masses32[i] / u[i] : 1;
    clear_sums(sums, job);
    each_row_block(job, [&](int block, const float* const(&panel_rows)[kPairRowBlock]) {
      add_rows(panel_rows, u + block, sums, job.stride);
    });
    for (std::ptrdiff_t c = 0; c < job.stride; ++c) v[c] = columns.masses32[c] / sums[c];
  } else {
    std::fill(products, products + padded_rows, 1.0f);
    scalings_from(columns, job.potential.start, job.stride, v);
  }
  PairOutcome outcome;
  RemainingDual remaining;
  do {
    pass_over(job, v, products, sums);
    const PairErrors errors = update_columns(job, sums, v);
    outcome.violation = errors.violation;
    outcome.converged = remaining.after(errors.error) <= job.stop.tolerance;
    if (!(errors.error < std::numeric_limits<double>::infinity())) return {};
  } while (++outcome.iterations < job.stop.max_iterations && !outcome.converged);
  outcome.exact = holds_in_float(products, rows.size) && holds_in_float(sums, columns.size);
  if (!outcome.exact) return {};
  outcome.value = remaining.correction() + minus_mean_log(rows.masses, products, rows.size) +
                  minus_mean_log(columns.masses, sums, columns.size);
  if (job.potential.result) {
    const float* logs = job.potential.on_rows ? products : sums;
    const int size = job.potential.on_rows ? rows.size : columns.size;
    for (int i = 0; i < size; ++i) job.potential.result[i] = -logs[i];
  }
  return outcome;
}

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
