#include "emd/emd.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "emd/cost_block.h"
#include "emd/network_simplex.h"

namespace otlearn {
namespace {

std::vector<int> bins_without_mass(const Histogram& histogram, int size) {
  std::vector<int> all(static_cast<std::size_t>(size)), without;
  std::iota(all.begin(), all.end(), 0);
  std::set_difference(all.begin(), all.end(), histogram.bins.begin(), histogram.bins.end(), std::back_inserter(without));
  return without;
}

// Where there is no mass, the largest potentials that are feasible with those of the other side.
void fill_potentials(const EmdProblem& problem, const Histogram& a, const Histogram& b, double* f, double* g) {
  const auto costs_of = [&](int row) { return problem.cost + static_cast<std::ptrdiff_t>(row) * problem.columns; };
  const std::vector<int> empty_columns = bins_without_mass(b, problem.columns);
  for (const int column : empty_columns) g[column] = std::numeric_limits<double>::infinity();
  for (const int row : a.bins) {
    for (const int column : empty_columns) g[column] = std::min(g[column], costs_of(row)[column] - f[row]);
  }
  for (const int row : bins_without_mass(a, problem.rows)) {
    f[row] = std::numeric_limits<double>::infinity();
    for (int column = 0; column < problem.columns; ++column) f[row] = std::min(f[row], costs_of(row)[column] - g[column]);
  }
}

}  // namespace

EmdSolution emd(const EmdProblem& problem, double* f, double* g) {
  const Histogram a = integer_histogram(problem.a, problem.rows), b = integer_histogram(problem.b, problem.columns);
  CostBlock block;
  block.gather(problem.cost, problem.columns, a.bins, b.bins);
  std::vector<Mass> supply, demand;
  const Mass total = balance(a, b, supply, demand);
  NetworkSimplex simplex;
  simplex.start({static_cast<int>(supply.size()), static_cast<int>(demand.size()), block.data(), block.stride(),
                 problem.largest_cost, supply.data(), demand.data()});
  EmdSolution solution;
  solution.converged = simplex.solve(problem.most_pivots);
  solution.pivots = simplex.pivots();
  const MassUnit unit(a, b, total);
  solution.value = unit.of(simplex.value());

  std::vector<std::pair<std::pair<int, int>, double>> entries;
  simplex.arcs([&](int row, int column, Mass flow) {
    if (flow > 0) entries.push_back({{a.bins[row], b.bins[column]}, unit.of(static_cast<double>(flow))});
  });
  std::sort(entries.begin(), entries.end());
  for (const auto& [place, mass] : entries) {
    solution.plan_rows.push_back(place.first);
    solution.plan_columns.push_back(place.second);
    solution.plan_masses.push_back(mass);
  }

  for (std::size_t i = 0; i < a.bins.size(); ++i) f[a.bins[i]] = simplex.row_potential(static_cast<int>(i));
  for (std::size_t j = 0; j < b.bins.size(); ++j) g[b.bins[j]] = simplex.column_potential(static_cast<int>(j));
  fill_potentials(problem, a, b, f, g);
  return solution;
}

}  // namespace otlearn
