// Iterations of multi-marginal transport along a chain on ratios to an earlier iterate: RatioChain of engine.ts.
#pragma once
#include <cstddef>
#include <vector>

#include "chain/kept_matrix.h"

namespace otlearn {

class ThreadPool;

struct ChainNode {
  std::size_t points;
  double share;  // 0 where it is free
  const double *root, *goal, *target;
  double* u;
};

struct ChainRule {
  double range, tolerance;
  std::size_t iterations;
};

enum class ChainEnd : int { kConverged = 0, kMaxIterations = 1, kLeft = 2 };

struct ChainReport {
  std::vector<double> errors;  // one an iteration
  ChainEnd ended;
};

// One more node than links. Changes the nodes' u.
ChainReport iterate_chain(const std::vector<KeptTerms>& links, const std::vector<ChainNode>& nodes, const ChainRule& rule,
                          ThreadPool& pool);

}  // namespace otlearn
