import type { Geometry, HostKernel } from "../../src/geometry/geometry.ts";
import { gaussian } from "../../src/transport/initializers/gaussian.ts";
import { ones } from "../../src/transport/initializers/ones.ts";
import { previousSolution } from "../../src/transport/initializers/previous.ts";
import type { HostPotentials, SinkhornHostResult } from "../../src/transport/sinkhorn/exact-iterate.ts";
import { sinkhornHost } from "../../src/transport/sinkhorn/host.ts";

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

/** Measures convergence over one geometry and epsilon in float64. */
export class ConvergenceMeter {
  readonly #geometry: Geometry;
  readonly #epsilon: number;
  readonly #kernel: HostKernel;

  constructor(geometry: Geometry, epsilon: number) {
    this.#geometry = geometry;
    this.#epsilon = epsilon;
    this.#kernel = geometry.hostKernel(epsilon);
  }

  /** The converged potentials, in cost units. */
  solution({ mu, nu }: PairProblem): HostPotentials {
    const { cost } = this.#geometry.coordinates ?? {};
    return sinkhornHost(mu, nu, this.#geometry, {
      epsilon: this.#epsilon,
      tolerance: 1e-7,
      momentum: 1.5,
      initializer: cost === "squared-euclidean" ? gaussian : ones,
    });
  }

  /** The transport cost of the converged plan. */
  optimum(problem: PairProblem): number {
    return this.transportCost(this.solution(problem));
  }

  /**
   * Runs Sinkhorn from the potential g [m], in cost units, until both thresholds are met and at least `curve` times.
   *
   * @param optimum the transport cost of the converged plan
   */
  measure(problem: PairProblem, g: Float64Array, optimum: number, curve = 30): Convergence {
    const relativeErrors: number[] = [];
    const violations: number[] = [];
    const first = (values: readonly number[]): number => values.findIndex((value) => value <= THRESHOLD) + 1;
    const isMeasured = (): boolean =>
      relativeErrors.length >= curve && first(relativeErrors) > 0 && first(violations) > 0;
    let start = g;
    while (!isMeasured() && relativeErrors.length < MOST_ITERATIONS) {
      const iterations = Math.min(curve, MOST_ITERATIONS - relativeErrors.length);
      // g is all that an iteration needs of the one before it
      start = this.#iterate(problem, start, iterations, (error, potentials) => {
        relativeErrors.push(Math.abs(this.transportCost(potentials) - optimum) / optimum);
        violations.push(error / 2); // the second marginal is exact
      }).g;
    }
    return {
      relativeErrors: Float64Array.from(relativeErrors),
      violations: Float64Array.from(violations),
      iterationsToCost: first(relativeErrors) || MOST_ITERATIONS,
      iterationsToViolation: first(violations) || MOST_ITERATIONS,
    };
  }

  /** Plain iterations from g, for timing. */
  run(problem: PairProblem, g: Float64Array, iterations: number): void {
    this.#iterate(problem, g, iterations);
  }

  #iterate(
    { mu, nu }: PairProblem,
    g: Float64Array,
    maxIterations: number,
    measure?: (error: number, potentials: HostPotentials) => void,
  ): SinkhornHostResult {
    return sinkhornHost(mu, nu, this.#geometry, {
      epsilon: this.#epsilon,
      tolerance: 0,
      maxIterations,
      initializer: previousSolution(g),
      ...(measure && { onIteration: ({ error, potentials }) => measure(error, potentials()) }),
    });
  }

  /** <P, C> on scalings, of which the largest v is one. */
  transportCost({ f, g }: HostPotentials): number {
    const shift = g.reduce((most, value) => Math.max(most, value), -Infinity);
    const u = f.map((value) => Math.exp((value + shift) / this.#epsilon));
    const v = g.map((value) => Math.exp((value - shift) / this.#epsilon));
    const costs = this.#kernel.applyCost(v, new Float64Array(u.length));
    return costs.reduce((sum, value, index) => sum + u[index] * value, 0);
  }
}
