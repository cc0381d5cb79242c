// Runs the native barycenters and compares all that they compute with the reference.
#pragma once
#include <memory>

#include "barycenter_reference.h"
#include "base/thread_pool.h"
#include "isa/dispatch.h"

namespace {

bool is_symmetric(const Case& c) {
  const std::size_t n = static_cast<std::size_t>(c.width);
  for (std::size_t index = 0; index < c.cost.size(); ++index) {
    if (c.cost[index] != c.cost[index % n * n + index / n]) return false;
  }
  return true;
}

otlearn::PlanSettings plan_settings(const Case& c) {
  const auto axis = [&](int size) {
    const auto radius = [&](double exponent) { return std::min(size - 1, static_cast<int>(std::sqrt(exponent * c.gamma))); };
    otlearn::AxisSettings settings{size, radius(87), radius(708), {}};
    for (int d = 0; d <= settings.radius64; ++d) settings.taps.push_back(std::exp(-static_cast<double>(d) * d / c.gamma));
    return settings;
  };
  otlearn::PlanSettings settings;
  settings.dense = !c.cost.empty();
  settings.epsilon = c.gamma;
  settings.cost_is_symmetric = is_symmetric(c);
  settings.depth = axis(c.depth);
  settings.down = axis(c.height);
  settings.across = axis(c.width);
  settings.atoms = c.atoms;
  settings.iterations = c.iterations;
  settings.exponents = c.exponents;
  settings.debiased = c.debiased;
  return settings;
}

struct Outputs {
  Doubles barycenters, losses, gradient_atoms, gradient_weights;
  std::vector<float> log_scalings;
  std::vector<std::uint8_t> done;
};

Outputs run_plan(BarycenterPlan& plan, const Case& c, const Data& data) {
  const std::size_t n = plan.pixels(), points = c.points, atoms = c.atoms, scalings = plan.scalings() * n;
  Outputs out{Doubles(points * n),
              Doubles(points),
              Doubles(atoms * n),
              Doubles(points * atoms),
              std::vector<float>(points * scalings),
              std::vector<std::uint8_t>(points)};
  otlearn::PlanBatch batch;
  batch.points = c.points;
  batch.loss = c.loss;
  batch.cost = c.cost.empty() ? nullptr : c.cost.data();
  batch.atoms = data.atoms.data();
  batch.weights = data.weights.data();
  batch.start = data.start.empty() ? nullptr : data.start.data();
  batch.targets = data.targets.data();
  batch.barycenters = out.barycenters.data();
  batch.log_scalings = out.log_scalings.data();
  batch.losses = out.losses.data();
  batch.gradient_atoms = out.gradient_atoms.data();
  batch.gradient_weights = out.gradient_weights.data();
  batch.done = out.done.data();
  plan.run(batch);
  return out;
}

// |actual - expected| / |expected|, Euclidean
template <typename Actual>
double deviation(const Actual* actual, const Reals& expected) {
  Real difference = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
    norm += expected[i] * expected[i];
  }
  return static_cast<double>(std::sqrt(difference / std::max(norm, Real(1e-30))));
}

// What is left of a gradient of the weights in directions that keep their sum, the only ones that training moves in. The
// rest is a sum over the iterations in which nearly everything cancels, and with it some digits of float32.
template <typename Value>
Reals centred(const Value* gradient, std::size_t count) {
  Real mean = 0;
  for (std::size_t s = 0; s < count; ++s) mean += Real(gradient[s]) / count;
  Reals out(gradient, gradient + count);
  for (Real& value : out) value -= mean;
  return out;
}

// A float32 engine with its kernel and the atoms, on one thread.
std::unique_ptr<otlearn::BarycenterEngine> make_float32(const Case& c, const otlearn::PlanSettings& s, const Data& data,
                                                        int groups) {
  const otlearn::BarycenterProblem problem{s.depth.in(false), s.down.in(false),   s.across.in(false),
                                           s.atoms,           s.iterations,       s.exponents,
                                           s.debiased,        s.kept_bytes,       s.dense ? c.cost.data() : nullptr,
                                           s.epsilon,         s.cost_is_symmetric};
  std::unique_ptr<otlearn::BarycenterEngine> engine = otlearn::make_engine32(problem);
  for (int part = 0; part < engine->kernel_parts(); ++part) engine->make_kernel_part(part);
  engine->finish_kernel();
  engine->begin(1, groups, data.start.empty());
  for (int atom = 0; atom < c.atoms; ++atom) engine->set_atom(0, atom, data.atoms.data() + atom * problem.pixels());
  return engine;
}

// Data points that float32 computes on its own.
int count_float32(const Case& c, const Data& data) {
  const otlearn::PlanSettings settings = plan_settings(c);
  const auto engine = make_float32(c, settings, data, 0);
  int count = 0;
  for (std::size_t point = 0; point < static_cast<std::size_t>(c.points); ++point) {
    std::uint8_t done = 0;
    otlearn::BarycenterPoint one{};
    one.weights = data.weights.data() + point * c.atoms;
    one.start = data.start.empty() ? nullptr : data.start.data() + point * c.scalings() * c.pixels();
    one.done = &done;
    engine->run(0, &one, 1);
    count += done;
  }
  return count;
}

inline void check_case(const Case& c) {
  const Data data = make_data(c, 7);
  BarycenterPlan plan(plan_settings(c));
  const std::size_t n = plan.pixels(), atoms = c.atoms;
  run_plan(plan, c, data);  // the second run must not see the first
  const Outputs out = run_plan(plan, c, data);

  Reference reference(c, data);
  Reals sum(atoms * n, 0);
  double worst_value = 0, worst_weights = 0, worst_sum = 0, worst_image = 0, worst_log = 0;
  int done = 0;
  for (int point = 0; point < c.points; ++point) {
    if (!out.done[point]) continue;
    ++done;
    const Real value = reference.run(point, data.atoms);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += reference.gradient_atoms[i];
    const auto at = [point](const auto& values, std::size_t stride) { return values.data() + point * stride; };
    worst_value = std::max(worst_value, std::abs(static_cast<double>(out.losses[point] - value)) /
                                            std::max(static_cast<double>(std::abs(value)), 0.1));
    const Doubles weights(at(out.gradient_weights, atoms), at(out.gradient_weights, atoms) + atoms);
    worst_weights = std::max(
        worst_weights, deviation(centred(weights.data(), atoms).data(), centred(reference.gradient_weights.data(), atoms)));
    worst_sum = std::max(worst_sum, deviation(weights.data(), reference.gradient_weights));
    worst_image = std::max(worst_image, deviation(at(out.barycenters, n), reference.barycenter));
    for (std::size_t i = 0; i < reference.log_scalings.size(); ++i) {
      const Real expected = reference.log_scalings[i], actual = at(out.log_scalings, reference.log_scalings.size())[i];
      if (expected > -1e29L) worst_log = std::max(worst_log, std::abs(static_cast<double>(actual - expected)));
      else expect(actual == static_cast<float>(expected), std::string(c.name) + ": log-scaling of no mass");
    }
  }
  const double worst_atoms = done ? deviation(out.gradient_atoms.data(), sum) : 0;
  const int narrow = count_float32(c, data);
  std::printf(
      "%-28s %2d float32, %2d float64, %2d left | loss %.0e  atoms %.0e  weights %.0e (sum %.0e)  image %.0e  log %.0e\n",
      c.name, narrow, done - narrow, c.points - done, worst_value, worst_atoms, worst_weights, worst_sum, worst_image,
      worst_log);
  const std::string name = c.name;
  expect(worst_value < 1e-5, name + ": loss");
  expect(worst_atoms < 1e-4, name + ": gradient of the atoms");
  expect(worst_weights < 1e-4, name + ": gradient of the weights");
  expect(worst_sum < 1e-3, name + ": gradient of the weights with their sum");
  expect(worst_image < 1e-5, name + ": barycenters");
  expect(worst_log < 1e-4, name + ": log-scalings");
}

}  // namespace
