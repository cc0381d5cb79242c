// The native barycenter plan with dense ground costs against a dense reference. Built with sanitizers and run for each
// instruction set by sanitizers.sh; exit status 1 if anything deviates.
#include "barycenter_cases.h"
#include "wanted_set.h"

namespace {

// Distances of random points in the plane, more by a random share where they are not symmetric.
Doubles random_cost(int n, bool symmetric) {
  std::mt19937 generator(17);
  std::uniform_real_distribution<double> uniform(0, 1);
  Doubles x(n), y(n), cost;
  for (int i = 0; i < n; ++i) x[i] = uniform(generator), y[i] = uniform(generator);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) cost.push_back(std::hypot(x[i] - x[j], y[i] - y[j]) * (symmetric ? 1 : 1 + uniform(generator)));
  }
  return cost;
}

// Distances from left to right: most blocks of the kernel are all but zero.
Doubles line_cost(int n, double exponent, bool symmetric = false) {
  Doubles cost;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) cost.push_back(std::pow(std::abs(i - j), exponent) * (i < j && !symmetric ? 1.5 : 1));
  }
  return cost;
}

// A point's bits do not depend on the points that it goes through the kernel with, and the sums of a group neither.
void check_company(const Case& c) {
  const Data data = make_data(c, 21);
  const std::size_t n = static_cast<std::size_t>(c.width), atoms = c.atoms, points = c.points;
  const otlearn::PlanSettings settings = plan_settings(c);
  const auto run = [&](std::size_t together) {
    const auto engine = make_float32(c, settings, data, 2);
    Outputs out{Doubles(points * n),
                Doubles(points),
                Doubles(atoms * n),
                Doubles(points * atoms),
                {},
                std::vector<std::uint8_t>(points)};
    std::vector<otlearn::BarycenterPoint> all(points);
    for (std::size_t i = 0; i < points; ++i) {
      otlearn::BarycenterPoint& point = all[i];
      point = {};
      point.weights = data.weights.data() + i * atoms;
      point.target = data.targets.data() + i * n;
      point.loss = c.loss;
      point.barycenter = out.barycenters.data() + i * n;
      point.loss_value = &out.losses[i];
      point.gradient_weights = out.gradient_weights.data() + i * atoms;
      point.group = static_cast<int>(i % 2);
      point.done = &out.done[i];
    }
    for (std::size_t i = 0; i < points; i += together) {
      engine->run(0, all.data() + i, static_cast<int>(std::min(together, points - i)));
    }
    for (int s = 0; s < c.atoms; ++s) engine->add_gradient(0, s, out.gradient_atoms.data() + s * n);
    return out;
  };
  const Outputs alone = run(1);
  expect(std::count(alone.done.begin(), alone.done.end(), 1) == c.points, "company: float32 suffices");
  for (const std::size_t together : {std::size_t(2), std::size_t(5), points}) {
    const Outputs out = run(together);
    expect(out.barycenters == alone.barycenters && out.losses == alone.losses && out.gradient_atoms == alone.gradient_atoms &&
               out.gradient_weights == alone.gradient_weights,
           "company: the same bits");
  }
}

// Iterations that are computed a second time give the bits that kept ones give.
void check_recomputation(Exponents exponents, bool debiased) {
  const Case c{"recomputed", 1, 40, 3, 7, 5, 0.3, Loss::kKullbackLeibler, 0.2, true, exponents, random_cost(40, debiased), 1,
               debiased};
  const Data data = make_data(c, 11);
  otlearn::PlanSettings thrifty = plan_settings(c);
  thrifty.kept_bytes = 1;
  BarycenterPlan kept(plan_settings(c)), recomputed(thrifty);
  const Outputs a = run_plan(kept, c, data), b = run_plan(recomputed, c, data);
  expect(a.gradient_atoms == b.gradient_atoms && a.gradient_weights == b.gradient_weights && a.losses == b.losses,
         "recomputed iterations: the same bits");
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  std::printf("%s, %d threads\n", otlearn::instruction_set_name(), otlearn::thread_pool().threads());
  const Exponents plain, heavy = variant(-0.1, 0), unbalanced = variant(0, 2), both = variant(-0.3, 0.5);
  const Loss kl = Loss::kKullbackLeibler;
  const Case cases[] = {
      {"one point", 1, 1, 2, 3, 2, 1, Loss::kQuadratic, 0, false, plain, {0}},
      {"two points", 1, 2, 3, 5, 4, 1, kl, 0, false, plain, random_cost(2, false)},
      {"15 points", 1, 15, 2, 5, 4, 0.3, kl, 0.2, true, plain, random_cost(15, false)},
      {"16 points", 1, 16, 2, 5, 4, 0.3, Loss::kTotalVariation, 0.2, false, plain, random_cost(16, true)},
      {"17 points", 1, 17, 4, 5, 40, 0.3, kl, 0.2, false, plain, random_cost(17, false)},
      {"33 points, heavy-ball", 1, 33, 3, 6, 4, 0.3, kl, 0.3, false, heavy, random_cost(33, false)},
      {"40 points, unbalanced", 1, 40, 3, 6, 20, 0.3, kl, 0.3, false, unbalanced, random_cost(40, false)},
      {"40 points, both, warm", 1, 40, 16, 6, 3, 0.3, Loss::kQuadratic, 0.3, true, both, random_cost(40, false)},
      {"40 points, one iteration", 1, 40, 2, 1, 4, 0.05, kl, 0.3, false, both, random_cost(40, true)},
      {"100 points", 1, 100, 3, 5, 6, 0.1, kl, 0.3, true, plain, random_cost(100, true)},
      {"line, squared", 1, 100, 2, 6, 6, 4, kl, 0.2, false, plain, line_cost(100, 2)},
      {"line, heavy-ball, far apart", 1, 100, 2, 4, 6, 2, kl, 0.8, false, heavy, line_cost(100, 2)},
      {"line, unbalanced", 1, 100, 2, 4, 6, 2, kl, 0.8, true, unbalanced, line_cost(100, 2)},
      {"line, float64", 1, 100, 2, 5, 4, 0.3, kl, 0.97, false, plain, line_cost(100, 1)},
      {"line, out of range", 1, 100, 2, 5, 4, 0.02, kl, 0.97, false, plain, line_cost(100, 1)},
      {"257 points", 1, 257, 2, 3, 2, 0.2, kl, 0.2, false, plain, random_cost(257, false)},
      {"debiased, one point", 1, 1, 2, 3, 2, 1, Loss::kQuadratic, 0, false, plain, {0}, 1, true},
      {"debiased, 17 points", 1, 17, 4, 5, 40, 0.3, kl, 0.2, false, plain, random_cost(17, true), 1, true},
      {"debiased, 40 points, warm", 1, 40, 11, 6, 3, 0.3, Loss::kQuadratic, 0.3, true, plain, random_cost(40, true), 1, true},
      {"debiased, one iteration", 1, 40, 2, 1, 4, 0.05, kl, 0.3, false, plain, random_cost(40, true), 1, true},
      {"debiased line", 1, 100, 2, 6, 6, 4, kl, 0.2, false, plain, line_cost(100, 2, true), 1, true},
      {"debiased line, float64", 1, 100, 2, 5, 4, 0.3, kl, 0.97, false, plain, line_cost(100, 1, true), 1, true},
  };
  check_recomputation(plain, true);
  check_company({"debiased company", 1, 70, 3, 4, 9, 3, kl, 0.2, false, plain, line_cost(70, 2, true), 1, true});
  for (const Exponents& exponents : {plain, heavy, unbalanced, both}) {
    check_recomputation(exponents, false);
    check_company({"company", 1, 70, 3, 4, 9, 3, kl, 0.2, false, exponents, line_cost(70, 2)});
  }
  for (const Case& c : cases) check_case(c);
  std::printf(failures == 0 ? "ok\n" : "%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
