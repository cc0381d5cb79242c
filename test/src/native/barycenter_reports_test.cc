// Barycenters until a tolerance, in float64 from the beginning, and debiased.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "barycenter_cases.h"
#include "wanted_set.h"

namespace {

struct Reports {
  Doubles barycenters, log_scalings, errors, iterations;
  std::vector<std::uint8_t> done;
};

Reports run_reports(const otlearn::PlanSettings& settings, const Case& c, const Data& data, double tolerance) {
  BarycenterPlan plan(settings);
  const std::size_t n = plan.pixels(), points = c.points, scalings = plan.scalings() * n;
  Reports out{Doubles(points * n), Doubles(points * scalings), Doubles(points), Doubles(points),
              std::vector<std::uint8_t>(points)};
  otlearn::PlanBatch batch;
  batch.points = c.points;
  batch.cost = c.cost.empty() ? nullptr : c.cost.data();
  batch.atoms = data.atoms.data();
  batch.weights = data.weights.data();
  const Doubles start(data.start.begin(), data.start.end());
  batch.wide_start = start.empty() ? nullptr : start.data();
  batch.barycenters = out.barycenters.data();
  batch.wide_log_scalings = out.log_scalings.data();
  batch.errors = out.errors.data();
  batch.iterations_done = out.iterations.data();
  batch.tolerance = tolerance;
  batch.done = out.done.data();
  plan.run(batch);
  return out;
}

// A point that ends early has the bits of so many iterations, and the error that they have.
void check_end(const Case& c, bool wide, double tolerance) {
  const Data data = make_data(c, 5);
  otlearn::PlanSettings settings = plan_settings(c);
  settings.wide = wide;
  const Reports found = run_reports(settings, c, data, tolerance);
  const std::size_t n = c.pixels();
  bool early = false;
  for (std::size_t point = 0; point < static_cast<std::size_t>(c.points); ++point) {
    expect(found.done[point] == 1, std::string(c.name) + ": computed");
    settings.iterations = static_cast<int>(found.iterations[point]);
    early = early || settings.iterations < c.iterations;
    const Reports fixed = run_reports(settings, c, data, 0);
    const auto begin = [&](const Doubles& images) { return images.begin() + static_cast<std::ptrdiff_t>(point * n); };
    expect(std::equal(begin(found.barycenters), begin(found.barycenters) + static_cast<std::ptrdiff_t>(n),
                      begin(fixed.barycenters)),
           std::string(c.name) + ": the bits of a fixed number of iterations");
    expect(found.errors[point] == fixed.errors[point], std::string(c.name) + ": their error");
    expect(settings.iterations == c.iterations || found.errors[point] <= tolerance, std::string(c.name) + ": the tolerance");
  }
  expect(early, std::string(c.name) + ": a point ends early");
}

// Debiased on a grid and under its costs as a matrix.
void check_debiased(const Case& grid) {
  Case dense = grid;
  const std::size_t n = grid.pixels();
  dense.height = 1;
  dense.width = static_cast<int>(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const auto along = [&](std::size_t k) { return static_cast<double>(k % grid.width); };
      const auto down = [&](std::size_t k) { return static_cast<double>(k / grid.width); };
      const double x = along(i) - along(j), y = down(i) - down(j);
      dense.cost.push_back(x * x + y * y);
    }
  }
  const Data data = make_data(grid, 7);
  for (const bool wide : {false, true}) {
    Reports found[2];
    for (const Case* c : {&grid, static_cast<const Case*>(&dense)}) {
      otlearn::PlanSettings settings = plan_settings(*c);
      settings.wide = wide;
      found[c == &dense] = run_reports(settings, *c, data, 0);
    }
    const Reals expected(found[1].barycenters.begin(), found[1].barycenters.end());
    expect(deviation(found[0].barycenters.data(), expected) < (wide ? 1e-12 : 1e-5), "debiased: grid and matrix");
    for (int point = 0; point < grid.points; ++point) {
      expect(std::abs(found[0].errors[point] - found[1].errors[point]) < (wide ? 1e-12 : 1e-5), "debiased: their errors");
    }
  }
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  const Case cases[] = {
      {"line", 1, 33, 3, 60, 5, 40, Loss::kQuadratic, 0.3, false},
      {"warm start", 9, 21, 3, 60, 4, 20, Loss::kQuadratic, 0.2, true},
      {"heavy-ball", 9, 21, 3, 60, 4, 20, Loss::kQuadratic, 0.3, false, variant(-0.1, 0)},
      {"unbalanced", 9, 21, 3, 60, 4, 20, Loss::kQuadratic, 0.3, false, variant(0, 2)},
      {"volume", 6, 5, 2, 60, 5, 20, Loss::kQuadratic, 0.3, false, {}, {}, 9},
  };
  for (const Case& c : cases) {
    for (const bool wide : {false, true}) check_end(c, wide, 1e-2);
  }
  for (const bool warm : {false, true}) {
    const Case line{"debiased", 1, 33, 3, 60, 5, 40, Loss::kQuadratic, 0.3, warm, {}, {}, 1, true};
    for (const bool wide : {false, true}) check_end(line, wide, 1e-1);
    check_debiased({"debiased image", 7, 19, 3, 12, 4, 6, Loss::kQuadratic, 0.1, warm, {}, {}, 1, true});
  }
  std::printf(failures == 0 ? "ok\n" : "%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
