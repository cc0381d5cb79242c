// The native barycenter plan against a dense reference in long double, whose range no scaling here leaves. Built with
// sanitizers and run for each instruction set by sanitizers.sh; exit status 1 if anything deviates.
#include "isa/kernels.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "barycenter/barycenter_plan.h"
#include "base/thread_pool.h"
#include "wanted_set.h"

namespace {

using otlearn::BarycenterPlan;
using otlearn::Exponents;
using otlearn::Loss;
using Real = long double;
using Reals = std::vector<Real>;
using Doubles = std::vector<double>;

int failures = 0;

void expect(bool holds, const std::string& what) {
  if (holds) return;
  ++failures;
  std::printf("FAILED: %s\n", what.c_str());
}

struct Case {
  const char* name;
  int height, width, atoms, iterations, points;
  double gamma;
  Loss loss;
  double zero_share;  // of the atoms' and the data's pixels
  bool warm;
  Exponents exponents{};
  int depth = 1;

  std::size_t pixels() const { return static_cast<std::size_t>(depth) * height * width; }
};

// Heavy-ball with tau, unbalanced with rho / gamma; 0 for balanced.
Exponents variant(double tau, double ratio) {
  const double marginal = ratio > 0 ? ratio / (ratio + 1) : 1;
  return {tau, (1 - tau) * marginal, 1 - marginal};
}

struct Data {
  Doubles atoms, weights, targets;
  std::vector<float> start;  // empty: cold
};

Data make_data(const Case& c, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  const std::size_t n = c.pixels();
  const auto rows = [&](std::size_t count, std::size_t columns, double zero_share) {
    Doubles values(count * columns);
    for (std::size_t row = 0; row < count; ++row) {
      double sum = 0;
      for (std::size_t i = 0; i < columns; ++i) {
        double& value = values[row * columns + i];
        value = i > 0 && uniform(generator) < zero_share ? 0 : uniform(generator) + 1e-3;
        sum += value;
      }
      for (std::size_t i = 0; i < columns; ++i) values[row * columns + i] /= sum;
    }
    return values;
  };
  Data data{rows(c.atoms, n, c.zero_share), rows(c.points, c.atoms, 0), rows(c.points, n, c.zero_share), {}};
  // a corner of the simplex, with its exact zeros, and a negative weight
  for (int s = 0; s < c.atoms; ++s) data.weights[s] = s == 0 ? 1 : 0;
  if (c.points > 1 && c.atoms > 1 && c.exponents.power == 0) {
    data.weights[c.atoms] += 0.4;
    data.weights[c.atoms + 1] -= 0.4;
  }
  if (c.warm) {
    data.start.resize(c.points * c.exponents.sides() * c.atoms * n);
    for (float& value : data.start) value = static_cast<float>(4 * uniform(generator) - 2);
  }
  return data;
}

// The operator with a dense kernel, its loss and its adjoint, for one data point.
class Reference {
 public:
  Reference(const Case& c, const Data& data) : c_(c), data_(data), n_(c.pixels()) {
    kernel_.resize(n_ * n_);
    for (int i = 0; i < static_cast<int>(n_); ++i) {
      for (int j = 0; j < static_cast<int>(n_); ++j) {
        const int dx = i % c.width - j % c.width, row = i / c.width, other = j / c.width;
        const int dy = row % c.height - other % c.height, dz = row / c.height - other / c.height;
        kernel_[i * n_ + j] = std::exp(-Real(dz * dz + dy * dy + dx * dx) / Real(c.gamma));
      }
    }
  }

  Reals barycenter, log_scalings, gradient_atoms, gradient_weights;

  Real run(int point, const Doubles& atoms) {
    forward(point, atoms);
    Reals slope(n_);
    const Real value = loss(point, slope);
    backward(point, atoms, slope);
    return value;
  }

 private:
  Reals apply(const Reals& x) const {
    Reals out(n_, 0);
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j < n_; ++j) out[i] += kernel_[i * n_ + j] * x[j];
    }
    return out;
  }

  Real weight(int point, int s) const { return data_.weights[static_cast<std::size_t>(point) * c_.atoms + s]; }

  // base^memory ratio^update, 0 where the ratio is.
  Real raise(Real ratio, Real base) const {
    if (ratio == 0) return 0;
    return std::pow(ratio, Real(c_.exponents.update)) * std::pow(base, Real(c_.exponents.memory));
  }

  Real log_mean(int point, const std::vector<Reals>& phi, std::size_t i) const {
    const Real power = c_.exponents.power;
    Real sum = 0;
    for (int s = 0; s < c_.atoms; ++s) sum += weight(point, s) * (power == 0 ? std::log(phi[s][i]) : std::pow(phi[s][i], power));
    return power == 0 ? sum : std::log(sum) / power;
  }

  void forward(int point, const Doubles& atoms) {
    const std::size_t count = c_.atoms, sides = c_.exponents.sides();
    std::vector<Reals> start(2 * count, Reals(n_, 1));
    if (!data_.start.empty()) {
      for (std::size_t row = 0; row < sides * count; ++row) {
        for (std::size_t i = 0; i < n_; ++i) start[row][i] = std::exp(Real(data_.start[(point * sides * count + row) * n_ + i]));
      }
    }
    b_.assign(1, std::vector<Reals>(start.begin(), start.begin() + count));
    a_.assign(1, std::vector<Reals>(start.begin() + count, start.end()));
    c_scalings_.clear();
    phi_.clear();
    for (int iteration = 0; iteration < c_.iterations; ++iteration) {
      std::vector<Reals> cs, phis, next_a(count, Reals(n_)), next_b(count, Reals(n_));
      for (std::size_t s = 0; s < count; ++s) {
        cs.push_back(apply(b_.back()[s]));
        for (std::size_t i = 0; i < n_; ++i) next_a[s][i] = raise(atoms[s * n_ + i] / cs[s][i], a_.back()[s][i]);
        phis.push_back(apply(next_a[s]));
      }
      barycenter.resize(n_);
      for (std::size_t i = 0; i < n_; ++i) barycenter[i] = std::exp(log_mean(point, phis, i));
      for (std::size_t s = 0; s < count; ++s) {
        for (std::size_t i = 0; i < n_; ++i) next_b[s][i] = raise(barycenter[i] / phis[s][i], b_.back()[s][i]);
      }
      c_scalings_.push_back(cs);
      phi_.push_back(phis);
      a_.push_back(next_a);
      b_.push_back(next_b);
    }
    log_scalings.clear();
    for (const auto* side : {&b_, &a_}) {
      for (const Reals& values : side->back()) {
        for (const Real value : values) log_scalings.push_back(value > 0 ? std::log(value) : -1e30L);
      }
      if (sides == 1) break;
    }
  }

  Real loss(int point, Reals& slope) const {
    Real value = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      const Real p = barycenter[i], x = data_.targets[point * n_ + i];
      if (c_.loss == Loss::kTotalVariation) {
        slope[i] = p > x ? 1 : (p < x ? -1 : 0);
        value += std::abs(p - x);
      } else if (c_.loss == Loss::kQuadratic) {
        slope[i] = 2 * (p - x);
        value += (p - x) * (p - x);
      } else {
        slope[i] = std::log(p / std::max(x, Real(1e-30)));
        value += p * slope[i] - p + x;
      }
    }
    return value;
  }

  // With rb = b dL/db and ra = a dL/da; the gradient of d in the plain case for pixels without mass, too.
  void backward(int point, const Doubles& atoms, const Reals& slope) {
    const std::size_t count = c_.atoms;
    const Real memory = c_.exponents.memory, update = c_.exponents.update, power = c_.exponents.power;
    gradient_atoms.assign(count * n_, 0);
    gradient_weights.assign(count, 0);
    std::vector<Reals> rb(count, Reals(n_, 0)), ra(count, Reals(n_, 0));
    for (int iteration = c_.iterations - 1; iteration >= 0; --iteration) {
      const std::vector<Reals>&phi = phi_[iteration], &c = c_scalings_[iteration];
      Reals total(n_, 0), log_p(n_);
      for (std::size_t i = 0; i < n_; ++i) {
        log_p[i] = log_mean(point, phi, i);
        if (iteration == c_.iterations - 1) total[i] = slope[i] * std::exp(log_p[i]);
        for (std::size_t s = 0; s < count; ++s) total[i] += update * rb[s][i];
      }
      for (std::size_t s = 0; s < count; ++s) {
        Reals gradient_phi(n_), gradient_c(n_);
        for (std::size_t i = 0; i < n_; ++i) {
          const Real log_phi = std::log(phi[s][i]), share = power == 0 ? Real(1) : std::exp(power * (log_phi - log_p[i]));
          gradient_weights[s] += total[i] * (power == 0 ? log_phi : share / power);
          gradient_phi[i] = (weight(point, s) * share * total[i] - update * rb[s][i]) / phi[s][i];
        }
        const Reals gradient_a = apply(gradient_phi);
        for (std::size_t i = 0; i < n_; ++i) {
          const Real mass = atoms[s * n_ + i], q = ra[s][i] + gradient_a[i] * a_[iteration + 1][s][i];
          if (c_.exponents.are_plain()) gradient_atoms[s * n_ + i] += gradient_a[i] / c[s][i];
          else if (mass > 0) gradient_atoms[s * n_ + i] += update * q / mass;
          ra[s][i] = memory * q;
          gradient_c[i] = q / c[s][i];
        }
        const Reals gradient_b = apply(gradient_c);
        for (std::size_t i = 0; i < n_; ++i) rb[s][i] = memory * rb[s][i] - update * b_[iteration][s][i] * gradient_b[i];
      }
    }
  }

  const Case& c_;
  const Data& data_;
  const std::size_t n_;
  Reals kernel_;
  std::vector<std::vector<Reals>> a_, b_, c_scalings_, phi_;  // [L (+ 1), S, N]
};

otlearn::PlanSettings plan_settings(const Case& c) {
  const auto axis = [&](int size) {
    const auto radius = [&](double exponent) { return std::min(size - 1, static_cast<int>(std::sqrt(exponent * c.gamma))); };
    otlearn::AxisSettings settings{size, radius(87), radius(708), {}};
    for (int d = 0; d <= settings.radius64; ++d) settings.taps.push_back(std::exp(-static_cast<double>(d) * d / c.gamma));
    return settings;
  };
  otlearn::PlanSettings settings;
  settings.depth = axis(c.depth);
  settings.down = axis(c.height);
  settings.across = axis(c.width);
  settings.atoms = c.atoms;
  settings.iterations = c.iterations;
  settings.exponents = c.exponents;
  return settings;
}

struct Outputs {
  Doubles barycenters, losses, gradient_atoms, gradient_weights;
  std::vector<float> log_scalings;
  std::vector<std::uint8_t> done;
};

Outputs run_plan(BarycenterPlan& plan, const Case& c, const Data& data) {
  const std::size_t n = plan.pixels(), points = c.points, atoms = c.atoms, scalings = plan.sides() * atoms * n;
  Outputs out{Doubles(points * n), Doubles(points),           Doubles(atoms * n), Doubles(points * atoms),
              std::vector<float>(points * scalings), std::vector<std::uint8_t>(points)};
  otlearn::PlanBatch batch;
  batch.points = c.points;
  batch.loss = c.loss;
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

// Data points that float32 computes on its own.
int count_float32(const Case& c, const Data& data) {
  const otlearn::PlanSettings s = plan_settings(c);
  const otlearn::BarycenterProblem problem{s.depth.in(false), s.down.in(false), s.across.in(false), s.atoms, s.iterations, s.exponents, 0};
  const std::unique_ptr<otlearn::BarycenterEngine> engine(otlearn::kernels().barycenter_float32(problem));
  engine->begin(1, 0, data.start.empty());
  for (int atom = 0; atom < c.atoms; ++atom) engine->set_atom(0, atom, data.atoms.data() + atom * problem.pixels());
  int count = 0;
  for (std::size_t point = 0; point < static_cast<std::size_t>(c.points); ++point) {
    otlearn::BarycenterPoint one{};
    one.weights = data.weights.data() + point * c.atoms;
    one.start = data.start.empty() ? nullptr : data.start.data() + point * c.exponents.sides() * c.atoms * problem.pixels();
    count += engine->run(0, 0, one) ? 1 : 0;
  }
  return count;
}

void check_case(const Case& c) {
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
    worst_weights = std::max(worst_weights, deviation(centred(weights.data(), atoms).data(), centred(reference.gradient_weights.data(), atoms)));
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
  std::printf("%-28s %2d float32, %2d float64, %2d left | loss %.0e  atoms %.0e  weights %.0e (sum %.0e)  image %.0e  log %.0e\n", c.name,
              narrow, done - narrow, c.points - done, worst_value, worst_atoms, worst_weights, worst_sum, worst_image, worst_log);
  const std::string name = c.name;
  expect(worst_value < 1e-5, name + ": loss");
  expect(worst_atoms < 1e-4, name + ": gradient of the atoms");
  expect(worst_weights < 1e-4, name + ": gradient of the weights");
  expect(worst_sum < 1e-3, name + ": gradient of the weights with their sum");
  expect(worst_image < 1e-5, name + ": barycenters");
  expect(worst_log < 1e-4, name + ": log-scalings");
}

// The reference's adjoint against central differences of its loss.
void check_reference(Exponents exponents) {
  const Case c{"reference", 3, 4, 2, 3, 1, 1.5, Loss::kKullbackLeibler, 0, true, exponents};
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
  check(data.atoms.size(), [](Reference& r) -> Reals& { return r.gradient_atoms; }, [](Data& d) -> Doubles& { return d.atoms; });
  check(2, [](Reference& r) -> Reals& { return r.gradient_weights; }, [](Data& d) -> Doubles& { return d.weights; });
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
void check_recomputation(bool warm, Exponents exponents) {
  for (const int iterations : {1, 2, 7, 20}) {
    const Case c{"recomputed", 9, 21, 3, iterations, 5, 1.5, Loss::kKullbackLeibler, 0.2, warm, exponents};
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
  std::printf("%s, %d threads\n", otlearn::kernels().name, otlearn::thread_pool().threads());
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
      {"volume", 6, 5, 2, 5, 4, 2, Loss::kKullbackLeibler, 0.3, false, {}, 9},
      {"volume, warm start", 3, 18, 3, 4, 3, 1, Loss::kTotalVariation, 0.3, true, {}, 5},
      {"volume, wide kernel", 5, 6, 2, 3, 3, 50, Loss::kQuadratic, 0.3, false, {}, 18},
      {"volume, gamma 0.1", 4, 5, 2, 5, 4, 0.1, Loss::kKullbackLeibler, 0.8, false, {}, 4},
      {"line in the depth", 1, 1, 2, 5, 3, 2, Loss::kKullbackLeibler, 0.3, false, {}, 33},
      {"volume, both", 5, 6, 2, 4, 3, 2, Loss::kKullbackLeibler, 0.3, true, variant(-0.2, 2), 7},
  };
  for (const Exponents& exponents : {variant(0, 0), variant(-0.1, 0), variant(0, 2), variant(-0.3, 0.5)}) {
    check_reference(exponents);
    for (const bool warm : {false, true}) check_recomputation(warm, exponents);
  }
  check_pool();
  check_concurrent();
  for (const Case& c : cases) check_case(c);
  std::printf(failures == 0 ? "ok\n" : "%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
