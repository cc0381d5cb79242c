import type { Support } from "./host-pair.ts";

export interface SelfOutcome {
  /** OT_epsilon(a, a) / epsilon */
  readonly value: number;
  /** log(x / a), x the one scaling. */
  readonly potential: Float64Array;
}

/** Of the dual, in units of epsilon: below any tolerance of a pair. Averaged updates shrink it at least fourfold. */
const SELF_ERROR = 1e-14;
const MOST_ITERATIONS = 200;

/**
 * The problem (a, a) by averaged updates `x <- sqrt(x a / K x)` of its one scaling (Feydy et al. 2019, section 3.1). With a
 * zero diagonal K x >= x, so nothing underflows that matters: x stays within [a / sum x, sqrt(a)] and what an entry of K
 * loses, below 1e-308, is lost beside one.
 */
export function solveSelf(cost: Float64Array, bins: number, epsilon: number, support: Support): SelfOutcome {
  const { indices, masses } = support;
  const n = indices.length;
  const kernel = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) kernel[i * n + j] = Math.exp(-cost[indices[i] * bins + indices[j]] / epsilon);
  }
  const scaling = masses.map(Math.sqrt);
  const product = new Float64Array(n);
  for (let iteration = 1; ; iteration++) {
    let [error, total] = [0, 0];
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += kernel[i * n + j] * scaling[j];
      product[i] = sum;
      const marginal = scaling[i] * sum;
      total += marginal;
      error += masses[i] * (marginal / masses[i] - 1) ** 2;
    }
    if (error <= SELF_ERROR || iteration === MOST_ITERATIONS) {
      const potential = scaling.map((value, i) => Math.log(value / masses[i]));
      const dual = masses.reduce((sum, mass, i) => sum + 2 * mass * potential[i], 0);
      return { value: dual - (total - 1), potential };
    }
    scaling.forEach((value, i) => (scaling[i] = Math.sqrt((value * masses[i]) / product[i])));
  }
}
