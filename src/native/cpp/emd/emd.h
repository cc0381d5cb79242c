// Exact transport between two histograms with all that is known at the optimum.
#pragma once
#include <cstdint>
#include <vector>

#include "emd/arc_costs.h"
#include "emd/network_simplex.h"

namespace otlearn {

struct EmdProblem {
  int rows, columns;
  const double* a;      // [rows], >= 0, positive total
  const double* b;      // [columns]
  const double* cost;   // [rows, columns], finite; null: that of the points
  double largest_cost;  // absolute value
  PointCloud cloud;     // [rows] and [columns] points, in the absence of a matrix
  const double* start;  // g [columns] to start from, any finite numbers; null: none
  std::int64_t most_pivots;
};

struct EmdSolution {
  double value;
  bool converged;
  std::int64_t pivots;
  std::vector<int> plan_rows, plan_columns;  // where the plan has mass, by rows
  std::vector<double> plan_masses;
};

// Writes the potentials f [rows] and g [columns]: f_i + g_j <= C_ij up to rounding for all i and j, also where there is no
// mass.
EmdSolution emd(const EmdProblem& problem, double* f, double* g);

}  // namespace otlearn
