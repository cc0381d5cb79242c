// Entropic transport between pairs of histograms under one dense cost: the kernels of pairs_plan.h, compiled once for each
// instruction set. Mathematics: the folder transport/pairs of the TypeScript sources; potentials here are in units of
// epsilon, log(u / a) and log(v / b), and values are OT_epsilon(a, b) / epsilon.
//
// A pair has rows, the support of one histogram, and columns, that of the other. Arrays along the columns are padded with
// zeros to whole registers.
#pragma once
#include <cstddef>
#include <cstdint>

namespace otlearn {

// Rows that the single-precision solver takes at a time; arrays along the rows are padded to a multiple of it.
constexpr int kPairRowBlock = 8;
// Padding of arrays along the columns, in numbers: a register of the widest instruction set, in either precision.
constexpr int kPairColumnBlock = 16;

// One histogram without its zeros.
struct PairSide {
  int size;
  const std::int32_t* bins;  // padded to kPairRowBlock by bins of the support
  const double* masses;      // padded to kPairColumnBlock by zeros
  const double* log_masses;  // the same, by a number that exp takes to nothing
  const float* masses32;
  const float* inverse32;  // 1 / mass
};

struct PairStop {
  double tolerance;
  int max_iterations;
};

struct PairOutcome {
  double value = 0, violation = 0;
  int iterations = 0;
  bool converged = false;
  bool exact = false;  // false: outside the range of this precision, and nothing else is set
};

// Where a pair starts and where its solution goes, [size] of one side.
struct PairPotential {
  bool on_rows;
  const float* start;
  float* result;  // or null
};

// K [bins, stride], row k holding K[k, c] for the columns c of the pair; the other rows are not read. Workspaces are padded.
struct PairJob32 {
  const PairSide* rows;
  const PairSide* columns;
  const float* panel;
  std::ptrdiff_t stride;
  PairPotential potential;
  PairStop stop;
  float* row_work;     // [2, padded rows]
  float* column_work;  // [2, stride]
};

// C / epsilon [bins, bins].
struct PairJob64 {
  const PairSide* rows;
  const PairSide* columns;
  const double* cost;
  std::ptrdiff_t bins;
  PairPotential potential;
  PairStop stop;
  double* matrices;     // [2, rows, stride]: the gathered cost and the plan
  double* row_work;     // [2, rows]
  double* column_work;  // [5, stride]
};

struct PairKernels {
  // exp(-scaled) in single precision.
  void (*gibbs)(const double* scaled, std::size_t count, float* kernel);
  // panel[k, c] = kernel[k, columns[c]], zero in the padding.
  void (*gather)(const float* kernel, std::ptrdiff_t bins, const PairSide& columns, float* panel, std::ptrdiff_t stride);
  PairOutcome (*solve32)(const PairJob32& job);
  // For any epsilon: `exact` is always true.
  PairOutcome (*solve64)(const PairJob64& job);
  // The problem (a, a) under a cost with a zero diagonal: writes log(x / a) [size], x the one scaling. `matrix` is
  // [size, stride], `work` [2, stride].
  double (*solve_self)(const PairSide& side, const double* scaled, std::ptrdiff_t bins, double* matrix, double* work,
                       float* potential);
};
// Those of the instruction set that runs.
const PairKernels& pair_kernels();

}  // namespace otlearn
