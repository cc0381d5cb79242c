// Penalties of the marginals, rho KL(P 1 | a) and the same for b, as src/transport/sinkhorn/rho.ts has them: what an unbalanced
// iteration does besides the balanced one.
//
// The potentials are f + lambda and g - lambda. Engines keep products raised, y^tau exp(lambda pull) for the first side and
// z^tau exp(-lambda pull) for the second, so that u = a / y and v = b / z hold as they do without penalties; lambda, one number
// of each pair in cost units, is then the best one.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

namespace otlearn {

// <masses, exp(-f / rho)>, and that less the masses' total, which is exact where the exponents are small.
struct PenalizedMass {
  double total = 0, sum = 0, change = 0;
  double log_share() const { return sum < total / 2 ? std::log(sum / total) : std::log1p(change / total); }
};

struct MarginalPenalty {
  bool any = false;
  double tau[2] = {1, 1};      // rho / (rho + epsilon)
  double pull[2] = {0, 0};     // 1 / (rho + epsilon), negative for the second side
  double share[2] = {0, 0};    // epsilon / rho
  double inverse[2] = {0, 0};  // 1 / rho, negative for the second side
  double harmonic = 0;         // rho_a rho_b / (rho_a + rho_b)

  MarginalPenalty() = default;
  MarginalPenalty(const double (&rho)[2], double epsilon) {
    any = std::isfinite(rho[0]) || std::isfinite(rho[1]);
    if (!any) return;
    for (int side = 0; side < 2; ++side) {
      if (!std::isfinite(rho[side])) continue;
      tau[side] = rho[side] / (rho[side] + epsilon);
      pull[side] = (side == 0 ? 1 : -1) / (rho[side] + epsilon);
      share[side] = epsilon / rho[side];
      inverse[side] = (side == 0 ? 1 : -1) / rho[side];
    }
    harmonic = 1 / (1 / rho[0] + 1 / rho[1]);
  }

  bool of(int side) const { return tau[side] != 1; }

  // The lambda from which the exponents of penalized masses are counted. Of small penalties that is the one at hand, or they
  // could leave float; of large ones none, or their digits would be lost.
  double centre(double lambda) const { return std::max(share[0], share[1]) > 0.01 ? lambda : 0; }
  // The exponent -(f + centre) / rho, or -(g - centre) / rho, is share log product less this.
  double offset(int side, double lambda) const { return centre(lambda) * inverse[side]; }

  // The best lambda for the sides' masses; the one before where that is no number.
  double translation(const PenalizedMass& a, const PenalizedMass& b, double before) const {
    const double lambda = centre(before) + harmonic * (std::log(a.total / b.total) + a.log_share() - b.log_share());
    return std::isfinite(lambda) ? lambda : before;
  }
};

}  // namespace otlearn
