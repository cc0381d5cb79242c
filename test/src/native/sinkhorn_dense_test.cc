// Native Sinkhorn under a dense cost against plain log-sum-exp iterations in double. Arrays are exactly as long as the batch,
// so that AddressSanitizer sees a step beyond them. Built and run by sanitizers.sh; exit status 1 if anything deviates.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "isa/dispatch.h"
#include "potentials.h"
#include "sinkhorn/dense/sinkhorn_dense_plan.h"

namespace {

using Doubles = std::vector<double>;
using Floats = std::vector<float>;

struct Case {
  const char* name;
  int n, m;
  double epsilon;  // costs are below 1
  int pairs, iterations;
  double zero_share;
  float start;  // its entries are in [-start, start], in epsilons
  double momentum;
  bool symmetric_cost;
};

// log(K exp(x)) [n], or of K^T.
Doubles log_apply(const Case& c, const Doubles& cost, const Doubles& x, bool transposed) {
  const int rows = transposed ? c.m : c.n, columns = transposed ? c.n : c.m;
  Doubles y(rows);
  for (int i = 0; i < rows; ++i) {
    const auto term = [&](int j) { return x[j] - (transposed ? cost[j * c.m + i] : cost[i * c.m + j]) / c.epsilon; };
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (int j = 0; j < columns; ++j) largest = std::max(largest, term(j));
    for (int j = 0; j < columns; ++j) sum += std::exp(term(j) - largest);
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
void reference(const Case& c, const Doubles& cost, const float* a, const float* b, const float* g, Doubles& log_u,
               Doubles& log_v) {
  Doubles y, z;
  log_v.resize(c.m);
  for (int j = 0; j < c.m; ++j) log_v[j] = b[j] > 0 ? g[j] / c.epsilon : std::log(0.0);
  for (int k = 1; k <= c.iterations; ++k) {
    const Doubles new_y = log_apply(c, cost, log_v, false);
    if (k == 1) y = new_y;
    else relax(y, new_y, c.momentum);
    log_u = log_scaling(a, y);
    const Doubles new_z = log_apply(c, cost, log_u, true);
    if (k == 1 || k == c.iterations) z = new_z;
    else relax(z, new_z, c.momentum);
    log_v = log_scaling(b, z);
  }
}

// fKL / epsilon of (a, a) by averaged updates from zero.
Doubles self_reference(const Case& c, const Doubles& cost, const float* a) {
  Doubles y(c.n, 0.0);
  for (int k = 0; k < c.iterations; ++k) relax(y, log_apply(c, cost, log_scaling(a, y), false), 0.5);
  return y;
}

Floats random_masses(int pairs, int n, double zero_share, std::mt19937& generator) {
  std::uniform_real_distribution<double> uniform(0, 1);
  Floats masses;
  for (int pair = 0; pair < pairs; ++pair) {
    Doubles row(n);
    double sum = 0;
    for (double& mass : row) sum += mass = uniform(generator) < zero_share ? 0 : uniform(generator) + 1e-3;
    if (sum == 0) sum = row[0] = 1;
    for (const double mass : row) masses.push_back(static_cast<float>(mass / sum));
  }
  return masses;
}

int check(const Case& c, std::mt19937& generator, otlearn::ThreadPool& one, otlearn::ThreadPool& several) {
  std::uniform_real_distribution<double> uniform(0, 1);
  Doubles cost(static_cast<std::size_t>(c.n) * c.m);
  for (int i = 0; i < c.n; ++i) {
    for (int j = 0; j < c.m; ++j) cost[i * c.m + j] = c.symmetric_cost && j < i ? cost[j * c.m + i] : uniform(generator);
  }
  const Floats a = random_masses(c.pairs, c.n, c.zero_share, generator),
               b = random_masses(c.pairs, c.m, c.zero_share, generator);
  Floats start(b.size());
  for (float& g : start) g = static_cast<float>((2 * uniform(generator) - 1) * c.start * c.epsilon);
  int failures = 0;
  const auto expect = [&](bool holds, const char* what) {
    if (!holds) std::printf("FAILED: %s: %s\n", c.name, what), ++failures;
  };
  otlearn::SinkhornBatch batch;
  batch.pairs = c.pairs;
  batch.iterations = c.iterations;
  batch.momentum = c.momentum;
  batch.a = a.data(), batch.b = b.data(), batch.start = start.data();
  otlearn::DensePlan plan(c.n, c.m, c.epsilon);
  const auto run = [&](const otlearn::SinkhornBatch& given, otlearn::ThreadPool& pool, Floats& f, Floats& g) {
    f.assign(a.size(), NAN), g.assign(b.size(), NAN);
    otlearn::SinkhornBatch written = given;
    written.f = f.data(), written.g = g.data();
    return plan.solve(cost.data(), written, pool);
  };
  Floats f, g, f_one, g_one;
  for (const auto domain : {otlearn::SinkhornDomain::kAuto, otlearn::SinkhornDomain::kLog}) {
    batch.domain = domain;
    run(batch, several, f, g);
    run(batch, one, f_one, g_one);
    expect(f == f_one && g == g_one, "the same bits on 1 and 4 threads");
    for (int pair = 0; pair < c.pairs; ++pair) {
      const int n = pair * c.n, m = pair * c.m;
      Doubles log_u, log_v;
      reference(c, cost, &a[n], &b[m], &start[m], log_u, log_v);
      expect(agree(&f[n], log_u, &a[n], c.epsilon), "f");
      expect(agree(&g[m], log_v, &b[m], c.epsilon), "g");
    }
    // tests that some pairs meet earlier than others, and no start
    otlearn::SinkhornBatch tests = batch;
    tests.iterations = 40;
    tests.check_every = 3;
    tests.tolerance = 0.01;
    tests.output = otlearn::SinkhornOutput::kKlPotentials;
    tests.start = nullptr;
    const auto report = run(tests, several, f, g);
    run(tests, one, f_one, g_one);
    expect(f == f_one && g == g_one, "the same bits of pairs that end one after the other");
    const bool converged = report.status == otlearn::SinkhornStatus::kConverged;
    expect(converged == (report.errors.back() <= tests.tolerance), "status");
    expect(report.iterations == std::min<int>(40, static_cast<int>(report.errors.size()) * 3), "iterations");
    expect(std::all_of(f.begin(), f.end(), [](float potential) { return std::isfinite(potential); }), "KL potentials");
    if (!c.symmetric_cost) continue;
    otlearn::SinkhornBatch self = batch;
    self.momentum = 0.5;
    self.symmetric = true;
    self.output = otlearn::SinkhornOutput::kKlPotentials;
    self.b = a.data(), self.start = nullptr;
    run(self, several, f, g);
    for (int pair = 0; pair < c.pairs; ++pair) {
      const Doubles y = self_reference(c, cost, &a[pair * c.n]);
      double worst = 0, scale = c.epsilon;
      for (int i = 0; i < c.n; ++i) {
        worst = std::max(worst, std::abs(f[pair * c.n + i] + c.epsilon * y[i]));
        scale = std::max(scale, std::abs(c.epsilon * y[i]));
      }
      expect(worst < 3e-6 * scale, "the potential of (a, a)");
    }
  }
  return failures;
}

}  // namespace

int main() {
  const char* wanted = std::getenv("OTLEARN_ISA");
  if (wanted && std::string(wanted) != otlearn::instruction_set_name()) {
    std::printf("%s: this processor does not have it\n", wanted);
    return 0;
  }
  const Case cases[] = {
      {"more pairs than a block", 19, 13, 0.1, 90, 6, 0, 0, 1, false},
      {"zero masses, a start", 31, 40, 0.05, 7, 6, 0.4, 5, 1, false},
      {"one point", 1, 1, 0.1, 3, 2, 0, 1, 1, true},
      {"a single pair", 33, 2, 0.05, 1, 6, 0.2, 1, 1, false},
      {"long sums", 20, 300, 0.02, 5, 4, 0.3, 1, 1, false},
      {"momentum", 15, 15, 0.05, 20, 12, 0.2, 1, 1.5, true},
      {"beyond scalings", 28, 14, 0.002, 20, 8, 0.3, 1, 1.3, false},
      {"tiny epsilon", 12, 17, 0.000002, 5, 5, 0.3, 40, 1, false},
      {"a flat kernel", 14, 14, 50, 4, 3, 0.1, 1, 1, true},
      {"a steep start", 24, 24, 0.1, 3, 5, 0, 80, 1, true},
  };
  std::mt19937 generator(5);
  otlearn::ThreadPool one(1), several(4);
  int failures = 0;
  for (const Case& c : cases) failures += check(c, generator, one, several);
  std::printf("Sinkhorn under dense costs, %s: %d failures\n", otlearn::instruction_set_name(), failures);
  return failures == 0 ? 0 : 1;
}
