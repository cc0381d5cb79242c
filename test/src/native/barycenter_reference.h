// Problems for the native barycenters, and a dense reference in long double, whose range no scaling here leaves.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "barycenter/barycenter_plan.h"

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
  Doubles cost{};  // [N, N] in the place of the grid's squared distances; height is 1
  int depth = 1;
  bool debiased = false;

  // Of the start and of the result: b, a where it is remembered, D.
  std::size_t scalings() const { return static_cast<std::size_t>(exponents.sides()) * atoms + (debiased ? 1 : 0); }
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
    data.start.resize(c.points * c.scalings() * n);
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
        if (!c.cost.empty()) {
          kernel_[i * n_ + j] = std::exp(-Real(c.cost[i * n_ + j]) / Real(c.gamma));
          continue;
        }
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

  Reals apply_transpose(const Reals& x) const {
    Reals out(n_, 0);
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j < n_; ++j) out[j] += kernel_[i * n_ + j] * x[i];
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
    for (int s = 0; s < c_.atoms; ++s)
      sum += weight(point, s) * (power == 0 ? std::log(phi[s][i]) : std::pow(phi[s][i], power));
    return power == 0 ? sum : std::log(sum) / power;
  }

  void forward(int point, const Doubles& atoms) {
    const std::size_t count = c_.atoms, sides = c_.exponents.sides();
    std::vector<Reals> start(2 * count + 1, Reals(n_, 1));
    if (!data_.start.empty()) {
      for (std::size_t row = 0; row < c_.scalings(); ++row) {
        for (std::size_t i = 0; i < n_; ++i)
          start[row][i] = std::exp(Real(data_.start[(point * c_.scalings() + row) * n_ + i]));
      }
    }
    b_.assign(1, std::vector<Reals>(start.begin(), start.begin() + count));
    a_.assign(1, std::vector<Reals>(start.begin() + count, start.begin() + 2 * count));
    debias_.assign(1, start[c_.debiased ? count : 2 * count]);  // ones where there is none
    c_scalings_.clear();
    phi_.clear();
    for (int iteration = 0; iteration < c_.iterations; ++iteration) {
      std::vector<Reals> cs, phis, next_a(count, Reals(n_)), next_b(count, Reals(n_));
      for (std::size_t s = 0; s < count; ++s) {
        cs.push_back(apply(b_.back()[s]));
        for (std::size_t i = 0; i < n_; ++i) next_a[s][i] = raise(atoms[s * n_ + i] / cs[s][i], a_.back()[s][i]);
        phis.push_back(apply_transpose(next_a[s]));
      }
      barycenter.resize(n_);
      for (std::size_t i = 0; i < n_; ++i) barycenter[i] = std::exp(log_mean(point, phis, i)) * debias_.back()[i];
      for (std::size_t s = 0; s < count; ++s) {
        for (std::size_t i = 0; i < n_; ++i) next_b[s][i] = raise(barycenter[i] / phis[s][i], b_.back()[s][i]);
      }
      c_scalings_.push_back(cs);
      phi_.push_back(phis);
      a_.push_back(next_a);
      b_.push_back(next_b);
      if (c_.debiased) {
        Reals next = apply(debias_.back());
        for (std::size_t i = 0; i < n_; ++i) next[i] = std::sqrt(debias_.back()[i] * barycenter[i] / next[i]);
        debias_.push_back(next);
      }
    }
    log_scalings.clear();
    for (const auto* side : {&b_, &a_}) {
      for (const Reals& values : side->back()) {
        for (const Real value : values) log_scalings.push_back(value > 0 ? std::log(value) : -1e30L);
      }
      if (sides == 1) break;
    }
    for (std::size_t i = 0; i < n_ && c_.debiased; ++i) log_scalings.push_back(std::log(debias_.back()[i]));
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

  // With rb = b dL/db, ra = a dL/da and rd = D dL/dD; the gradient of d in the plain case for pixels without mass, too.
  void backward(int point, const Doubles& atoms, const Reals& slope) {
    const std::size_t count = c_.atoms;
    const Real memory = c_.exponents.memory, update = c_.exponents.update, power = c_.exponents.power;
    gradient_atoms.assign(count * n_, 0);
    gradient_weights.assign(count, 0);
    std::vector<Reals> rb(count, Reals(n_, 0)), ra(count, Reals(n_, 0));
    Reals rd(n_, 0);
    for (int iteration = c_.iterations - 1; iteration >= 0; --iteration) {
      const std::vector<Reals>&phi = phi_[iteration], &c = c_scalings_[iteration];
      Reals total(n_, 0), log_p(n_);
      for (std::size_t i = 0; i < n_; ++i) {
        log_p[i] = log_mean(point, phi, i);
        if (iteration == c_.iterations - 1) total[i] = slope[i] * barycenter[i];
        for (std::size_t s = 0; s < count; ++s) total[i] += update * rb[s][i];
        total[i] += rd[i] / 2;
      }
      if (c_.debiased) {
        const Reals e = apply(debias_[iteration]);
        Reals gradient_e(n_);
        for (std::size_t i = 0; i < n_; ++i) gradient_e[i] = -rd[i] / 2 / e[i];
        const Reals through = apply_transpose(gradient_e);
        for (std::size_t i = 0; i < n_; ++i) rd[i] = total[i] + rd[i] / 2 + debias_[iteration][i] * through[i];
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
        const Reals gradient_b = apply_transpose(gradient_c);
        for (std::size_t i = 0; i < n_; ++i) rb[s][i] = memory * rb[s][i] - update * b_[iteration][s][i] * gradient_b[i];
      }
    }
  }

  const Case& c_;
  const Data& data_;
  const std::size_t n_;
  Reals kernel_;
  std::vector<std::vector<Reals>> a_, b_, c_scalings_, phi_;  // [L (+ 1), S, N]
  std::vector<Reals> debias_;                                 // D [L + 1, N], or ones
};

}  // namespace
