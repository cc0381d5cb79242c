#include "pairs/pairs_plan.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "base/thread_pool.h"

namespace otlearn {
namespace {

// A kernel down to exp(-40) and scalings up to its square stay far inside the range of single precision.
constexpr double kMostInFloat = 40;
// Errors, which are squares, end at about 1e-13 in single precision.
constexpr double kLeastToleranceInFloat = 1e-8;
// The mass in the padding: nothing after exp, and finite.
constexpr double kLogOfNothing = -1e5;
// Pairs that share a panel and are solved by one thread in a row.
constexpr int kMostPairsInSegment = 256;

std::size_t padded(std::size_t size) { return (size + kPairColumnBlock - 1) / kPairColumnBlock * kPairColumnBlock; }

void join(PairStatistics& to, const PairStatistics& from) {
  to.iterations += from.iterations;
  to.most_iterations = std::max(to.most_iterations, from.most_iterations);
  to.unconverged += from.unconverged;
  to.violation = std::max(to.violation, from.violation);
}

}  // namespace

PairPlan::PairPlan(PairSupports supports) : supports_(std::move(supports)) {
  const auto& s = supports_;
  std::vector<std::size_t> offsets;
  for (int i = 0; i < s.count; ++i) {
    offsets.push_back(padded_bins_.size());
    const std::size_t end = offsets.back() + padded(s.starts[i + 1] - s.starts[i]);
    for (int k = s.starts[i]; k < s.starts[i + 1]; ++k) {
      padded_bins_.push_back(s.indices[k]);
      padded_masses_.push_back(s.masses[k]);
      padded_logs_.push_back(std::log(s.masses[k]));
      masses32_.push_back(static_cast<float>(s.masses[k]));
      inverse32_.push_back(static_cast<float>(1 / s.masses[k]));
    }
    padded_bins_.resize(end, padded_bins_.back());
    padded_masses_.resize(end, 0);
    padded_logs_.resize(end, kLogOfNothing);
    masses32_.resize(end, 0);
    inverse32_.resize(end, 0);
    most_ = std::max(most_, s.starts[i + 1] - s.starts[i]);
  }
  for (int i = 0; i < s.count; ++i) {
    const std::size_t at = offsets[i];
    sides_.push_back({s.starts[i + 1] - s.starts[i], &padded_bins_[at], &padded_masses_[at], &padded_logs_[at], &masses32_[at],
                      &inverse32_[at]});
  }
  for (int i = 0; i < s.count; ++i) by_size_.push_back(i);
  std::stable_sort(by_size_.begin(), by_size_.end(), [&](int i, int j) { return sides_[i].size > sides_[j].size; });
  self_potentials_.resize(s.indices.size());
  workers_.resize(thread_pool().threads());
}

void PairPlan::prepare(const double* cost, double epsilon, const PairStop& stop, double* self_values) {
  const std::size_t entries = static_cast<std::size_t>(bins()) * bins();
  epsilon_ = epsilon;
  stop_ = stop;
  scaled_.resize(entries);
  for (std::size_t e = 0; e < entries; ++e) scaled_[e] = cost[e] / epsilon;
  in_float_ = *std::max_element(scaled_.begin(), scaled_.end()) <= kMostInFloat && stop.tolerance >= kLeastToleranceInFloat;
  kernel_.resize(in_float_ ? entries : 0);
  for (Worker& worker : workers_) worker.panel_of = -1;
  const std::size_t row = bins();
  if (in_float_) {
    thread_pool().run(bins(),
                      [&](int, int k) { pair_kernels().gibbs(scaled_.data() + k * row, row, kernel_.data() + k * row); });
  }
  thread_pool().run(count(), [&](int index, int rank) {
    Worker& worker = workers_[index];
    const int i = by_size_[rank];
    const std::size_t size = sides_[i].size, stride = padded(size);
    if (worker.matrices.size() < size * stride) worker.matrices.resize(size * stride);
    if (worker.columns64.size() < 2 * stride) worker.columns64.resize(2 * stride);
    self_values[i] = epsilon_ * pair_kernels().solve_self(sides_[i], scaled_.data(), bins(), worker.matrices.data(),
                                                          worker.columns64.data(), &self_potentials_[supports_.starts[i]]);
  });
}

bool PairPlan::holds(const PairStore& store, std::size_t numbers) const {
  if (store.pairs < 0 || store.pairs > pairs()) return false;
  double end = 0;
  std::int64_t pair = 0;
  for (int i = 0; i < count() && pair < store.pairs; ++i) {
    if (store.row_starts[i] != end) return false;
    for (int j = 0; j < i && pair < store.pairs; ++j, ++pair) end += std::min(sides_[i].size, sides_[j].size);
  }
  return end <= static_cast<double>(numbers);
}

PairStatistics PairPlan::solve(std::int64_t from, std::int64_t to, const PairStore& store, double* values,
                               const std::uint8_t* wanted) {
  std::vector<Segment> segments;
  std::vector<std::int64_t> firsts;
  for (int i = 1; i < count(); ++i) {
    const std::int64_t row = static_cast<std::int64_t>(i) * (i - 1) / 2;
    if (row >= to || row + i <= from) continue;
    const int end = static_cast<int>(std::min<std::int64_t>(i, to - row));
    for (int j = static_cast<int>(std::max<std::int64_t>(0, from - row)); j < end; j += kMostPairsInSegment) {
      segments.push_back({i, j, std::min(end, j + kMostPairsInSegment)});
      firsts.push_back(row + j);
    }
  }
  for (Worker& worker : workers_) worker.statistics = {};
  thread_pool().run(static_cast<int>(segments.size()), [&](int worker, int index) {
    const std::int64_t offset = firsts[index] - from;
    solve_segment(workers_[worker], segments[index], firsts[index], store, values + offset, wanted ? wanted + offset : nullptr);
  });
  PairStatistics all;
  for (const Worker& worker : workers_) join(all, worker.statistics);
  return all;
}

void PairPlan::solve_segment(Worker& worker, const Segment& segment, std::int64_t first, const PairStore& store, double* values,
                             const std::uint8_t* wanted) {
  const int i = segment.i, size = sides_[i].size;
  std::size_t offset = 0;
  if (first < store.pairs) {
    offset = static_cast<std::size_t>(store.row_starts[i]);
    for (int j = 0; j < segment.from; ++j) offset += std::min(size, sides_[j].size);
  }
  for (int j = segment.from; j < segment.to; ++j) {
    const std::int64_t pair = first + (j - segment.from);
    const int kept = std::min(size, sides_[j].size);
    if (wanted && !wanted[j - segment.from]) {
      offset += kept;
      continue;
    }
    const bool on_rows = sides_[j].size <= size, stored = pair < store.pairs;
    float* place = stored ? store.values + offset : nullptr;
    const float* start = stored && store.present[pair] ? place : self_potential(on_rows ? j : i);
    const PairOutcome outcome = solve_pair(worker, i, j, {on_rows, start, place});
    values[j - segment.from] = epsilon_ * outcome.value;
    if (stored) store.present[pair] = 1;
    offset += kept;
    join(worker.statistics, {outcome.iterations, outcome.iterations, outcome.converged ? 0 : 1, outcome.violation});
  }
}

PairOutcome PairPlan::solve_pair(Worker& worker, int i, int j, const PairPotential& potential) {
  const std::size_t stride = padded(sides_[i].size), most = padded(most_), m = bins();
  if (in_float_) {
    if (worker.panel_of != i) {
      worker.panel.resize(m * most);
      worker.rows32.resize(2 * most);
      worker.columns32.resize(2 * most);
      pair_kernels().gather(kernel_.data(), m, sides_[i], worker.panel.data(), stride);
      worker.panel_of = i;
    }
    const PairOutcome outcome =
        pair_kernels().solve32({&sides_[j], &sides_[i], worker.panel.data(), static_cast<std::ptrdiff_t>(stride), potential,
                                stop_, worker.rows32.data(), worker.columns32.data()});
    if (outcome.exact) return outcome;
  }
  const std::size_t entries = 2 * sides_[j].size * stride;
  if (worker.matrices.size() < entries) worker.matrices.resize(entries);
  worker.rows64.resize(2 * most);
  if (worker.columns64.size() < 5 * most) worker.columns64.resize(5 * most);
  return pair_kernels().solve64({&sides_[j], &sides_[i], scaled_.data(), static_cast<std::ptrdiff_t>(m), potential, stop_,
                                 worker.matrices.data(), worker.rows64.data(), worker.columns64.data()});
}

}  // namespace otlearn
