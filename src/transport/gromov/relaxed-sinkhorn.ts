import type { HostKernel } from "../../geometry/geometry.ts";
import { isRelaxed, type Rho } from "./options.ts";

export interface RelaxedProblem {
  /** Of the cost C less a constant, as kernels are not of negative costs. */
  readonly kernel: HostKernel;
  /** That constant: where mass is not given, it matters. */
  readonly constant: number;
  readonly p: Float64Array;
  readonly q: Float64Array;
  /** In cost units; 0 where a marginal is free, Infinity where it is given. */
  readonly rho: Rho;
}

export interface RelaxedSolution {
  /** P = p q^T exp((f + g - C) / epsilon) */
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Unbalanced entropic transport: min <P, C> + epsilon KL(P | p q^T) + rho_1 KL(P 1 | p) + rho_2 KL(P^T 1 | q), in the log domain
 * (Chizat et al. 2018). The constant between f and g, which decides the mass and would converge slowly where rho is far
 * above epsilon, is set to its best value at each iteration (Sejourne, Vialard, Peyre 2022). Stops when no potential moves by more
 * than `tolerance` epsilons.
 */
export function relaxedSinkhorn(
  { kernel, constant, p, q, rho }: RelaxedProblem,
  start: { readonly f: Float64Array; readonly g: Float64Array },
  tolerance: number,
  maxIterations: number,
): RelaxedSolution {
  const { epsilon } = kernel;
  const damping = rho.map((strength) => (strength === Infinity ? 1 : strength / (strength + epsilon)));
  const [logP, logQ] = [p.map(Math.log), q.map(Math.log)];
  const [f, g] = [start.f.slice(), start.g.slice()];
  const [rows, columns] = [new Float64Array(p.length), new Float64Array(q.length)];
  const weighted = (potential: Float64Array, log: Float64Array) =>
    potential.map((value, index) => (log[index] === -Infinity ? -Infinity : value / epsilon + log[index]));
  const mayShift = rho.some(isRelaxed) && !rho.includes(0);

  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    kernel.logApply(weighted(g, logQ), rows);
    const movedF = update(f, rows, constant, damping[0], epsilon);
    const shift = mayShift ? bestShift(f, g, p, q, rho) : 0;
    if (shift !== 0) for (let i = 0; i < f.length; i++) f[i] += shift;
    kernel.logApplyTranspose(weighted(f, logP), columns);
    const movedG = update(g, columns, constant, damping[1], epsilon);
    if (!Number.isFinite(movedF + movedG)) return { f, g, iterations: iteration, converged: false };
    // a free marginal leaves nothing to iterate on
    const moved = damping.includes(0) ? 0 : movedG;
    if (moved <= tolerance * epsilon) return { f, g, iterations: iteration, converged: true };
  }
  return { f, g, iterations: maxIterations, converged: false };
}

/** potential <- damping (constant - epsilon logs); returns the largest change. */
function update(
  potential: Float64Array,
  logs: Float64Array,
  constant: number,
  damping: number,
  epsilon: number,
): number {
  let moved = 0;
  for (let index = 0; index < potential.length; index++) {
    const next = damping === 0 ? 0 : damping * (constant - epsilon * logs[index]);
    const change = Math.abs(next - potential[index]);
    if (!(change <= moved)) moved = change;
    potential[index] = next;
  }
  return moved;
}

/** The s for which f + s, g - s have the best dual value: <p, exp(-f / rho_1)> and its like for g are equal then. */
function bestShift(f: Float64Array, g: Float64Array, p: Float64Array, q: Float64Array, [first, second]: Rho): number {
  return (logMean(f, p, first) - logMean(g, q, second)) / (1 / first + 1 / second);
}

/** log <masses, exp(-potential / rho)> for masses of sum one; near zero, where rho is large, to its last digits. */
function logMean(potential: Float64Array, masses: Float64Array, rho: number): number {
  const exponents = potential.map((value, index) => (masses[index] > 0 ? -value / rho : 0));
  const largest = exponents.reduce((most, exponent) => Math.max(most, Math.abs(exponent)), 0);
  const top = largest < 0.5 ? 0 : exponents.reduce((most, exponent) => Math.max(most, exponent), -Infinity);
  return (
    top + Math.log1p(exponents.reduce((sum, exponent, index) => sum + masses[index] * Math.expm1(exponent - top), 0))
  );
}
