// Exact transport costs of many pairs of histograms under one cost that changes between calls. The optimal basis of each
// pair is kept: it stays primal feasible under any cost, so it is priced anew and pivoting goes on.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "emd/cost_block.h"
#include "emd/masses.h"
#include "emd/network_simplex.h"

namespace otlearn {

class ThreadPool;

class EmdPairs {
 public:
  // Bases are kept for as many of the first pairs as fit into so many bytes.
  EmdPairs(std::vector<Histogram> left, std::vector<Histogram> right, int left_bins, int right_bins,
           std::vector<std::pair<int, int>> pairs, double memory);

  std::size_t pairs() const { return pairs_.size(); }
  int left_bins() const { return left_bins_; }
  int right_bins() const { return right_bins_; }
  std::size_t left_count() const { return left_.size(); }

  // The cost [left bins, right bins], and the largest absolute value there, for the calls of solve that follow; copied.
  //
  // Where it is a metric, mass that two histograms have in common stays where it is, and only the rest is transported: fewer
  // bins, and rows and columns that do not overlap.
  void set_cost(const double* cost, double largest_cost, ThreadPool& pool);
  bool ready() const { return reserved_; }  // a cost is set
  bool metric() const { return metric_; }
  std::size_t stored_bytes() const { return store_.size() * sizeof(StoredNode); }

  // The bases as they are stored, two numbers a node: for `restore` in another process under a cost with the same `metric()`.
  const std::vector<StoredNode>& bases() const { return store_; }
  // Goes on from stored bases of the same pairs. False, and nothing is changed, where they are no trees of these pairs.
  bool restore(const StoredNode* bases, std::size_t count, ThreadPool& pool);

  struct Totals {
    std::int64_t pivots = 0;
    std::int64_t warm = 0;         // pairs that started from a basis
    std::int64_t unconverged = 0;  // pairs that met the limit
  };
  // values[k] is the cost of the pair with number which[k].
  Totals solve(const int* which, std::size_t count, std::int64_t most_pivots, double* values, ThreadPool& pool);

 private:
  struct Workspace {
    std::vector<Mass> left, right;  // balanced masses of the two histograms
    Mass total;
    std::vector<int> row_bins, column_bins;  // what is transported
    std::vector<Mass> supply, demand;
    CostBlock block;
    NetworkSimplex simplex;
    Totals totals;
  };
  void marginals(std::size_t pair, Workspace& to) const;
  double solve_pair(std::size_t pair, std::int64_t most_pivots, Workspace& workspace);
  void provide_for(const ThreadPool& pool);
  void reserve_bases(ThreadPool& pool);

  std::vector<Histogram> left_, right_;
  int left_bins_, right_bins_;
  std::vector<std::pair<int, int>> pairs_;
  double memory_;
  std::vector<double> cost_;
  double largest_cost_ = 0;  // absolute value
  bool metric_ = false, reserved_ = false;
  std::vector<Workspace> workspaces_;  // one a thread
  std::vector<std::size_t> basis_;     // where in the store a pair's basis begins; one more than the pairs that have one
  std::vector<StoredNode> store_;
};

}  // namespace otlearn
