// Entropic transport between all pairs of a set of histograms, spread over the thread pool. Pairs are numbered as in
// pair-order.ts. The same bits for any number of threads: a pair's arithmetic depends on nothing but the pair.
//
// All pairs (i, j < i) of one i share a panel, the columns of K in the support of i packed together: row k of it lies in a
// few cache lines, and a pair reads the rows in the support of j where they are. So no pair copies its part of K.
//
// Memory beside the arrays of the caller, with m bins: 12 m^2 bytes for the cost and its kernel, 4 n s for the self potentials,
// and for each thread a panel of 4 m s bytes, s the size of the largest support; 16 s^2 more where pairs need double.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "pairs/pairs.h"

namespace otlearn {

// Histograms without their zeros: histogram i has the bins [starts[i], starts[i + 1]), ascending and below `bins`.
struct PairSupports {
  int count = 0, bins = 0;
  std::vector<std::int32_t> starts, indices;
  std::vector<double> masses;
};

// Potentials between calls, of the pairs [0, pairs): log(u / a) of the histogram of smaller support, of pair (i, 0) at
// row_starts[i], those of (i, 1), ... behind it. Arrays of the caller.
struct PairStore {
  std::int64_t pairs = 0;
  const double* row_starts = nullptr;
  float* values = nullptr;
  std::uint8_t* present = nullptr;
};

struct PairStatistics {
  std::int64_t iterations = 0, most_iterations = 0, unconverged = 0;
  double violation = 0;
};

class PairPlan {
 public:
  explicit PairPlan(PairSupports supports);

  // Sets cost [bins, bins], symmetric with a zero diagonal, and solves the self problems: values OT_epsilon(a, a) [count].
  void prepare(const double* cost, double epsilon, const PairStop& stop, double* self_values);
  // OT_epsilon of the pairs [from, to), or only of those with wanted[pair - from] not zero; the values of the others stay as
  // they are. Only after `prepare`.
  PairStatistics solve(std::int64_t from, std::int64_t to, const PairStore& store, double* values,
                       const std::uint8_t* wanted = nullptr);

  int count() const { return supports_.count; }
  int bins() const { return supports_.bins; }
  std::int64_t pairs() const { return static_cast<std::int64_t>(supports_.count) * (supports_.count - 1) / 2; }
  // Numbers that the stored potentials of the pairs [0, pairs) take, if the rows start at `row_starts`.
  bool holds(const PairStore& store, std::size_t numbers) const;
  bool prepared() const { return !scaled_.empty(); }

 private:
  struct Worker {
    int panel_of = -1;
    std::vector<float> panel, rows32, columns32;
    std::vector<double> matrices, rows64, columns64;
    PairStatistics statistics;
  };
  struct Segment {
    int i, from, to;  // pairs (i, from) to (i, to - 1)
  };
  void solve_segment(Worker& worker, const Segment& segment, std::int64_t first, const PairStore& store, double* values,
                     const std::uint8_t* wanted);
  PairOutcome solve_pair(Worker& worker, int i, int j, const PairPotential& potential);
  const float* self_potential(int i) const { return self_potentials_.data() + supports_.starts[i]; }

  PairSupports supports_;
  std::vector<PairSide> sides_;
  std::vector<int> by_size_;  // histograms, the largest support first: threads end together
  std::vector<std::int32_t> padded_bins_;
  std::vector<double> padded_masses_, padded_logs_;
  std::vector<float> masses32_, inverse32_;
  std::vector<float> self_potentials_;  // as `indices`
  std::vector<double> scaled_;          // C / epsilon [bins, bins]
  std::vector<float> kernel_;           // where single precision can hold it
  double epsilon_ = 0;
  bool in_float_ = false;
  PairStop stop_{};
  int most_ = 0;  // size of the largest support
  std::vector<Worker> workers_;
};

}  // namespace otlearn
