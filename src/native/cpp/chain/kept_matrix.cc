#include "chain/kept_matrix.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/thread_pool.h"
#include "chain/kept_matrix_parts.h"
#include "isa/dispatch.h"

#define OTLEARN_FILE "chain/kept_matrix.cc"
#include "isa/each_set.h"

#include "chain/kept_matrix_impl.h"

#if OTLEARN_ONCE

namespace otlearn {
namespace {

// Rows of one task, and of the sample that decides which way runs go.
constexpr std::size_t kTaskRows = 16, kSampleRows = 32;
// Runs from which on another thread is worth waking.
constexpr std::size_t kPartRuns = 32768, kMostParts = 16;

const KeptMatrixKernels& kernels() { return OTLEARN_CHOOSE(kKeptMatrixParts); }

std::vector<double> padded_copy(const double* values, std::size_t count, double padding) {
  std::vector<double> copy(padded(count), padding);
  for (std::size_t i = 0; i < count; ++i) copy[i] = values[i];
  return copy;
}

// Finds the runs of rows, or of columns as rows.
class Finder {
 public:
  Finder(const KeptTerms& terms, bool along_columns)
      : terms_(terms),
        along_columns_(along_columns),
        rows(along_columns ? terms.matrix.m : terms.matrix.n),
        length(along_columns ? terms.matrix.n : terms.matrix.m),
        along_(padded_copy(along_columns ? terms.matrix.row : terms.matrix.column, length,
                           -std::numeric_limits<double>::infinity())),
        half_along_(padded_copy(along_columns ? terms.half_row : terms.half_column, length, 0)) {}

  void find(std::size_t begin, std::size_t end, Runs& runs) const {
    const GibbsMatrix& matrix = terms_.matrix;
    std::vector<double> costs(kTaskRows * padded(length));
    for (; begin < end; begin += kTaskRows) {
      const std::size_t count = std::min(kTaskRows, end - begin);
      copy_costs(begin, count, costs.data());
      for (std::size_t r = 0; r < count; ++r) {
        const std::size_t row = begin + r;
        const double* fixed = along_columns_ ? matrix.column : matrix.row;
        const double* half = along_columns_ ? terms_.half_column : terms_.half_row;
        const double least_row = terms_.least_of_row, least_column = terms_.least_of_column;
        kernels().find_runs({padded(length), costs.data() + r * padded(length), matrix.inverse, fixed[row], half[row],
                             along_.data(), half_along_.data(), along_columns_ ? least_column : least_row,
                             along_columns_ ? least_row : least_column, terms_.least_mass},
                            runs);
      }
    }
  }

 private:
  void copy_costs(std::size_t begin, std::size_t count, double* to) const {
    const GibbsMatrix& matrix = terms_.matrix;
    const std::size_t stride = padded(length);
    if (!along_columns_) {
      for (std::size_t r = 0; r < count; ++r) {
        std::copy_n(matrix.cost + (begin + r) * matrix.m, matrix.m, to + r * stride);
      }
      return;
    }
    for (std::size_t i = 0; i < matrix.n; ++i) {
      const double* from = matrix.cost + i * matrix.m + begin;
      for (std::size_t r = 0; r < count; ++r) to[r * stride + i] = from[r];
    }
  }

  const KeptTerms& terms_;
  const bool along_columns_;

 public:
  const std::size_t rows, length;

 private:
  const std::vector<double> along_, half_along_;
};

// Runs of all rows, by a sample of them.
double estimated_runs(const Finder& finder) {
  Runs runs;
  const std::size_t step = std::max<std::size_t>(1, finder.rows / kSampleRows);
  std::size_t sampled = 0;
  for (std::size_t row = 0; row < finder.rows; row += step, ++sampled) finder.find(row, row + 1, runs);
  return static_cast<double>(runs.places.size()) / static_cast<double>(sampled) * static_cast<double>(finder.rows);
}

}  // namespace

KeptMatrix::KeptMatrix(const KeptTerms& terms, ThreadPool& pool) {
  const Finder by_rows(terms, false), by_columns(terms, true);
  along_columns_ = estimated_runs(by_columns) < estimated_runs(by_rows);
  const Finder& finder = along_columns_ ? by_columns : by_rows;
  rows_ = finder.rows;
  length_ = padded(finder.length);

  std::vector<Runs> found((rows_ + kTaskRows - 1) / kTaskRows);
  const auto each_task = [&](auto body) {
    pool.run(static_cast<int>(found.size()), [&](int, int task) {
      const std::size_t index = static_cast<std::size_t>(task), begin = index * kTaskRows;
      body(found[index], begin, std::min(begin + kTaskRows, rows_));
    });
  };
  each_task([&](Runs& runs, std::size_t begin, std::size_t end) {
    finder.find(begin, end, runs);
    kernels().exponentials(runs.values.data(), runs.values.size());
  });

  starts_.assign(1, 0);
  std::vector<std::size_t> firsts;
  for (const Runs& runs : found) {
    const std::size_t first = starts_.back();
    firsts.push_back(first);
    for (const std::size_t end : runs.ends) starts_.push_back(first + end);
  }
  places_.resize(starts_.back());
  values_ = AlignedArray<double>(kRun * starts_.back());
  each_task([&](Runs& runs, std::size_t begin, std::size_t) {
    const std::size_t first = firsts[begin / kTaskRows];
    std::copy(runs.places.begin(), runs.places.end(), places_.begin() + static_cast<std::ptrdiff_t>(first));
    std::copy(runs.values.begin(), runs.values.end(), values_.data() + kRun * first);
    runs = Runs();
  });

  const std::size_t parts = std::clamp<std::size_t>(starts_.back() / kPartRuns, 1, kMostParts);
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t run = starts_.back() / parts * part;
    parts_.push_back(static_cast<std::size_t>(std::lower_bound(starts_.begin(), starts_.end(), run) - starts_.begin()));
  }
  parts_.front() = 0;
  parts_.push_back(rows_);
  if (parts > 1) sums_ = AlignedArray<double>(parts * length_);
}

void KeptMatrix::apply(const double* x, double* out, ThreadPool& pool) {
  along_columns_ ? scatter(x, out, pool) : gather(x, out, pool);
}

void KeptMatrix::apply_transpose(const double* x, double* out, ThreadPool& pool) {
  along_columns_ ? gather(x, out, pool) : scatter(x, out, pool);
}

void KeptMatrix::gather(const double* x, double* out, ThreadPool& pool) {
  const RunRows rows{starts_.data(), places_.data(), values_.data()};
  if (parts_.size() == 2) return kernels().gather_rows(rows, 0, rows_, x, out);
  pool.run(static_cast<int>(parts_.size() - 1), [&](int, int part) {
    kernels().gather_rows(rows, parts_[static_cast<std::size_t>(part)], parts_[static_cast<std::size_t>(part) + 1], x, out);
  });
}

// Parts add to sums of their own, so that the result is the same for any number of threads.
void KeptMatrix::scatter(const double* x, double* out, ThreadPool& pool) {
  const RunRows rows{starts_.data(), places_.data(), values_.data()};
  if (parts_.size() == 2) {
    std::fill(out, out + length_, 0.0);
    return kernels().scatter_rows(rows, 0, rows_, x, out);
  }
  pool.run(static_cast<int>(parts_.size() - 1), [&](int, int index) {
    const std::size_t part = static_cast<std::size_t>(index);
    double* sums = sums_.data() + part * length_;
    std::fill(sums, sums + length_, 0.0);
    kernels().scatter_rows(rows, parts_[part], parts_[part + 1], x, sums);
  });
  std::copy(sums_.data(), sums_.data() + length_, out);
  for (std::size_t part = 1; part + 1 < parts_.size(); ++part) {
    const double* sums = sums_.data() + part * length_;
    for (std::size_t i = 0; i < length_; ++i) out[i] += sums[i];
  }
}

void form_gibbs(const GibbsMatrix& matrix, double* out, ThreadPool& pool) {
  pool.run(static_cast<int>((matrix.n + kTaskRows - 1) / kTaskRows), [&](int, int task) {
    const std::size_t begin = static_cast<std::size_t>(task) * kTaskRows;
    for (std::size_t row = begin; row < std::min(begin + kTaskRows, matrix.n); ++row) {
      kernels().gibbs_row(matrix, row, out + row * matrix.m);
    }
  });
}

}  // namespace otlearn

#endif
