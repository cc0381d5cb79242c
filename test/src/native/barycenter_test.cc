// The native barycenter plan on grids against a dense reference. Built with sanitizers and run for each instruction set by
// sanitizers.sh; exit status 1 if anything deviates.
#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "barycenter_cases.h"
#include "wanted_set.h"

namespace {

// The reference's adjoint against central differences of its loss.
void check_reference(Exponents exponents, bool debiased) {
  const Case c{"reference", 3, 4, 2, 3, 1, 1.5, Loss::kKullbackLeibler, 0, true, exponents, {}, 1, debiased};
  const Data data = make_data(c, 5);
  const double h = std::ldexp(1.0, -24);
  const auto check = [&](std::size_t count, auto gradient_of, auto values_of) {
    for (std::size_t i = 0; i < count; ++i) {
      Data ahead = data, behind = data;
      for (Data* moved : {&ahead, &behind}) moved->weights = {0.3, 0.7};
      Reference at(c, ahead);
      at.run(0, ahead.atoms);
      const Real gradient = gradient_of(at)[i];
      values_of(ahead)[i] += h;
      values_of(behind)[i] -= h;
      Reference after(c, ahead), before(c, behind);
      const Real step = Real(values_of(ahead)[i]) - values_of(behind)[i];
      const Real difference = (after.run(0, ahead.atoms) - before.run(0, behind.atoms)) / step;
      expect(std::abs(difference - gradient) < 1e-7 * (1 + std::abs(gradient)), "the reference's own adjoint");
    }
  };
  check(
      data.atoms.size(), [](Reference& r) -> Reals& { return r.gradient_atoms; }, [](Data& d) -> Doubles& { return d.atoms; });
  check(
      2, [](Reference& r) -> Reals& { return r.gradient_weights; }, [](Data& d) -> Doubles& { return d.weights; });
}

void check_pool() {
  otlearn::ThreadPool pool(4);
  std::atomic<int> sum{0};
  for (int round = 0; round < 50; ++round) pool.run(10, [&](int, int index) { sum += index; });
  expect(sum == 50 * 45, "pool: every task once");
  pool.run(0, [](int, int) { std::abort(); });
  bool thrown = false;
  try {
    pool.run(20, [](int, int index) {
      if (index == 3) throw std::runtime_error("task 3");
    });
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  expect(thrown, "pool: the exception of a task reaches the caller");
  sum = 0;
  std::thread other([&] {
    for (int round = 0; round < 50; ++round) pool.run(5, [&](int, int) { ++sum; });
  });
  for (int round = 0; round < 50; ++round) pool.run(5, [&](int, int) { ++sum; });
  other.join();
  expect(sum == 500, "pool: callers wait for each other");
}

// Two plans at once, from two threads, as worker threads of Node would.
void check_concurrent() {
  const Case c{"concurrent", 12, 18, 3, 4, 9, 2, Loss::kQuadratic, 0.2, false};
  const Data data = make_data(c, 3);
  BarycenterPlan first(plan_settings(c)), second(plan_settings(c));
  Outputs a, b;
  std::thread other([&] { b = run_plan(second, c, data); });
  a = run_plan(first, c, data);
  other.join();
  expect(a.gradient_atoms == b.gradient_atoms && a.losses == b.losses, "concurrent plans: the same bits");
}

// Iterations that are computed a second time give the bits that kept ones give.
void check_recomputation(bool warm, Exponents exponents, bool debiased) {
  for (const int iterations : {1, 2, 7, 20}) {
    const Case c{"recomputed", 9, 21, 3, iterations, 5, 1.5, Loss::kKullbackLeibler, 0.2, warm, exponents, {}, 1, debiased};
    const Data data = make_data(c, 11);
    otlearn::PlanSettings thrifty = plan_settings(c);
    thrifty.kept_bytes = 1;
    BarycenterPlan kept(plan_settings(c)), recomputed(thrifty);
    const Outputs a = run_plan(kept, c, data), b = run_plan(recomputed, c, data);
    expect(a.gradient_atoms == b.gradient_atoms && a.gradient_weights == b.gradient_weights && a.losses == b.losses,
           "recomputed iterations: the same bits");
  }
}

}  // namespace

int main() {
  if (!has_wanted_set()) return 0;
  std::printf("%s, %d threads\n", otlearn::instruction_set_name(), otlearn::thread_pool().threads());
  const Case cases[] = {
      {"line", 1, 33, 3, 6, 5, 2, Loss::kQuadratic, 0.3, false},
      {"column", 33, 1, 3, 6, 5, 2, Loss::kKullbackLeibler, 0.3, false},
      {"pixel", 1, 1, 2, 2, 2, 1, Loss::kQuadratic, 0, false},
      {"no multiple of a register", 7, 33, 2, 5, 4, 1, Loss::kTotalVariation, 0.2, false},
      {"one atom", 16, 16, 1, 5, 3, 1, Loss::kKullbackLeibler, 0.2, false},
      {"wider than a block", 5, 70, 2, 3, 3, 1, Loss::kKullbackLeibler, 0, true},
      {"warm start", 9, 21, 3, 4, 6, 2, Loss::kKullbackLeibler, 0.2, true},
      {"more points than groups", 6, 10, 2, 4, 37, 1, Loss::kQuadratic, 0.2, false},
      {"gamma 0.1", 9, 21, 2, 5, 4, 0.1, Loss::kKullbackLeibler, 0.8, false},
      {"gamma 0.1, far apart", 1, 99, 2, 5, 4, 0.1, Loss::kKullbackLeibler, 0.97, false},
      {"gamma 0.3", 9, 21, 2, 5, 4, 0.3, Loss::kKullbackLeibler, 0.8, false},
      {"gamma 1", 9, 21, 2, 5, 4, 1, Loss::kKullbackLeibler, 0.95, false},
      {"gamma 7", 9, 21, 2, 20, 4, 7, Loss::kKullbackLeibler, 0.8, false},
      {"gamma 50", 9, 21, 2, 20, 4, 50, Loss::kKullbackLeibler, 0.8, false},
      {"heavy-ball", 9, 21, 3, 6, 4, 2, Loss::kKullbackLeibler, 0.3, false, variant(-0.1, 0)},
      {"heavy-ball, warm start", 7, 33, 2, 5, 4, 1, Loss::kQuadratic, 0.3, true, variant(-0.3, 0)},
      {"heavy-ball, gamma 0.3", 9, 21, 2, 5, 4, 0.3, Loss::kKullbackLeibler, 0.8, false, variant(-0.1, 0)},
      {"unbalanced", 9, 21, 3, 6, 20, 2, Loss::kKullbackLeibler, 0.3, false, variant(0, 2)},
      {"unbalanced, warm start", 33, 1, 3, 6, 4, 2, Loss::kTotalVariation, 0.3, true, variant(0, 0.2)},
      {"unbalanced, gamma 0.3", 9, 21, 2, 5, 4, 0.3, Loss::kQuadratic, 0.8, false, variant(0, 1)},
      {"almost balanced", 16, 16, 1, 5, 3, 1, Loss::kQuadratic, 0.2, false, variant(0, 1e3)},
      {"both", 5, 70, 3, 7, 3, 1, Loss::kQuadratic, 0.2, true, variant(-0.2, 2)},
      {"both, one iteration", 9, 21, 2, 1, 4, 2, Loss::kKullbackLeibler, 0.3, false, variant(-0.2, 2)},
      {"both, two iterations", 9, 21, 2, 2, 4, 2, Loss::kKullbackLeibler, 0.3, false, variant(-0.2, 2)},
      {"volume", 6, 5, 2, 5, 4, 2, Loss::kKullbackLeibler, 0.3, false, {}, {}, 9},
      {"volume, warm start", 3, 18, 3, 4, 3, 1, Loss::kTotalVariation, 0.3, true, {}, {}, 5},
      {"volume, wide kernel", 5, 6, 2, 3, 3, 50, Loss::kQuadratic, 0.3, false, {}, {}, 18},
      {"volume, gamma 0.1", 4, 5, 2, 5, 4, 0.1, Loss::kKullbackLeibler, 0.8, false, {}, {}, 4},
      {"line in the depth", 1, 1, 2, 5, 3, 2, Loss::kKullbackLeibler, 0.3, false, {}, {}, 33},
      {"volume, both", 5, 6, 2, 4, 3, 2, Loss::kKullbackLeibler, 0.3, true, variant(-0.2, 2), {}, 7},
      {"debiased line", 1, 33, 3, 6, 5, 2, Loss::kQuadratic, 0.3, false, {}, {}, 1, true},
      {"debiased column, warm", 33, 1, 3, 6, 5, 2, Loss::kKullbackLeibler, 0.3, true, {}, {}, 1, true},
      {"debiased pixel", 1, 1, 2, 2, 2, 1, Loss::kQuadratic, 0, false, {}, {}, 1, true},
      {"debiased image", 7, 33, 2, 5, 4, 1, Loss::kTotalVariation, 0.2, false, {}, {}, 1, true},
      {"debiased image, warm", 9, 21, 3, 4, 6, 2, Loss::kKullbackLeibler, 0.2, true, {}, {}, 1, true},
      {"debiased, one atom", 16, 16, 1, 5, 3, 1, Loss::kKullbackLeibler, 0.2, false, {}, {}, 1, true},
      {"debiased, eleven atoms", 9, 5, 11, 5, 3, 1, Loss::kQuadratic, 0.2, false, {}, {}, 1, true},
      {"debiased, one iteration", 9, 21, 2, 1, 4, 2, Loss::kKullbackLeibler, 0.3, false, {}, {}, 1, true},
      {"debiased, one, warm", 9, 21, 2, 1, 4, 2, Loss::kKullbackLeibler, 0.3, true, {}, {}, 1, true},
      {"debiased, two iterations", 9, 21, 2, 2, 4, 2, Loss::kKullbackLeibler, 0.3, false, {}, {}, 1, true},
      {"debiased, many points", 6, 10, 2, 4, 37, 1, Loss::kQuadratic, 0.2, false, {}, {}, 1, true},
      {"debiased, gamma 0.1", 9, 21, 2, 5, 4, 0.1, Loss::kKullbackLeibler, 0.8, false, {}, {}, 1, true},
      {"debiased, far apart", 1, 99, 2, 5, 4, 0.1, Loss::kKullbackLeibler, 0.97, false, {}, {}, 1, true},
      {"debiased, gamma 50", 9, 21, 2, 20, 4, 50, Loss::kKullbackLeibler, 0.8, false, {}, {}, 1, true},
      {"debiased volume", 6, 5, 2, 5, 4, 2, Loss::kKullbackLeibler, 0.3, false, {}, {}, 9, true},
      {"debiased volume, warm", 3, 18, 3, 4, 3, 1, Loss::kTotalVariation, 0.3, true, {}, {}, 5, true},
  };
  for (const Exponents& exponents : {variant(0, 0), variant(-0.1, 0), variant(0, 2), variant(-0.3, 0.5)}) {
    check_reference(exponents, false);
    for (const bool warm : {false, true}) check_recomputation(warm, exponents, false);
  }
  check_reference({}, true);
  for (const bool warm : {false, true}) check_recomputation(warm, {}, true);
  check_pool();
  check_concurrent();
  for (const Case& c : cases) check_case(c);
  std::printf(failures == 0 ? "ok\n" : "%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
