// What of kept_matrix.h is compiled for each instruction set.
#pragma once
#include <cstddef>
#include <cstdint>

#include "chain/kept_matrix.h"

namespace otlearn {

// Smaller exponents count as none: their exponentials would be subnormal.
constexpr double kTiny = -650;

// The terms of one row of runs, whichever way they go.
struct RowTerms {
  std::size_t length;  // padded
  const double* costs;
  double inverse, term, half;
  const double *along, *half_along;
  double least, least_along, least_mass;  // of the row's sum, of the others', of the entry's mass
};

struct RunRows {
  const std::size_t* starts;
  const std::int32_t* places;
  const double* values;
};

struct KeptMatrixKernels {
  void (*find_runs)(const RowTerms&, Runs&);
  void (*exponentials)(double* values, std::size_t count);  // in place
  void (*gather_rows)(const RunRows&, std::size_t begin, std::size_t end, const double* x, double* out);
  void (*scatter_rows)(const RunRows&, std::size_t begin, std::size_t end, const double* x, double* out);
  void (*gibbs_row)(const GibbsMatrix&, std::size_t row, double* out);
};

}  // namespace otlearn
