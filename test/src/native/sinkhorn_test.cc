// The native Sinkhorn solver against plain log-sum-exp iterations in double. Arrays are exactly as long as the batch, so that
// AddressSanitizer sees a step beyond them. Built and run by sanitizers.sh; exit status 1 if anything deviates.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

#include "base/thread_pool.h"
#include "isa/dispatch.h"
#include "potentials.h"
#include "sinkhorn/grid/sinkhorn_batch.h"
#include "wanted_set.h"

namespace {

using Doubles = std::vector<double>;
using Floats = std::vector<float>;

struct Case {
  const char* name;
  std::vector<int> size;
  double epsilon;  // on the unit cube
  int pairs, iterations;
  double zero_share;
  float start;  // its entries are in [-start, start], in epsilons
  double momentum;
};

otlearn::SinkhornGrid grid_of(const Case& c) {
  otlearn::SinkhornGrid grid{c.size, {}, c.epsilon};
  for (const int extent : c.size) {
    Doubles exponents;
    for (int d = 0; d < extent; ++d) exponents.push_back(extent > 1 ? std::pow(d / (extent - 1.0), 2) / c.epsilon : 0);
    grid.exponents.push_back(exponents);
  }
  return grid;
}

// log(K exp(x)) at each point.
Doubles log_apply(const otlearn::SinkhornGrid& grid, const Doubles& x) {
  const auto exponent = [&](int i, int j) {
    double sum = 0;
    for (std::size_t k = grid.size.size(); k-- > 0; i /= grid.size[k], j /= grid.size[k]) {
      sum += grid.exponents[k][std::abs(i % grid.size[k] - j % grid.size[k])];
    }
    return sum;
  };
  const int n = static_cast<int>(x.size());
  Doubles y(n);
  for (int i = 0; i < n; ++i) {
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (int j = 0; j < n; ++j) largest = std::max(largest, x[j] - exponent(i, j));
    for (int j = 0; j < n; ++j) sum += std::exp(x[j] - exponent(i, j) - largest);
    y[i] = largest + std::log(sum);
  }
  return y;
}

void relax(Doubles& before, const Doubles& after, double omega) {
  for (std::size_t i = 0; i < after.size(); ++i) before[i] = (1 - omega) * before[i] + omega * after[i];
}

Doubles log_scaling(const float* masses, const Doubles& product) {
  Doubles logs(product.size());
  for (std::size_t i = 0; i < logs.size(); ++i) logs[i] = std::log(static_cast<double>(masses[i])) - product[i];
  return logs;
}

// log u and log v after some iterations.
void reference(const Case& c, const float* a, const float* b, const float* g, Doubles& log_u, Doubles& log_v) {
  const otlearn::SinkhornGrid grid = grid_of(c);
  std::size_t n = 1;
  for (const int extent : c.size) n *= extent;
  Doubles y, z;
  log_v.resize(n);
  for (std::size_t i = 0; i < n; ++i) log_v[i] = b[i] > 0 ? g[i] / c.epsilon : std::log(0.0);
  for (int k = 1; k <= c.iterations; ++k) {
    const Doubles new_y = log_apply(grid, log_v);
    if (k == 1) y = new_y;
    else relax(y, new_y, c.momentum);
    log_u = log_scaling(a, y);
    const Doubles new_z = log_apply(grid, log_u);
    if (k == 1 || k == c.iterations) z = new_z;
    else relax(z, new_z, c.momentum);
    log_v = log_scaling(b, z);
  }
}

Floats random_masses(std::size_t pairs, std::size_t n, double zero_share, std::mt19937& generator) {
  std::uniform_real_distribution<double> uniform(0, 1);
  Floats masses(pairs * n);
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    Doubles row(n);
    double sum = 0;
    for (double& mass : row) sum += mass = uniform(generator) < zero_share ? 0 : uniform(generator) + 1e-3;
    if (sum == 0) sum = row[0] = 1;
    for (std::size_t i = 0; i < n; ++i) masses[pair * n + i] = static_cast<float>(row[i] / sum);
  }
  return masses;
}

int check(const Case& c, std::mt19937& generator, otlearn::ThreadPool& one, otlearn::ThreadPool& several) {
  std::size_t n = 1;
  for (const int extent : c.size) n *= extent;
  const std::size_t numbers = c.pairs * n;
  const Floats a = random_masses(c.pairs, n, c.zero_share, generator), b = random_masses(c.pairs, n, c.zero_share, generator);
  Floats start(numbers);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (float& g : start) g = uniform(generator) * c.start * static_cast<float>(c.epsilon);
  const auto run = [&](otlearn::SinkhornDomain domain, otlearn::ThreadPool& pool, Floats& f, Floats& g) {
    f.assign(numbers, NAN), g.assign(numbers, NAN);
    otlearn::SinkhornBatch batch;
    batch.pairs = c.pairs;
    batch.iterations = c.iterations;
    batch.momentum = c.momentum;
    batch.domain = domain;
    batch.a = a.data(), batch.b = b.data(), batch.start = start.data();
    batch.f = f.data(), batch.g = g.data();
    return otlearn::sinkhorn_on_grid(grid_of(c), batch, pool);
  };
  int failures = 0;
  const auto expect = [&](bool holds, const char* what) {
    if (!holds) std::printf("FAILED: %s: %s\n", c.name, what), ++failures;
  };
  Floats f, g, f_one, g_one;
  for (const auto domain : {otlearn::SinkhornDomain::kAuto, otlearn::SinkhornDomain::kLog}) {
    run(domain, several, f, g);
    run(domain, one, f_one, g_one);
    expect(f == f_one && g == g_one, "the same bits on 1 and 4 threads");
    for (int pair = 0; pair < c.pairs; ++pair) {
      const std::size_t at = pair * n;
      Doubles log_u, log_v;
      reference(c, &a[at], &b[at], &start[at], log_u, log_v);
      expect(agree(&f[at], log_u, &a[at], c.epsilon), "f");
      expect(agree(&g[at], log_v, &b[at], c.epsilon), "g");
    }
  }
  // tests that some pairs meet earlier than others
  otlearn::SinkhornBatch batch;
  batch.pairs = c.pairs;
  batch.iterations = 40;
  batch.check_every = 3;
  batch.tolerance = 0.01;
  batch.momentum = c.momentum;
  batch.output = otlearn::SinkhornOutput::kKlPotentials;
  batch.a = a.data(), batch.b = b.data(), batch.f = f.data(), batch.g = g.data();
  const auto report = sinkhorn_on_grid(grid_of(c), batch, several);
  const bool converged = report.status == otlearn::SinkhornStatus::kConverged;
  expect(converged == (report.errors.back() <= batch.tolerance), "status");
  expect(report.iterations == std::min<int>(40, static_cast<int>(report.errors.size()) * 3), "iterations");
  expect(std::all_of(f.begin(), f.end(), [](float potential) { return std::isfinite(potential); }), "KL potentials");
  // each of them alone ends at the same test with the same potentials, up to rounding
  int most = 0;
  for (int pair = 0; pair < c.pairs; ++pair) {
    const std::size_t at = pair * n;
    Floats f_alone(n), g_alone(n);
    otlearn::SinkhornBatch alone = batch;
    alone.pairs = 1;
    alone.a = &a[at], alone.b = &b[at], alone.f = f_alone.data(), alone.g = g_alone.data();
    most = std::max(most, sinkhorn_on_grid(grid_of(c), alone, one).iterations);
    double largest = c.epsilon, deviation = 0;
    for (std::size_t i = 0; i < n; ++i) {
      largest = std::max({largest, std::abs(static_cast<double>(f_alone[i])), std::abs(static_cast<double>(g_alone[i]))});
      deviation = std::max({deviation, std::abs(static_cast<double>(f_alone[i]) - f[at + i]),
                            std::abs(static_cast<double>(g_alone[i]) - g[at + i])});
    }
    expect(deviation <= 1e-5 * largest, "KL potentials of a pair alone");
  }
  expect(most == report.iterations, "iterations of the pairs alone");
  return failures;
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  const Case cases[] = {
      {"square", {9, 9}, 0.02, 5, 9, 0, 0, 1},
      {"wide, zero masses, a start", {3, 35}, 0.01, 3, 6, 0.4, 5, 1},
      {"high", {33, 2}, 0.05, 3, 6, 0.2, 1, 1},
      {"one point", {1, 1}, 0.1, 2, 2, 0, 1, 1},
      {"a line", {45}, 0.005, 3, 7, 0.3, 1, 1},
      {"lines side by side", {45}, 0.005, 37, 7, 0, 1, 1},
      {"lines side by side, some beyond scalings", {45}, 0.0002, 19, 7, 0.9, 1, 1.3},
      {"a cube", {4, 5, 6}, 0.05, 3, 5, 0.3, 1, 1},
      {"sharing registers", {9, 12}, 0.02, 21, 4, 0.3, 2, 1},
      {"sharing registers, some beyond scalings", {8, 7}, 0.004, 19, 4, 0.6, 3, 1.2},
      {"momentum", {8, 7}, 0.02, 4, 12, 0.2, 1, 1.5},
      {"beyond scalings", {8, 7}, 0.0005, 4, 8, 0.3, 1, 1.3},
      {"beyond exp", {6, 9}, 0.00002, 3, 5, 0.3, 40, 1},
      {"a flat kernel", {7, 11}, 50, 3, 3, 0.1, 1, 1},
      {"a steep start", {12, 12}, 0.1, 3, 5, 0, 80, 1},
  };
  std::mt19937 generator(5);
  otlearn::ThreadPool one(1), several(4);
  int failures = 0;
  for (const Case& c : cases) failures += check(c, generator, one, several);
  std::printf("Sinkhorn, %s: %d failures\n", otlearn::instruction_set_name(), failures);
  return failures == 0 ? 0 : 1;
}
