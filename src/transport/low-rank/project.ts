import type { Factors } from "./factors.ts";

export interface ProjectionSettings {
  /** Entries of g stay above this. */
  readonly leastWeight: number;
  /** L1 violation of the row sums of both factors at which it stops. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** Factors of the columns of Q and R [r] that a projection ended with. */
export type ColumnScalings = readonly [ofQ: Float64Array, ofR: Float64Array];

/**
 * The projection of positive kernels (K_1 [n, r], K_2 [m, r], k_3 [r]), in Kullback-Leibler divergence, onto the factors with row sums
 * a and b and equal column sums g: Dykstra's alternating projections (Scetbon, Cuturi and Peyre 2021, algorithm 2). The sets are
 * affine, where the corrections of Dykstra cancel and what is left is `u_k = a_k / K_k v_k`, `g = (k_3 K_1^T u_1 K_2^T u_2)^(1/3)`,
 * `v_k = g / K_k^T u_k`: any v is a start that leads to the same projection. g is not let below its bound. At exit columns sum to g
 * exactly, rows to a and b up to the tolerance.
 */
export function projectFactors(
  kernels: Factors,
  masses: readonly [a: Float64Array, b: Float64Array],
  start: ColumnScalings,
  { leastWeight, tolerance, maxIterations }: ProjectionSettings,
): { factors: Factors; scalings: ColumnScalings } {
  const rank = kernels.g.length;
  const [first, second] = [kernels.q, kernels.r].map((kernel, index) => ({
    kernel,
    masses: masses[index],
    u: new Float64Array(masses[index].length),
    v: start[index].slice(),
    columns: new Float64Array(rank), // K^T u
  }));
  const g = new Float64Array(rank);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const violation = updateRows(first) + updateRows(second);
    if (iteration > 0 && violation <= tolerance) break;
    for (let k = 0; k < rank; k++) {
      g[k] = Math.max(leastWeight, Math.cbrt(kernels.g[k] * first.columns[k] * second.columns[k]));
      first.v[k] = g[k] / first.columns[k];
      second.v[k] = g[k] / second.columns[k];
    }
  }
  // of the last u, whose columns may differ by the tolerance
  const scaled = ({ kernel, u, v }: typeof first) =>
    kernel.map((entry, at) => u[Math.floor(at / rank)] * entry * v[at % rank]);
  return { factors: { q: scaled(first), r: scaled(second), g }, scalings: [first.v, second.v] };
}

interface Side {
  readonly kernel: Float64Array;
  readonly masses: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly columns: Float64Array;
}

/** u = masses / K v and the column sums K^T u, in one pass; returns the violation of the row sums that there was before. */
function updateRows({ kernel, masses, u, v, columns }: Side): number {
  const rank = v.length;
  columns.fill(0);
  let violation = 0;
  for (let i = 0, start = 0; i < masses.length; i++, start += rank) {
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += kernel[start + k] * v[k];
    violation += Math.abs(u[i] * sum - masses[i]);
    const scaling = masses[i] > 0 ? masses[i] / sum : 0;
    u[i] = scaling;
    for (let k = 0; k < rank; k++) columns[k] += kernel[start + k] * scaling;
  }
  return violation;
}
