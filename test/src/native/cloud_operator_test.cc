// The operators between points against sums written out in long double, on one thread and on several. Arrays are exactly as
// long as they need be, so that AddressSanitizer sees a step beyond them. Built and run by sanitizers.sh; exit status 1 if
// anything deviates.
#include "cloud/cloud_operator.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

#include "base/thread_pool.h"
#include "wanted_set.h"

namespace {

using Doubles = std::vector<double>;
using otlearn::CloudOperation;
using otlearn::CloudOperator;
using otlearn::PointMetric;
using Real = long double;

constexpr double kInverse = 3, kInfinity = std::numeric_limits<double>::infinity();
std::mt19937 generator(5);
int failures = 0, checks = 0;

Doubles random_numbers(std::size_t count, double low, double high) {
  std::uniform_real_distribution<double> uniform(low, high);
  Doubles values(count);
  for (double& value : values) value = uniform(generator);
  return values;
}

void expect(bool holds, const char* what, const CloudOperation& of) {
  ++checks;
  failures += holds ? 0 : 1;
  if (!holds) std::printf("FAILED: %s, metric %d, %zu x %zu x %zu\n", what, static_cast<int>(of.metric), of.n, of.m, of.d);
}

// What the operator gives on one thread, which has to be what it gives on four; slopes after the sums.
Doubles run(CloudOperation operation, std::size_t size, bool slopes = false) {
  static otlearn::ThreadPool one(1), four(4);
  const std::size_t more = slopes ? operation.n * operation.d : 0;
  Doubles results[2];
  for (Doubles& result : results) {
    Doubles out(size), sums(more);
    operation.out = out.data();
    operation.weights.slopes = slopes ? sums.data() : nullptr;
    run_cloud_operation(operation, &result == results ? one : four);
    result = out;
    result.insert(result.end(), sums.begin(), sums.end());
  }
  expect(results[0] == results[1], "the same bits for any number of threads", operation);
  return results[0];
}

bool near(double actual, Real expected, Real size = 1) {
  if (std::isinf(expected)) return actual == static_cast<double>(expected);
  return std::abs(actual - expected) <= 1e-12L * std::max(size, std::abs(expected));
}

struct Pair {
  Real cost;
  std::vector<Real> slope;
};

Pair pair_of(const CloudOperation& of, std::size_t i, std::size_t j) {
  Real squares = 0, sizes = 0;
  std::vector<Real> apart(of.d);
  for (std::size_t axis = 0; axis < of.d; ++axis) {
    apart[axis] = Real(of.x[i * of.d + axis]) - of.y[j * of.d + axis];
    squares += apart[axis] * apart[axis];
    sizes += std::abs(apart[axis]);
  }
  const Real length = std::sqrt(squares);
  std::vector<Real> slope(of.d);
  for (std::size_t axis = 0; axis < of.d; ++axis) {
    const Real r = apart[axis];
    slope[axis] = of.metric == PointMetric::kSquaredEuclidean ? 2 * of.factor * r
                  : of.metric == PointMetric::kManhattan      ? Real((r > 0) - (r < 0))
                  : length > 0                                ? r / length
                                                              : 0;
  }
  return {of.metric == PointMetric::kSquaredEuclidean ? of.factor * squares
          : of.metric == PointMetric::kManhattan      ? sizes
                                                      : length,
          slope};
}

void check(PointMetric metric, std::size_t n, std::size_t m, std::size_t d) {
  Doubles x = random_numbers(n * d, 0, 2);
  const Doubles y = random_numbers(m * d, 0, 2);
  for (std::size_t axis = 0; axis < d; ++axis) x[axis] = y[axis];  // one cost is zero
  Doubles v = random_numbers(m, -20, 20), u = random_numbers(n, -2, 2);
  if (m > 2) v[1] = -kInfinity;
  if (n > 2) u[2] = -kInfinity;
  const Doubles scaling = random_numbers(m, -1, 1), z = random_numbers(3 * m, -1, 1);
  const Doubles beta = random_numbers(m, -1, 1), along_x = random_numbers(n * d, -1, 1), along_y = random_numbers(m * d, -1, 1);
  Doubles alpha = random_numbers(n, -1, 1);
  if (n > 2) alpha[2] = -kInfinity;

  CloudOperation of{};
  of.metric = metric;
  of.n = n;
  of.m = m;
  of.d = d;
  of.factor = metric == PointMetric::kSquaredEuclidean ? 0.5 : 1;
  of.x = x.data();
  of.y = y.data();
  of.inverse = kInverse;
  const auto with = [&](CloudOperator which, const Doubles& values) {
    of.which = which;
    of.values = values.data();
    of.u = u.data();
    return of;
  };
  const Doubles sums = run(with(CloudOperator::kApply, scaling), n), costs = run(with(CloudOperator::kApplyCost, scaling), n);
  const Doubles logs = run(with(CloudOperator::kLogApply, v), n), log_costs = run(with(CloudOperator::kLogApplyCost, v), n);
  of.vectors = 3;
  of.z = z.data();
  const Doubles products = run(with(CloudOperator::kPlanApply, v), 3 * n);
  of.vectors = 0;
  of.weights.alpha = alpha.data();
  of.weights.beta = beta.data();
  of.weights.along_x = along_x.data();
  of.weights.along_y = along_y.data();
  of.weights.gamma = 0.3;
  of.weights.delta = -0.4;
  const Doubles weighed = run(with(CloudOperator::kPlanReduce, v), n, true);

  bool good = true, plan = true;
  for (std::size_t i = 0; i < n; ++i) {
    Real sum = 0, cost_sum = 0, top = -kInfinity, cost_top = -kInfinity, size = 0;
    std::vector<Real> of_vectors(3), slopes(d);
    Real reduced = 0;
    for (std::size_t j = 0; j < m; ++j) {
      const Pair pair = pair_of(of, i, j);
      const Real k = std::exp(-kInverse * pair.cost), term = v[j] - kInverse * pair.cost;
      sum += k * scaling[j];
      cost_sum += pair.cost * k * scaling[j];
      top = std::max(top, term);
      if (pair.cost > 0) cost_top = std::max(cost_top, term);
      const Real entry = std::exp(u[i] + term);
      if (entry == 0) continue;
      size += entry;
      for (int vector = 0; vector < 3; ++vector) of_vectors[vector] += entry * z[vector * m + j];
      Real change = 0;
      for (std::size_t axis = 0; axis < d; ++axis) change += pair.slope[axis] * (along_x[i * d + axis] - along_y[j * d + axis]);
      const Real weight = entry * (alpha[i] + beta[j] + 0.3L * pair.cost - 0.4L * change);
      reduced += weight;
      for (std::size_t axis = 0; axis < d; ++axis) slopes[axis] += weight * pair.slope[axis];
    }
    Real shares = 0, cost_shares = 0;
    for (std::size_t j = 0; j < m; ++j) {
      const Real cost = pair_of(of, i, j).cost, term = v[j] - kInverse * cost;
      if (!std::isinf(top)) shares += std::exp(term - top);
      if (!std::isinf(cost_top)) cost_shares += cost * std::exp(term - cost_top);
    }
    good = good && near(sums[i], sum) && near(costs[i], cost_sum);
    good = good && near(logs[i], std::isinf(top) ? top : top + std::log(shares));
    good = good && near(log_costs[i], std::isinf(cost_top) ? cost_top : cost_top + std::log(cost_shares));
    size = 10 * std::max(Real(1), size);
    for (int vector = 0; vector < 3; ++vector) plan = plan && near(products[vector * n + i], of_vectors[vector], size);
    plan = plan && near(weighed[i], reduced, size);
    for (std::size_t axis = 0; axis < d; ++axis) plan = plan && near(weighed[n + i * d + axis], slopes[axis], size);
  }
  expect(good, "operators", of);
  expect(plan, "plan", of);
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  for (const PointMetric metric : {PointMetric::kSquaredEuclidean, PointMetric::kEuclidean, PointMetric::kManhattan}) {
    for (const std::size_t n : {1, 3, 4, 65}) {
      for (const std::size_t m : {1, 2, 127, 128, 131}) {
        for (const std::size_t d : {1, 2, 3, 6}) check(metric, n, m, d);
      }
    }
  }
  std::printf("clouds, %s: %d checks, %d failures\n", otlearn::instruction_set_name(), checks, failures);
  return failures == 0 ? 0 : 1;
}
