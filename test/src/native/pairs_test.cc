// Transport between pairs of histograms against plain sums in the log domain in double. Built and run by sanitizers.sh; exit
// status 1 if anything deviates.
#include "pairs/pairs_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

#include "isa/dispatch.h"
#include "wanted_set.h"

namespace {

using otlearn::PairPlan;
using Doubles = std::vector<double>;

struct Problem {
  otlearn::PairSupports supports;
  Doubles cost;
};

Problem random_problem(int count, int bins, double zeros, std::mt19937& generator) {
  std::uniform_real_distribution<double> uniform(0, 1);
  Problem problem;
  auto& s = problem.supports;
  s.count = count;
  s.bins = bins;
  s.starts.push_back(0);
  for (int i = 0; i < count; ++i) {
    const int always = static_cast<int>(generator() % bins);
    double total = 0;
    for (int k = 0; k < bins; ++k) {
      if (k != always && uniform(generator) < zeros) continue;
      s.indices.push_back(k);
      s.masses.push_back(uniform(generator) + 1e-4);
      total += s.masses.back();
    }
    for (std::size_t k = s.starts.back(); k < s.masses.size(); ++k) s.masses[k] /= total;
    s.starts.push_back(static_cast<int>(s.masses.size()));
  }
  Doubles x(bins), y(bins);
  for (double& value : x) value = uniform(generator);
  for (double& value : y) value = uniform(generator);
  for (int k = 0; k < bins; ++k) {
    for (int l = 0; l < bins; ++l) problem.cost.push_back(std::hypot(x[k] - x[l], y[k] - y[l]));
  }
  return problem;
}

// OT_epsilon with the entropy relative to the product, by iterations on the KL potentials.
double plain_value(const Problem& problem, double epsilon, int i, int j) {
  const auto& s = problem.supports;
  const int n = s.starts[i + 1] - s.starts[i], m = s.starts[j + 1] - s.starts[j];
  const double *a = &s.masses[s.starts[i]], *b = &s.masses[s.starts[j]];
  const auto cost = [&](int r, int c) {
    return problem.cost[s.indices[s.starts[i] + r] * s.bins + s.indices[s.starts[j] + c]] / epsilon;
  };
  Doubles f(n, 0.0), g(m, 0.0);
  double value = -std::numeric_limits<double>::infinity();
  for (int iteration = 0; iteration < 20000; ++iteration) {
    const auto half_step = [&](Doubles& to, const Doubles& from, const double* masses, auto at) {
      for (std::size_t r = 0; r < to.size(); ++r) {
        double most = -std::numeric_limits<double>::infinity(), sum = 0;
        for (std::size_t c = 0; c < from.size(); ++c) most = std::max(most, from[c] - at(r, c));
        for (std::size_t c = 0; c < from.size(); ++c) sum += masses[c] * std::exp(from[c] - at(r, c) - most);
        to[r] = -most - std::log(sum);
      }
    };
    half_step(f, g, b, [&](int r, int c) { return cost(r, c); });
    half_step(g, f, a, [&](int c, int r) { return cost(r, c); });
    double next = 0;
    for (int r = 0; r < n; ++r) next += a[r] * f[r];
    for (int c = 0; c < m; ++c) next += b[c] * g[c];
    if (next - value < 1e-12) return epsilon * next;
    value = next;
  }
  return epsilon * value;
}

struct Kept {
  std::vector<double> row_starts;
  std::vector<float> values;
  std::vector<std::uint8_t> present;
  otlearn::PairStore store() {
    return {static_cast<std::int64_t>(present.size()), row_starts.data(), values.data(), present.data()};
  }
};

// Room for the first `pairs` pairs, exactly.
Kept room_for(const Problem& problem, std::int64_t pairs) {
  const auto& s = problem.supports;
  Kept kept;
  std::size_t numbers = 0;
  std::int64_t pair = 0;
  for (int i = 0; i < s.count; ++i) {
    kept.row_starts.push_back(static_cast<double>(numbers));
    for (int j = 0; j < i && pair < pairs; ++j, ++pair) {
      numbers += std::min(s.starts[i + 1] - s.starts[i], s.starts[j + 1] - s.starts[j]);
    }
  }
  kept.values.resize(numbers);
  kept.present.resize(pairs);
  return kept;
}

// Some pairs of a range have the values that all of them together have, and the others are left alone.
bool same_where_wanted(PairPlan& plan, const Problem& problem, const Doubles& all) {
  constexpr double kUntouched = -7;
  Kept nothing = room_for(problem, 0);
  const std::int64_t from = plan.pairs() / 4, to = plan.pairs();
  bool good = true;
  for (const int stride : {1, 2, 5, 1000}) {  // of the last one, the first pair alone
    std::vector<std::uint8_t> wanted(to - from);
    for (std::size_t k = 0; k < wanted.size(); k += stride) wanted[k] = 1;
    Doubles values(wanted.size(), kUntouched);
    plan.solve(from, to, nothing.store(), values.data(), wanted.data());
    for (std::size_t k = 0; k < wanted.size(); ++k) good = good && values[k] == (wanted[k] ? all[from + k] : kUntouched);
  }
  if (!good) std::printf("FAILED: only some pairs\n");
  return good;
}

bool check(int count, int bins, double zeros, double epsilon, double tolerance, std::mt19937& generator) {
  Problem problem = random_problem(count, bins, zeros, generator);
  PairPlan plan(problem.supports);
  const auto pairs = plan.pairs();
  Kept kept = room_for(problem, pairs - pairs / 3);
  bool good = plan.holds(kept.store(), kept.values.size());
  if (!kept.values.empty()) good = good && !plan.holds(kept.store(), kept.values.size() - 1);
  std::int64_t cold = 0, warm = 0;
  for (const bool first : {true, false}) {
    if (!first) {
      for (double& entry : problem.cost) entry = 0.98 * entry + 0.02 * entry * entry;
    }
    Doubles self(count), values(pairs), part(pairs);
    plan.prepare(problem.cost.data(), epsilon, {tolerance, 20000}, self.data());
    Kept fresh = room_for(problem, 0);
    cold = plan.solve(0, pairs, fresh.store(), part.data()).iterations;
    const std::int64_t middle = pairs / 2;
    warm = plan.solve(0, middle, kept.store(), values.data()).iterations;
    warm += plan.solve(middle, pairs, kept.store(), values.data() + middle).iterations;
    if (first) good = good && same_where_wanted(plan, problem, part);
    std::int64_t pair = 0;
    const double bound = epsilon * std::max(tolerance, 3e-7);
    for (int i = 0; i < count; ++i) {
      good = good && std::abs(self[i] - plain_value(problem, epsilon, i, i)) <= bound + epsilon * 2e-6;  // the plain one stalls
      for (int j = 0; j < i; ++j, ++pair) {
        const double expected = plain_value(problem, epsilon, i, j);
        good = good && std::abs(values[pair] - expected) <= bound && std::abs(part[pair] - expected) <= bound;
        if (first) good = good && values[pair] == part[pair];
      }
    }
    good = good && (first ? warm == cold : warm <= cold);
  }
  if (!good) {
    std::printf("FAILED: %d histograms of %d bins, zeros %g, epsilon %g, tolerance %g\n", count, bins, zeros, epsilon,
                tolerance);
  }
  return good;
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  std::mt19937 generator(5);
  int failures = 0, count = 0;
  const auto count_check = [&](int histograms, int bins, double zeros, double epsilon, double tolerance) {
    ++count;
    failures += check(histograms, bins, zeros, epsilon, tolerance, generator) ? 0 : 1;
  };
  for (const double epsilon : {1.0, 0.2, 0.05}) {
    for (const double tolerance : {1e-6, 1e-9}) {  // single and double precision
      count_check(5, 12, 0.5, epsilon, tolerance);
      count_check(4, 33, 0.2, epsilon, tolerance);
      count_check(6, 17, 0.9, epsilon, tolerance);
      count_check(3, 40, 0.0, epsilon, tolerance);
    }
  }
  count_check(4, 9, 0.3, 0.01, 1e-6);  // beyond single precision
  count_check(3, 6, 0.3, 1e-3, 1e-6);  // scalings are absorbed on the way
  count_check(2, 1, 0.0, 0.1, 1e-6);
  std::printf("pairs, %s: %d of %d cases fail\n", otlearn::instruction_set_name(), failures, count);
  return failures == 0 ? 0 : 1;
}
