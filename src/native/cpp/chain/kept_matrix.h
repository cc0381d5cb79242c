// A matrix of which few entries matter, in runs of four: where one of them matters, all are kept.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/aligned_array.h"

namespace otlearn {

class ThreadPool;

constexpr std::size_t kRun = 4;
// Vectors that meet runs are zero up to a multiple of this.
constexpr std::size_t kPadding = 8;

constexpr std::size_t padded(std::size_t size) { return (size + kPadding - 1) / kPadding * kPadding; }

// exp(row_i + column_j - cost_ij / epsilon), and which entries matter: KeptTerms of engine.ts.
struct GibbsMatrix {
  std::size_t n, m;
  const double* cost;  // [n, m]
  double inverse;      // 1 / epsilon
  const double *row, *column;
};
struct KeptTerms {
  GibbsMatrix matrix;
  const double *half_row, *half_column;
  double least_of_row, least_of_column, least_mass;
};

struct Runs {
  std::vector<std::int32_t> places;  // run p holds entries 4 p .. 4 p + 3
  std::vector<double> values;        // four a run
  std::vector<std::size_t> ends;     // of rows, in runs
};

// Runs go along rows, or along columns where these have fewer of them: neighbours in an order that means something (a grid)
// matter together, those in an order of chance (a data set) do not.
class KeptMatrix {
 public:
  KeptMatrix(const KeptTerms& terms, ThreadPool& pool);

  // V x: [m] -> [n], and V^T x: [n] -> [m]. Padded vectors.
  void apply(const double* x, double* out, ThreadPool& pool);
  void apply_transpose(const double* x, double* out, ThreadPool& pool);

 private:
  void gather(const double* x, double* out, ThreadPool& pool);
  void scatter(const double* x, double* out, ThreadPool& pool);

  bool along_columns_;
  std::size_t rows_, length_;                // of runs, and padded numbers along them
  std::vector<std::size_t> starts_, parts_;  // the first run of a row, the first row of a part
  std::vector<std::int32_t> places_;
  AlignedArray<double> values_, sums_;  // sums_: a row a part
};

// out = all entries [n, m]
void form_gibbs(const GibbsMatrix& matrix, double* out, ThreadPool& pool);

}  // namespace otlearn
