#include "emd/emd.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <numeric>

#include "emd/coarse_start.h"
#include "emd/cost_block.h"
#include "emd/network_simplex.h"

namespace otlearn {
namespace {

std::vector<int> all_bins(int size) {
  std::vector<int> all(static_cast<std::size_t>(size));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::vector<int> bins_without_mass(const Histogram& histogram, int size) {
  const std::vector<int> all = all_bins(size);
  std::vector<int> without;
  std::set_difference(all.begin(), all.end(), histogram.bins.begin(), histogram.bins.end(), std::back_inserter(without));
  return without;
}

std::vector<double> points_at(const double* points, int dimension, const std::vector<int>& bins) {
  std::vector<double> result;
  for (const int bin : bins) {
    const double* point = points + static_cast<std::ptrdiff_t>(bin) * dimension;
    result.insert(result.end(), point, point + dimension);
  }
  return result;
}

// Writes for some rows the largest potentials that are feasible with those of some columns.
void transform(const PointCloud& cloud, const std::vector<int>& rows, double* f, const std::vector<int>& columns,
               const double* g) {
  if (rows.empty()) return;
  const CloudCosts costs(cloud, rows, columns);
  AlignedVector<double> levels(static_cast<std::size_t>(costs.stride()), std::numeric_limits<double>::infinity());
  for (std::size_t j = 0; j < columns.size(); ++j) levels[j] = -g[columns[j]];
  const std::vector<double> none(rows.size(), 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const int row = static_cast<int>(i);
    f[rows[i]] = costs.price(none.data(), levels.data(), row, row + 1).reduced_cost;
  }
}

// Where there is no mass, the largest potentials that are feasible with those of the other side.
void fill_potentials(const EmdProblem& problem, const Histogram& a, const Histogram& b, double* f, double* g) {
  const std::vector<int> empty_rows = bins_without_mass(a, problem.rows);
  const std::vector<int> empty_columns = bins_without_mass(b, problem.columns);
  if (!problem.cost) {
    const PointCloud& cloud = problem.cloud;
    transform({cloud.rule, cloud.dimension, cloud.y, cloud.x, cloud.largest}, empty_columns, g, a.bins, f);
    transform(cloud, empty_rows, f, all_bins(problem.columns), g);
    return;
  }
  const auto costs_of = [&](int row) { return problem.cost + static_cast<std::ptrdiff_t>(row) * problem.columns; };
  for (const int column : empty_columns) g[column] = std::numeric_limits<double>::infinity();
  for (const int row : a.bins) {
    for (const int column : empty_columns) g[column] = std::min(g[column], costs_of(row)[column] - f[row]);
  }
  for (const int row : empty_rows) {
    f[row] = std::numeric_limits<double>::infinity();
    for (int column = 0; column < problem.columns; ++column) f[row] = std::min(f[row], costs_of(row)[column] - g[column]);
  }
}

}  // namespace

EmdSolution emd(const EmdProblem& problem, double* f, double* g) {
  const Histogram a = integer_histogram(problem.a, problem.rows), b = integer_histogram(problem.b, problem.columns);
  CostBlock block;
  std::unique_ptr<ArcCosts> costs;
  if (problem.cost) {
    block.gather(problem.cost, problem.columns, a.bins, b.bins);
    costs = std::make_unique<MatrixCosts>(static_cast<int>(a.bins.size()), static_cast<int>(b.bins.size()), block.data(),
                                          block.stride(), problem.largest_cost);
  } else {
    costs = std::make_unique<CloudCosts>(problem.cloud, a.bins, b.bins);
  }
  std::vector<Mass> supply, demand;
  const Mass total = balance(a, b, supply, demand);
  NetworkSimplex simplex;
  const TransportProblem transport{costs.get(), supply.data(), demand.data()};
  std::vector<double> start;  // g
  std::int64_t pivots = 0;
  if (problem.start) {
    for (const int bin : b.bins) start.push_back(problem.start[bin]);
  } else if (!problem.cost && worth_coarsening(costs->rows(), costs->columns(), problem.cloud.dimension)) {
    const std::vector<double> x = points_at(problem.cloud.x, problem.cloud.dimension, a.bins);
    const std::vector<double> y = points_at(problem.cloud.y, problem.cloud.dimension, b.bins);
    const PointCloud cloud{problem.cloud.rule, problem.cloud.dimension, x.data(), y.data(), problem.cloud.largest};
    pivots = coarse_potentials(cloud, supply, demand, problem.most_pivots, start);
  }
  if (start.empty()) {
    simplex.start(transport);
  } else {
    simplex.start(transport, start.data());
  }
  EmdSolution solution;
  solution.converged = simplex.solve(problem.most_pivots - pivots);
  solution.pivots = pivots + simplex.pivots();
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

  const std::vector<double> row_potentials = simplex.row_potentials(), column_potentials = simplex.column_potentials();
  for (std::size_t i = 0; i < a.bins.size(); ++i) f[a.bins[i]] = row_potentials[i];
  for (std::size_t j = 0; j < b.bins.size(); ++j) g[b.bins[j]] = column_potentials[j];
  fill_potentials(problem, a, b, f, g);
  return solution;
}

}  // namespace otlearn
