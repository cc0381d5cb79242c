#include "emd.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cost_block.h"
#include "network_simplex.h"

namespace otlearn {
namespace {

// The largest potentials that are feasible with those of the other side: where there is mass, they are what they were.
void transform_potentials(const EmdProblem& problem, const Histogram& a, const Histogram& b, double* f, double* g) {
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> empty(static_cast<std::size_t>(problem.columns), infinity);
  for (const int row : a.bins) {
    const double* cost = problem.cost + static_cast<std::ptrdiff_t>(row) * problem.columns;
    for (int column = 0; column < problem.columns; ++column) empty[column] = std::min(empty[column], cost[column] - f[row]);
  }
  for (const int column : b.bins) empty[column] = g[column];
  std::copy(empty.begin(), empty.end(), g);
  for (int row = 0; row < problem.rows; ++row) {
    const double* cost = problem.cost + static_cast<std::ptrdiff_t>(row) * problem.columns;
    f[row] = infinity;
    for (int column = 0; column < problem.columns; ++column) f[row] = std::min(f[row], cost[column] - g[column]);
  }
}

}  // namespace

EmdSolution emd(const EmdProblem& problem, double* f, double* g) {
  const Histogram a = integer_histogram(problem.a, problem.rows), b = integer_histogram(problem.b, problem.columns);
  CostBlock block;
  block.gather(problem.cost, problem.columns, a.bins, b.bins);
  std::vector<Mass> supply, demand;
  const Mass total = balance(a, b, supply, demand);
  double largest = 0;
  for (std::ptrdiff_t k = 0; k < static_cast<std::ptrdiff_t>(problem.rows) * problem.columns; ++k) {
    largest = std::max(largest, std::abs(problem.cost[k]));
  }
  NetworkSimplex simplex;
  simplex.start({static_cast<int>(supply.size()), static_cast<int>(demand.size()), block.data(), block.stride(),
                 largest, supply.data(), demand.data()});
  EmdSolution solution;
  solution.converged = simplex.solve(problem.most_pivots);
  solution.pivots = simplex.pivots();
  const double unit = (a.total + b.total) / 2 / static_cast<double>(total);
  solution.value = simplex.value() * unit;

  std::vector<std::pair<std::pair<int, int>, double>> entries;
  simplex.arcs([&](int row, int column, Mass flow) {
    if (flow > 0) entries.push_back({{a.bins[row], b.bins[column]}, static_cast<double>(flow) * unit});
  });
  std::sort(entries.begin(), entries.end());
  for (const auto& [place, mass] : entries) {
    solution.plan_rows.push_back(place.first);
    solution.plan_columns.push_back(place.second);
    solution.plan_masses.push_back(mass);
  }

  for (std::size_t i = 0; i < a.bins.size(); ++i) f[a.bins[i]] = simplex.row_potential(static_cast<int>(i));
  for (std::size_t j = 0; j < b.bins.size(); ++j) g[b.bins[j]] = simplex.column_potential(static_cast<int>(j));
  transform_potentials(problem, a, b, f, g);
  return solution;
}

}  // namespace otlearn
