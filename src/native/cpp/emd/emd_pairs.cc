#include "emd/emd_pairs.h"

#include <algorithm>
#include <atomic>
#include <limits>

#include "base/thread_pool.h"
#include "emd/emd_pricing.h"

namespace otlearn {
namespace {

constexpr std::uint16_t kNoNode = 0xffff;
// Pairs that a thread takes at a time, and rows of a cost whose triangles it checks.
constexpr std::size_t kPairsPerTask = 32, kRowsPerTask = 16;
// By how much of the largest cost a triangle may be longer than its sides: values change by no more than that share of it.
constexpr double kTriangleUnits = 8;

// Calls task(worker, k) for k = 0 .. count - 1, so many a time; here if that is no more than one time.
template <typename Task>
void for_each(std::size_t count, std::size_t at_a_time, ThreadPool& pool, Task task) {
  const auto run = [&](int worker, int index) {
    const std::size_t begin = index * at_a_time, end = std::min(begin + at_a_time, count);
    for (std::size_t k = begin; k < end; ++k) task(worker, k);
  };
  if (count <= at_a_time) return run(0, 0);
  pool.run(static_cast<int>((count + at_a_time - 1) / at_a_time), run);
}

bool is_metric(const std::vector<double>& cost, int size, double largest, ThreadPool& pool) {
  for (int i = 0; i < size; ++i) {
    if (cost[static_cast<std::size_t>(i) * size + i] != 0) return false;
  }
  std::vector<int> all(static_cast<std::size_t>(size));
  for (int i = 0; i < size; ++i) all[i] = i;
  CostBlock block;
  block.gather(cost.data(), size, all, all);
  const double tolerance = kTriangleUnits * std::numeric_limits<double>::epsilon() * largest;
  std::atomic<bool> metric{true};
  for_each(static_cast<std::size_t>(size), kRowsPerTask, pool, [&](int, std::size_t row) {
    if (metric && !emd_kernels().obeys_triangles(block.data(), block.stride(), size, static_cast<int>(row), tolerance)) {
      metric = false;
    }
  });
  return metric;
}

}  // namespace

EmdPairs::EmdPairs(std::vector<Histogram> left, std::vector<Histogram> right, int left_bins, int right_bins,
                   std::vector<std::pair<int, int>> pairs, double memory)
    : left_(std::move(left)),
      right_(std::move(right)),
      left_bins_(left_bins),
      right_bins_(right_bins),
      pairs_(std::move(pairs)),
      memory_(memory) {}

void EmdPairs::set_cost(const double* cost, double largest_cost, ThreadPool& pool) {
  cost_.assign(cost, cost + static_cast<std::size_t>(left_bins_) * right_bins_);
  largest_cost_ = largest_cost;
  provide_for(pool);
  const bool metric = left_bins_ == right_bins_ && is_metric(cost_, left_bins_, largest_cost_, pool);
  if (reserved_ && metric == metric_) return;
  metric_ = metric;
  reserve_bases(pool);
}

// Pools may differ from call to call.
void EmdPairs::provide_for(const ThreadPool& pool) {
  workspaces_.resize(std::max(workspaces_.size(), static_cast<std::size_t>(pool.threads())));
}

void EmdPairs::reserve_bases(ThreadPool& pool) {
  reserved_ = true;
  std::vector<std::size_t> nodes(pairs_.size());
  for_each(pairs_.size(), kPairsPerTask, pool, [&](int worker, std::size_t pair) {
    Workspace& w = workspaces_[worker];
    marginals(pair, w);
    nodes[pair] = w.row_bins.size() + w.column_bins.size();
  });
  basis_.assign(1, 0);
  for (const std::size_t count : nodes) {
    const std::size_t end = basis_.back() + count;
    if (count + kCostUnit >= kNoNode || static_cast<double>(end * sizeof(StoredNode)) > memory_) break;
    basis_.push_back(end);
  }
  store_.assign(basis_.back(), StoredNode{kNoNode, 0});
}

bool EmdPairs::restore(const StoredNode* bases, std::size_t count, ThreadPool& pool) {
  if (!reserved_ || count != store_.size()) return false;
  provide_for(pool);
  std::atomic<bool> fits{true};
  for_each(basis_.size() - 1, kPairsPerTask, pool, [&](int worker, std::size_t pair) {
    const StoredNode* basis = bases + basis_[pair];
    const std::size_t nodes = basis_[pair + 1] - basis_[pair];
    if (nodes == 0 || basis->node == kNoNode) return;
    Workspace& w = workspaces_[worker];
    marginals(pair, w);
    const std::size_t rows = w.row_bins.size(), columns = nodes - rows;
    const std::size_t first_column = (rows + kCostUnit - 1) / kCostUnit * kCostUnit;  // nodes are numbered as by the simplex
    std::vector<bool> seen(first_column + columns);
    for (std::size_t k = 0; k < nodes; ++k) {
      const std::size_t node = basis[k].node, parent = basis[k].parent;
      const bool known = node < rows || (node >= first_column && node < seen.size());
      const bool joined = k == 0 || (parent < k && (node < rows) != (basis[parent].node < rows));  // a row and a column
      if (!known || !joined || seen[node]) {
        fits = false;
        return;
      }
      seen[node] = true;
    }
  });
  if (fits) store_.assign(bases, bases + count);
  return fits;
}

void EmdPairs::marginals(std::size_t pair, Workspace& to) const {
  const Histogram &a = left_[pairs_[pair].first], &b = right_[pairs_[pair].second];
  if (!metric_) {
    to.total = balance(a, b, to.supply, to.demand);
    to.row_bins = a.bins;
    to.column_bins = b.bins;
    return;
  }
  to.total = balance(a, b, to.left, to.right);
  to.row_bins.clear();
  to.supply.clear();
  to.column_bins.clear();
  to.demand.clear();
  const auto excess = [&](int bin, Mass mass) {
    if (mass > 0) {
      to.row_bins.push_back(bin);
      to.supply.push_back(mass);
    } else if (mass < 0) {
      to.column_bins.push_back(bin);
      to.demand.push_back(-mass);
    }
  };
  std::size_t k = 0, l = 0;
  while (k < a.bins.size() || l < b.bins.size()) {
    if (l == b.bins.size() || (k < a.bins.size() && a.bins[k] < b.bins[l])) {
      excess(a.bins[k], to.left[k]);
      ++k;
    } else if (k == a.bins.size() || b.bins[l] < a.bins[k]) {
      excess(b.bins[l], -to.right[l]);
      ++l;
    } else {
      excess(a.bins[k], to.left[k] - to.right[l]);
      ++k;
      ++l;
    }
  }
}

double EmdPairs::solve_pair(std::size_t pair, std::int64_t most_pivots, Workspace& w) {
  marginals(pair, w);
  if (w.row_bins.empty()) return 0;  // the same histogram twice
  w.block.gather(cost_.data(), right_bins_, w.row_bins, w.column_bins);
  const MatrixCosts costs(static_cast<int>(w.row_bins.size()), static_cast<int>(w.column_bins.size()), w.block.data(),
                          w.block.stride(), largest_cost_);
  const TransportProblem problem{&costs, w.supply.data(), w.demand.data()};
  StoredNode* basis = pair + 1 < basis_.size() ? store_.data() + basis_[pair] : nullptr;
  const bool warm = basis && basis->node != kNoNode;
  if (warm) {
    w.simplex.start(problem, basis);
  } else {
    w.simplex.start(problem);
  }
  const bool converged = w.simplex.solve(most_pivots);
  if (basis && (!warm || w.simplex.pivots() > 0)) w.simplex.store(basis);
  w.totals.pivots += w.simplex.pivots();
  w.totals.warm += warm;
  w.totals.unconverged += !converged;
  return MassUnit(left_[pairs_[pair].first], right_[pairs_[pair].second], w.total).of(w.simplex.value());
}

EmdPairs::Totals EmdPairs::solve(const int* which, std::size_t count, std::int64_t most_pivots, double* values,
                                 ThreadPool& pool) {
  provide_for(pool);
  for (Workspace& workspace : workspaces_) workspace.totals = {};
  for_each(count, kPairsPerTask, pool, [&](int worker, std::size_t k) {
    values[k] = solve_pair(static_cast<std::size_t>(which[k]), most_pivots, workspaces_[worker]);
  });
  Totals totals;
  for (const Workspace& workspace : workspaces_) {
    totals.pivots += workspace.totals.pivots;
    totals.warm += workspace.totals.warm;
    totals.unconverged += workspace.totals.unconverged;
  }
  return totals;
}

}  // namespace otlearn
