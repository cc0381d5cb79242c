// The solvers of pairs.h in float64.
#if defined(OTLEARN_PAIRS_PAIRS_DOUBLE_IMPL_H) == defined(OTLEARN_TOGGLE)
#ifdef OTLEARN_PAIRS_PAIRS_DOUBLE_IMPL_H
#undef OTLEARN_PAIRS_PAIRS_DOUBLE_IMPL_H
#else
#define OTLEARN_PAIRS_PAIRS_DOUBLE_IMPL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "isa/set.h"
#include "pairs/pairs.h"
#include "pairs/pairs_common_impl.h"
#include "vector/exponentials_impl.h"
#include "vector/logarithms_impl.h"
#include "vector/registers_impl.h"

OTLEARN_BEGIN_TARGET
namespace otlearn::OTLEARN_SET {

// The solver in double, for any epsilon, as in host-pair.ts: potentials so far are inside the matrix that is scaled, and are
// renewed before a scaling leaves the range.
class PairSolver64 {
 public:
  explicit PairSolver64(const PairJob64& job)
      : job_(job),
        rows_(*job.rows),
        columns_(*job.columns),
        stride_(padded_to(job.columns->size, kPairColumnBlock)),
        cost_(job.matrices),
        plan_(cost_ + rows_.size * stride_),
        phi_(job.row_work),
        alpha_(phi_ + rows_.size),
        gamma_(job.column_work),
        beta_(gamma_ + stride_),
        sums_(beta_ + stride_),
        most_(sums_ + stride_),
        exponents_(most_ + stride_) {
    for (int i = 0; i < rows_.size; ++i) {
      const double* from = job.cost + rows_.bins[i] * job.bins;
      double* to = cost_ + i * stride_;
      for (int j = 0; j < columns_.size; ++j) to[j] = from[columns_.bins[j]];
      std::fill(to + columns_.size, to + stride_, 0.0);
    }
  }

  PairOutcome solve() {
    if (job_.potential.on_rows) {
      std::copy(job_.potential.start, job_.potential.start + rows_.size, phi_);
      columns_from_rows();
    } else {
      std::copy(job_.potential.start, job_.potential.start + columns_.size, gamma_);
      std::fill(gamma_ + columns_.size, gamma_ + stride_, 0.0);
    }
    absorb();
    PairOutcome outcome;
    outcome.exact = true;
    RemainingDual remaining;
    for (;;) {
      const PairErrors errors = update_columns();
      ++outcome.iterations;
      outcome.violation = errors.violation;
      outcome.converged = remaining.after(errors.error) <= job_.stop.tolerance;
      if (outcome.converged || outcome.iterations >= job_.stop.max_iterations) break;
      if (within_range(alpha_, rows_.size) && within_range(beta_, columns_.size)) {
        update_rows();
      } else {
        for (int i = 0; i < rows_.size; ++i) phi_[i] += std::log(alpha_[i]);
        columns_from_rows();
        absorb();
      }
    }
    outcome.value = remaining.correction();
    finish(outcome);
    return outcome;
  }

 private:
  static constexpr int kLanes = Traits<double>::kLanes;

  // gamma from phi in the log domain.
  void columns_from_rows() {
    std::fill(most_, most_ + stride_, -std::numeric_limits<double>::infinity());
    for (int i = 0; i < rows_.size; ++i) {
      const double* cost = cost_ + i * stride_;
      const double potential = phi_[i] + rows_.log_masses[i];
      for (std::ptrdiff_t j = 0; j < stride_; ++j) most_[j] = std::max(most_[j], potential - cost[j]);
    }
    std::fill(sums_, sums_ + stride_, 0.0);
    for (int i = 0; i < rows_.size; ++i) {
      const double* cost = cost_ + i * stride_;
      const double potential = phi_[i] + rows_.log_masses[i];
      for (std::ptrdiff_t j = 0; j < stride_; j += kLanes) {
        const Vector<double> exponent = potential - load<double>(cost + j) - load<double>(most_ + j);
        store<double>(sums_ + j, load<double>(sums_ + j) + exp_of<double>(exponent));
      }
    }
    for (std::ptrdiff_t j = 0; j < stride_; j += kLanes) {
      store<double>(gamma_ + j, -load<double>(most_ + j) - log_of<double>(load<double>(sums_ + j)));
    }
  }

  // phi from gamma in the log domain, the plan with row sums a, and scalings one.
  void absorb() {
    for (int i = 0; i < rows_.size; ++i) {
      const double* cost = cost_ + i * stride_;
      double* plan = plan_ + i * stride_;
      double most = -std::numeric_limits<double>::infinity();
      for (std::ptrdiff_t j = 0; j < stride_; ++j) {
        exponents_[j] = gamma_[j] + columns_.log_masses[j] - cost[j];
        most = std::max(most, exponents_[j]);
      }
      Vector<double> total = {};
      for (std::ptrdiff_t j = 0; j < stride_; j += kLanes) {
        const Vector<double> value = exp_of<double>(load<double>(exponents_ + j) - most);
        total += value;
        store<double>(plan + j, value);
      }
      const double sum = sum_lanes<double>(total), scale = rows_.masses[i] / sum;
      for (std::ptrdiff_t j = 0; j < stride_; ++j) plan[j] *= scale;
      phi_[i] = -most - std::log(sum);
    }
    std::fill(alpha_, alpha_ + rows_.size, 1.0);
    std::fill(beta_, beta_ + stride_, 1.0);
    std::fill(sums_, sums_ + stride_, 0.0);
    for (int i = 0; i < rows_.size; ++i) add_row(i, 1);
  }

  void add_row(int i, double scaling) {
    const double* plan = plan_ + i * stride_;
    for (std::ptrdiff_t j = 0; j < stride_; ++j) sums_[j] += scaling * plan[j];
  }

  PairErrors update_columns() {
    PairErrors errors{0, 0};
    for (int j = 0; j < columns_.size; ++j) {
      const double mass = columns_.masses[j], deviation = beta_[j] * sums_[j] / mass - 1;
      errors.error += mass * deviation * deviation;
      errors.violation += mass * std::abs(deviation);
      beta_[j] = mass / sums_[j];
    }
    std::fill(beta_ + columns_.size, beta_ + stride_, 0.0);
    return errors;
  }

  void update_rows() {
    std::fill(sums_, sums_ + stride_, 0.0);
    for (int i = 0; i < rows_.size; ++i) {
      alpha_[i] = rows_.masses[i] / dot_of(plan_ + i * stride_, beta_, stride_);
      add_row(i, alpha_[i]);
    }
  }

  static bool within_range(const double* scalings, int size) {
    constexpr double kMost = 1e50;
    return std::all_of(scalings, scalings + size, [](double x) { return x <= kMost && x >= 1 / kMost; });
  }

  // Adds the dual value, and writes the potential that is kept.
  void finish(PairOutcome& outcome) {
    for (int i = 0; i < rows_.size; ++i) outcome.value += rows_.masses[i] * (phi_[i] += std::log(alpha_[i]));
    for (int j = 0; j < columns_.size; ++j) outcome.value += columns_.masses[j] * (gamma_[j] += std::log(beta_[j]));
    if (!job_.potential.result) return;
    const double* kept = job_.potential.on_rows ? phi_ : gamma_;
    const int size = job_.potential.on_rows ? rows_.size : columns_.size;
    for (int i = 0; i < size; ++i) job_.potential.result[i] = static_cast<float>(kept[i]);
  }

  const PairJob64& job_;
  const PairSide &rows_, &columns_;
  const std::ptrdiff_t stride_;
  double *cost_, *plan_, *phi_, *alpha_, *gamma_, *beta_, *sums_, *most_, *exponents_;
};

inline PairOutcome pair_solve64(const PairJob64& job) { return PairSolver64(job).solve(); }

}  // namespace otlearn::OTLEARN_SET
OTLEARN_END_TARGET

#endif
