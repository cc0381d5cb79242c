import type { Geometry, HostKernel } from "../../src/geometry/geometry.ts";
import { sinkhornHost } from "../../src/transport/sinkhorn/host.ts";
import { gaussian } from "../../src/transport/initializers/gaussian.ts";
import { ones } from "../../src/transport/initializers/ones.ts";
import { costOperator, type CostOperator } from "./cost-operator.ts";

/** One problem in float64. */
export interface PairProblem {
  readonly mu: Float64Array;
  readonly nu: Float64Array;
}

/** How Sinkhorn converges from one start on one problem. Entry l - 1 belongs to the state after l iterations. */
export interface Convergence {
  /** |d_l - d*| / d*, on the transport cost <P, C>. */
  readonly relativeErrors: Float64Array;
  /** (|P^T 1 - nu|_1 + |P 1 - mu|_1) / 2 */
  readonly violations: Float64Array;
  /** First l with a relative error, and with a violation, of at most `THRESHOLD`. */
  readonly iterationsToCost: number;
  readonly iterationsToViolation: number;
}

/** The paper's: 0.01 for both. */
export const THRESHOLD = 0.01;

/** A start that is further away than this counts as this far. */
const MOST_ITERATIONS = 1000;

/** Measures convergence over one geometry and epsilon in float64, on scalings. */
export class ConvergenceMeter {
  readonly #geometry: Geometry;
  readonly #epsilon: number;
  readonly #kernel: HostKernel;
  readonly #cost: CostOperator;

  constructor(geometry: Geometry, epsilon: number) {
    this.#geometry = geometry;
    this.#epsilon = epsilon;
    this.#kernel = geometry.hostKernel(epsilon);
    this.#cost = costOperator(geometry, epsilon);
  }

  /** The transport cost of the converged plan. */
  optimum({ mu, nu }: PairProblem): number {
    const { cost } = this.#geometry.coordinates ?? {};
    const { f, g } = sinkhornHost(this.#geometry, mu, nu, {
      epsilon: this.#epsilon,
      tolerance: 1e-7,
      momentum: 1.5,
      initializer: cost === "squared-euclidean" ? gaussian : ones,
    });
    const shift = g.reduce((most, value) => Math.max(most, value), -Infinity);
    const u = f.map((value) => Math.exp((value + shift) / this.#epsilon));
    const v = g.map((value) => Math.exp((value - shift) / this.#epsilon));
    return dot(u, this.#cost(v, new Float64Array(u.length)));
  }

  /**
   * Runs Sinkhorn from the potential g [m], in cost units, until both thresholds are met and at least `curve` times.
   *
   * @param optimum the transport cost of the converged plan
   */
  measure({ mu, nu }: PairProblem, g: Float64Array, optimum: number, curve = 30): Convergence {
    const scalings = this.#start(g, mu.length);
    const work = new Float64Array(mu.length);
    const relativeErrors: number[] = [];
    const violations: number[] = [];
    let [toCost, toViolation] = [0, 0];
    for (let iteration = 1; iteration <= MOST_ITERATIONS; iteration++) {
      this.#iterate(scalings, mu, nu, work);
      const error = Math.abs(dot(scalings.u, this.#cost(scalings.v, work)) - optimum) / optimum;
      const violation = this.#violation(scalings, mu, work);
      relativeErrors.push(error);
      violations.push(violation);
      if (toCost === 0 && error <= THRESHOLD) toCost = iteration;
      if (toViolation === 0 && violation <= THRESHOLD) toViolation = iteration;
      if (iteration >= curve && toCost > 0 && toViolation > 0) break;
    }
    return {
      relativeErrors: Float64Array.from(relativeErrors),
      violations: Float64Array.from(violations),
      iterationsToCost: toCost || MOST_ITERATIONS,
      iterationsToViolation: toViolation || MOST_ITERATIONS,
    };
  }

  /** Plain iterations from g, for timing. */
  run({ mu, nu }: PairProblem, g: Float64Array, iterations: number): void {
    const scalings = this.#start(g, mu.length);
    const work = new Float64Array(mu.length);
    for (let iteration = 0; iteration < iterations; iteration++) this.#iterate(scalings, mu, nu, work);
  }

  #start(g: Float64Array, points: number): Scalings {
    const shift = g.reduce((most, value) => Math.max(most, value), -Infinity);
    return { u: new Float64Array(points), v: g.map((value) => Math.exp((value - shift) / this.#epsilon)) };
  }

  /** u = mu / (K v), v = nu / (K^T u): afterwards the second marginal is exact. */
  #iterate({ u, v }: Scalings, mu: Float64Array, nu: Float64Array, work: Float64Array): void {
    this.#kernel.apply(v, work);
    for (let i = 0; i < u.length; i++) u[i] = mu[i] / work[i];
    this.#kernel.applyTranspose(u, work);
    for (let i = 0; i < v.length; i++) v[i] = nu[i] / work[i];
  }

  #violation({ u, v }: Scalings, mu: Float64Array, work: Float64Array): number {
    this.#kernel.apply(v, work);
    let sum = 0;
    for (let i = 0; i < u.length; i++) sum += Math.abs(u[i] * work[i] - mu[i]);
    return sum / 2;
  }
}

interface Scalings {
  readonly u: Float64Array;
  readonly v: Float64Array;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
