// Learned starts for grids of all shapes: finite, the same bits alone and in a batch and for any number of threads, and blind
// to the totals of the masses. What they are is held to float64 by engines.test.ts. Built and run by sanitizers.sh; exit status
// 1 if anything deviates.
#include "initializer/grid_start.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <vector>

#include "base/thread_pool.h"
#include "isa/dispatch.h"
#include "wanted_set.h"

namespace {

using Floats = std::vector<float>;
using otlearn::GridStart;
using otlearn::GridStartProblem;
using otlearn::GridStartSpec;
using otlearn::ThreadPool;

Floats random_numbers(std::size_t count, float scale, std::mt19937& generator) {
  std::uniform_real_distribution<float> uniform(-scale, scale);
  Floats values(count);
  for (float& value : values) value = uniform(generator);
  return values;
}

// Every third mass is zero.
Floats random_masses(std::size_t count, std::mt19937& generator) {
  Floats masses = random_numbers(count, 1, generator);
  for (std::size_t k = 0; k < count; ++k) masses[k] = k % 3 == 0 && k > 0 ? 0.0f : std::abs(masses[k]) + 1e-3f;
  return masses;
}

GridStart random_network(const GridStartSpec& spec, std::mt19937& generator) {
  std::vector<Floats> numbers;
  std::vector<otlearn::GridStartLayer> layers;
  std::size_t inputs = spec.features();
  for (std::size_t k = 0; k <= spec.widths.size(); ++k) {
    const std::size_t units = k < spec.widths.size() ? spec.widths[k] : spec.outputs();
    numbers.push_back(random_numbers(inputs * units, 0.1f, generator));
    numbers.push_back(random_numbers(units, 0.1f, generator));
    inputs = units;
  }
  for (std::size_t k = 0; k < numbers.size(); k += 2) layers.push_back({numbers[k].data(), numbers[k + 1].data()});
  const Floats mean = random_numbers(spec.features(), 0.1f, generator), gain(spec.features(), 1.5f);
  const Floats shared = random_numbers(std::size_t(otlearn::kStartShared) * spec.widths[0], 0.1f, generator);
  return GridStart(spec, mean.data(), gain.data(), shared.data(), layers);
}

bool fail(const char* what, int h, int w) {
  std::printf("%s: %d x %d\n", what, h, w);
  return false;
}

bool check(GridStart& network, int h, int w, std::mt19937& generator) {
  const int pairs = 17;
  const std::size_t points = std::size_t(h) * w;
  const GridStartProblem problem = {{h, w}, {1, static_cast<double>(w) / h}, 0.004, 2, 0.008};
  const Floats a = random_masses(pairs * points, generator), b = random_masses(pairs * points, generator);
  Floats one(pairs * points), four(pairs * points), alone(points), heavy(points);
  ThreadPool single(1), several(4);
  network.run(problem, {pairs, a.data(), b.data(), one.data()}, single);
  network.run(problem, {pairs, a.data(), b.data(), four.data()}, several);
  for (const float value : one) {
    if (!std::isfinite(value)) return fail("not finite", h, w);
  }
  const auto is_same = [](const float* x, const float* y, std::size_t count) {
    return std::memcmp(x, y, count * sizeof *x) == 0;
  };
  if (!is_same(one.data(), four.data(), one.size())) return fail("threads change bits", h, w);
  const std::size_t last = (pairs - 1) * points;
  network.run(problem, {1, a.data() + last, b.data() + last, alone.data()}, single);
  if (!is_same(alone.data(), one.data() + last, points)) return fail("a batch changes bits", h, w);
  Floats more(a.begin() + last, a.end());
  for (float& mass : more) mass *= 4;  // exact
  network.run(problem, {1, more.data(), b.data() + last, heavy.data()}, single);
  if (!is_same(alone.data(), heavy.data(), points)) return fail("the total changes bits", h, w);
  return true;
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 1;
  std::mt19937 generator(1);
  bool passed = true;
  for (const GridStartSpec& spec : {GridStartSpec{12, 3, 8, 0.015, {128, 128}}, GridStartSpec{14, 1, 14, 0.02, {33, 5, 5}},
                                    GridStartSpec{1, 2, 1, 0.1, {1}}}) {
    GridStart network = random_network(spec, generator);
    for (const auto& size : {std::pair{28, 28}, {8, 8}, {1, 5}, {9, 31}, {128, 17}, {16, 128}}) {
      passed &= check(network, size.first, size.second, generator);
    }
  }
  std::printf("grid start (%s): %s\n", otlearn::instruction_set_name(), passed ? "passed" : "FAILED");
  return passed ? 0 : 1;
}
