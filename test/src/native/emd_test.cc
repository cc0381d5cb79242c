// The native network simplex: optimality by duality, warm starts against cold ones, and the same bits from pools of any size.
// Arrays are exactly as long as the problems. Built and run by sanitizers.sh; exit status 1 if anything deviates.
#include "emd/emd.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <random>
#include <vector>

#include "base/thread_pool.h"
#include "emd/emd_pairs.h"
#include "isa/dispatch.h"
#include "wanted_set.h"

namespace {

using Doubles = std::vector<double>;

constexpr std::int64_t kEnough = 1000000;

std::mt19937 generator(7);

double uniform() { return std::uniform_real_distribution<double>(0, 1)(generator); }
int below(int limit) { return static_cast<int>(generator() % static_cast<unsigned>(limit)); }

// With `whole`, small integers that make most pivots degenerate.
Doubles random_masses(int size, bool whole, double zero_share) {
  Doubles masses(static_cast<std::size_t>(size));
  for (double& mass : masses) mass = uniform() < zero_share ? 0 : whole ? 1 + below(3) : uniform();
  masses[below(size)] += 1;
  return masses;
}

Doubles random_cost(int rows, int columns, bool whole) {
  Doubles cost(static_cast<std::size_t>(rows) * columns);
  for (double& entry : cost) entry = whole ? below(4) : uniform() - 0.3;
  return cost;
}

double total(const Doubles& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

double largest(const Doubles& cost) {
  double most = 0;
  for (const double entry : cost) most = std::max(most, std::abs(entry));
  return most;
}

// Gives the smaller of two totals what it lacks, in its first bin.
void equalise(Doubles& a, Doubles& b) {
  const double difference = total(a) - total(b);
  (difference > 0 ? b : a)[0] += std::abs(difference);
}

// By duality, up to rounding.
bool is_optimal(const otlearn::EmdProblem& problem, const Doubles& cost, const otlearn::EmdSolution& solution, const Doubles& f,
                const Doubles& g) {
  Doubles row_sums(f.size()), column_sums(g.size());
  for (std::size_t k = 0; k < solution.plan_masses.size(); ++k) {
    row_sums[solution.plan_rows[k]] += solution.plan_masses[k];
    column_sums[solution.plan_columns[k]] += solution.plan_masses[k];
  }
  const double scale = std::max(1.0, largest(cost));
  const double tolerance = 1e-13 * std::accumulate(problem.a, problem.a + problem.rows, 0.0) * scale;
  bool good = solution.converged;
  double dual = 0;
  for (int i = 0; i < problem.rows; ++i) {
    good = good && std::abs(row_sums[i] - problem.a[i]) < tolerance;
    dual += f[i] * problem.a[i];
    for (int j = 0; j < problem.columns; ++j) {
      good = good && f[i] + g[j] <= cost[i * problem.columns + j] + 1e-14 * scale;
    }
  }
  for (int j = 0; j < problem.columns; ++j) {
    good = good && std::abs(column_sums[j] - problem.b[j]) < tolerance;
    dual += g[j] * problem.b[j];
  }
  good = good && std::abs(solution.value - dual) < 10 * tolerance;
  if (!good)
    std::printf("FAILED: %d x %d, matrix %d, start %d\n", problem.rows, problem.columns, problem.cost != nullptr,
                problem.start != nullptr);
  return good;
}

// Starts from its own potentials, disturbed more and more.
bool is_optimal_from(otlearn::EmdProblem problem, const Doubles& cost, const Doubles& f, const Doubles& g) {
  bool good = true;
  for (const double noise : {0.0, 1e-3, 1.0, 1e9}) {
    Doubles start = g, again_f(f.size()), again_g(g.size());
    for (double& potential : start) potential += noise * (uniform() - 0.5);
    problem.start = start.data();
    good = is_optimal(problem, cost, otlearn::emd(problem, again_f.data(), again_g.data()), again_f, again_g) && good;
  }
  return good;
}

bool optimal(int rows, int columns, bool whole) {
  Doubles a = random_masses(rows, whole, 0.2), b = random_masses(columns, whole, 0.3);
  equalise(a, b);
  const Doubles cost = random_cost(rows, columns, whole);
  Doubles f(a.size()), g(b.size());
  const otlearn::EmdProblem problem{rows, columns, a.data(), b.data(), cost.data(), largest(cost), {}, nullptr, kEnough};
  return is_optimal(problem, cost, otlearn::emd(problem, f.data(), g.data()), f, g) && is_optimal_from(problem, cost, f, g);
}

// Points of small whole coordinates have duplicates, and many costs that are equal.
bool optimal_between_points(int rows, int columns, int dimension, otlearn::PointRule rule, bool whole) {
  Doubles a = random_masses(rows, whole, 0.2), b = random_masses(columns, whole, 0.3);
  equalise(a, b);
  Doubles x(static_cast<std::size_t>(rows) * dimension), y(static_cast<std::size_t>(columns) * dimension);
  for (Doubles* points : {&x, &y}) {
    for (double& coordinate : *points) coordinate = whole ? below(3) : uniform() - 0.3;
  }
  Doubles cost;
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) {
      double sum = 0;
      for (int axis = 0; axis < dimension; ++axis) {
        const double difference = x[i * dimension + axis] - y[j * dimension + axis];
        sum += rule == otlearn::PointRule::kManhattan ? std::abs(difference) : difference * difference;
      }
      cost.push_back(rule == otlearn::PointRule::kEuclidean              ? std::sqrt(sum)
                     : rule == otlearn::PointRule::kHalfSquaredEuclidean ? sum / 2
                                                                         : sum);
    }
  }
  const otlearn::PointCloud cloud{rule, dimension, x.data(), y.data(), largest(cost)};
  const otlearn::EmdProblem problem{rows, columns, a.data(), b.data(), nullptr, 0, cloud, nullptr, kEnough};
  Doubles f(a.size()), g(b.size());
  return is_optimal(problem, cost, otlearn::emd(problem, f.data(), g.data()), f, g) && is_optimal_from(problem, cost, f, g);
}

otlearn::EmdPairs make_pairs(const std::vector<Doubles>& rows, int bins, double memory) {
  std::vector<otlearn::Histogram> histograms;
  std::vector<std::pair<int, int>> pairs;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    histograms.push_back(otlearn::integer_histogram(rows[i].data(), bins));
    for (std::size_t j = 0; j < rows.size(); ++j) pairs.emplace_back(i, j);
  }
  return {histograms, histograms, bins, bins, pairs, memory};
}

// Costs that change from metrics to others and back, on pools of one and several threads, with memory for all and for few.
bool same_from_warm_starts(int bins, otlearn::ThreadPool& one, otlearn::ThreadPool& several) {
  std::vector<Doubles> rows;
  for (int row = 0; row < 9; ++row) {
    rows.push_back(random_masses(bins, false, 0.3));
    const double sum = total(rows.back());
    for (double& mass : rows.back()) mass /= sum;
  }
  auto first = make_pairs(rows, bins, 1e9), second = make_pairs(rows, bins, 1e9), little = make_pairs(rows, bins, 2000);
  std::vector<int> which(first.pairs());
  std::iota(which.begin(), which.end(), 0);
  const auto solve = [&](otlearn::EmdPairs& pairs, const Doubles& cost, otlearn::ThreadPool& pool) {
    Doubles values(which.size());
    pairs.set_cost(cost.data(), largest(cost), pool);
    pairs.solve(which.data(), which.size(), kEnough, values.data(), pool);
    return values;
  };
  bool good = true;
  for (int round = 0; round < 4; ++round) {
    Doubles cost = random_cost(bins, bins, false);
    if (round < 2) {  // entries in [1, 2] off a zero diagonal obey any triangle inequality
      for (int k = 0; k < bins * bins; ++k) cost[k] = k % (bins + 1) == 0 ? 0 : 1 + std::abs(cost[k]);
    }
    const Doubles values = solve(first, cost, one);
    good = good && first.metric() == (round < 2 || bins == 1);
    good = good && values == solve(second, cost, several);
    auto fresh = make_pairs(rows, bins, 1e9);
    const Doubles cold = solve(fresh, cost, several), bounded = solve(little, cost, several);
    for (std::size_t k = 0; k < values.size(); ++k) {
      good = good && std::abs(values[k] - cold[k]) < 1e-13 && std::abs(bounded[k] - cold[k]) < 1e-13;
    }
  }
  if (!good) std::printf("FAILED: warm starts, %d bins\n", bins);
  return good;
}

// Bases go to another process: there the next costs give the same bits. Those of other trees are refused and change nothing.
bool same_after_restore(int bins, otlearn::ThreadPool& one, otlearn::ThreadPool& several) {
  std::vector<Doubles> rows;
  for (int row = 0; row < 7; ++row) rows.push_back(random_masses(bins, row % 2 == 0, 0.3));
  auto first = make_pairs(rows, bins, 1e9), second = make_pairs(rows, bins, 1e9), little = make_pairs(rows, bins, 100);
  std::vector<int> which(first.pairs());
  std::iota(which.begin(), which.end(), 0);
  const auto solve = [&](otlearn::EmdPairs& pairs) {
    Doubles values(which.size());
    pairs.solve(which.data(), which.size(), kEnough, values.data(), several);
    return values;
  };
  const Doubles before = random_cost(bins, bins, true), after = random_cost(bins, bins, true);
  first.set_cost(before.data(), largest(before), one);
  solve(first);
  const std::vector<otlearn::StoredNode> bases = first.bases();
  bool good = !second.restore(bases.data(), bases.size(), several);  // no cost has said what the trees look like
  for (auto* pairs : {&first, &second, &little}) pairs->set_cost(after.data(), largest(after), several);
  good = good && !little.restore(bases.data(), bases.size(), several);  // room for fewer
  const std::vector<otlearn::StoredNode> untouched = second.bases();
  const auto refused = [&](auto damage) {
    std::vector<otlearn::StoredNode> damaged = bases;
    damage(damaged);
    return !second.restore(damaged.data(), damaged.size(), several);
  };
  const auto unchanged = [&] {
    return std::equal(untouched.begin(), untouched.end(), second.bases().begin(), second.bases().end(),
                      [](const auto& x, const auto& y) { return x.node == y.node && x.parent == y.parent; });
  };
  good = good && refused([](auto& nodes) { nodes.pop_back(); });
  good = good && refused([](auto& nodes) { nodes[0].node = 60000; });  // no such bin
  good = good && refused([](auto& nodes) { nodes[1].parent = 1; });    // its own parent
  good = good && refused([](auto& nodes) { nodes[1].parent = 60000; });
  good = good && refused([](auto& nodes) { nodes[1].node = nodes[0].node; });  // twice
  good = good && unchanged();
  good = good && second.restore(bases.data(), bases.size(), one);
  good = good && solve(first) == solve(second);
  if (!good) std::printf("FAILED: restored bases, %d bins\n", bins);
  return good;
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  otlearn::ThreadPool one(1), several(4);
  int failures = 0, count = 0;
  const auto count_check = [&](bool good) {
    ++count;
    failures += good ? 0 : 1;
  };
  for (int round = 0; round < 200; ++round) count_check(optimal(1 + below(30), 1 + below(30), round % 2 == 0));
  count_check(optimal(1, 300, false));
  count_check(optimal(300, 1, false));
  count_check(optimal(150, 170, false));
  count_check(optimal(40, 64, false));
  count_check(optimal(120, 120, true));
  for (int round = 0; round < 100; ++round) {
    const auto rule = static_cast<otlearn::PointRule>(round % 4);
    count_check(optimal_between_points(1 + below(40), 1 + below(40), 1 + below(9), rule, round % 8 < 4));
  }
  count_check(optimal_between_points(1200, 1100, 2, otlearn::PointRule::kSquaredEuclidean, false));  // from coarser ones
  count_check(optimal_between_points(1, 300, 6, otlearn::PointRule::kEuclidean, false));
  for (const int bins : {2, 7, 16, 33}) count_check(same_from_warm_starts(bins, one, several));
  for (const int bins : {2, 9, 30}) count_check(same_after_restore(bins, one, several));
  std::printf("exact transport, %s: %d of %d cases fail\n", otlearn::instruction_set_name(), failures, count);
  return failures == 0 ? 0 : 1;
}
