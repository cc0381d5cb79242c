/**
 * -<masses, phi*(-f)> of the penalty rho KL(. | masses): -rho <masses, exp(-f / rho) - 1>, which is <f, masses> where rho is
 * infinite. f [n] are KL potentials; where there is no mass they are not looked at.
 */
export function conjugatePenalty(f: Float64Array, masses: Float64Array, rho: number): number {
  let sum = 0;
  masses.forEach((mass, index) => {
    if (mass > 0) sum += mass * penalizedPotential(f[index], rho);
  });
  return sum;
}

/** -rho (exp(-f / rho) - 1): f itself where rho is infinite. */
function penalizedPotential(f: number, rho: number): number {
  return rho === Infinity ? f : -rho * Math.expm1(-f / rho);
}

/**
 * The derivative of the unbalanced objective in a mass, from its KL potential: -(rho + epsilon) (exp(-f / rho) - 1), plus epsilon
 * (M - 1) with M the total of the other side. f where rho is infinite.
 */
export function penalizedGradient(f: number, rho: number, epsilon: number): number {
  return rho === Infinity ? f : penalizedPotential(f, rho) * (1 + epsilon / rho);
}

/**
 * The derivative of a divergence in a mass, from its KL potentials in OT(a, b) and in OT(a, a): (rho + epsilon) (exp(-own / rho) -
 * exp(-f / rho)), f - own where rho is infinite. The totals' parts cancel.
 */
export function divergenceGradient(f: number, own: number, rho: number, epsilon: number): number {
  return rho === Infinity ? f - own : Math.exp(-own / rho) * penalizedGradient(f - own, rho, epsilon);
}

/** KL(masses | reference) = <masses, log(masses / reference)> - sum masses + sum reference, exact where the two are close. */
export function generalizedKl(masses: Float64Array, reference: Float64Array): number {
  let sum = 0;
  masses.forEach((mass, index) => {
    const other = reference[index];
    if (mass === 0 || other === 0) {
      sum += mass === 0 ? other : Infinity;
      return;
    }
    const change = (mass - other) / other;
    // x + 1 times log(x + 1), minus x, whose first terms cancel
    const small = change * change * (1 / 2 - change * (1 / 6 - change * (1 / 12 - change * (1 / 20 - change / 30))));
    sum += other * (Math.abs(change) < 1e-3 ? small : (1 + change) * Math.log(mass / other) - change);
  });
  return sum;
}
