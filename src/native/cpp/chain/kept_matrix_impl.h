// The parts of kept_matrix.h.
#if defined(OTLEARN_CHAIN_KEPT_MATRIX_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_CHAIN_KEPT_MATRIX_IMPL_H
#undef OTLEARN_CHAIN_KEPT_MATRIX_IMPL_H
#else
#define OTLEARN_CHAIN_KEPT_MATRIX_IMPL_H
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "chain/kept_matrix.h"
#include "chain/kept_matrix_parts.h"
#include "isa/set.h"
#include "vector/exponentials_impl.h"
#include "vector/registers_impl.h"
#include "vector/rows_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

namespace kept_matrix {

typedef double Run __attribute__((vector_size(kRun * sizeof(double))));

inline Run load_run(const double* from) {
  Run run;
  std::memcpy(&run, from, sizeof run);
  return run;
}

// A row's runs, with exponents for values. `costs`, `along` and `half_along` are padded.
inline void find_runs(const RowTerms& of, Runs& runs) {
  using V = Vector<double>;
  constexpr std::size_t kLanes = Traits<double>::kLanes;
  const V absent = broadcast<double>(-std::numeric_limits<double>::infinity()), none = {};
  for (std::size_t j = 0; j < of.length; j += kPadding) {
    alignas(64) double entries[kPadding], matters[kPadding];
    bool any = false;
    for (std::size_t lane = 0; lane < kPadding; lane += kLanes) {
      const V entry = (of.term + load<double>(of.along + j + lane)) - load<double>(of.costs + j + lane) * of.inverse;
      const V half = load<double>(of.half_along + j + lane);
      const auto kept = ((entry + (half - of.half) >= of.least) | (entry - (half - of.half) >= of.least_along)) &
                        (entry + (half + of.half) >= of.least_mass);
      any = any || !all_lanes<double>(kept == 0);
      store<double>(entries + lane, entry > kTiny ? entry : absent);
      store<double>(matters + lane, kept ? broadcast<double>(1) : none);
    }
    if (!any) continue;
    for (std::size_t lane = 0; lane < kPadding; lane += kRun) {
      if (matters[lane] + matters[lane + 1] + matters[lane + 2] + matters[lane + 3] == 0) continue;
      runs.places.push_back(static_cast<std::int32_t>((j + lane) / kRun));
      runs.values.insert(runs.values.end(), entries + lane, entries + lane + kRun);
    }
  }
  runs.ends.push_back(runs.places.size());
}

inline void exponentials(double* values, std::size_t count) {
  each_of_row(values, count, [&](const Vector<double>& exponent, std::size_t i, std::size_t lanes) {
    put_row(values + i, exp_of_any<double>(exponent), lanes);
  });
}

// out_row = sum of a row's entries times x
inline void gather_rows(const RunRows& of, std::size_t begin, std::size_t end, const double* x, double* out) {
  for (std::size_t row = begin; row < end; ++row) {
    constexpr std::size_t kSums = 4;
    Run sums[kSums] = {};
    std::size_t at = of.starts[row];
    const std::size_t last = of.starts[row + 1];
    for (; at + kSums <= last; at += kSums) {
      OTLEARN_UNROLL(4)
      for (std::size_t k = 0; k < kSums; ++k) {
        sums[k] += load_run(of.values + kRun * (at + k)) * load_run(x + kRun * static_cast<std::size_t>(of.places[at + k]));
      }
    }
    for (; at < last; ++at) {
      sums[0] += load_run(of.values + kRun * at) * load_run(x + kRun * static_cast<std::size_t>(of.places[at]));
    }
    const Run sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    out[row] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  }
}

// out += sum over rows of their entries times x_row
inline void scatter_rows(const RunRows& of, std::size_t begin, std::size_t end, const double* x, double* out) {
  for (std::size_t row = begin; row < end; ++row) {
    const double weight = x[row];
    for (std::size_t at = of.starts[row], last = of.starts[row + 1]; at < last; ++at) {
      double* to = out + kRun * static_cast<std::size_t>(of.places[at]);
      const Run sum = load_run(to) + load_run(of.values + kRun * at) * weight;
      std::memcpy(to, &sum, sizeof sum);
    }
  }
}

inline void gibbs_row(const GibbsMatrix& of, std::size_t row, double* out) {
  each_of_row(of.cost + row * of.m, of.m, [&](const Vector<double>& cost, std::size_t j, std::size_t count) {
    put_row(out + j, exp_of_any<double>((of.row[row] + load_some(of.column + j, count)) - cost * of.inverse), count);
  });
}

}  // namespace kept_matrix

constexpr KeptMatrixKernels kKeptMatrixParts = {kept_matrix::find_runs, kept_matrix::exponentials, kept_matrix::gather_rows,
                                                kept_matrix::scatter_rows, kept_matrix::gibbs_row};

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
