import type { LogMean } from "./mean.ts";
import type { ResolvedOptions } from "../options.ts";
import type { EngineSettings } from "./point-engine.ts";

/** What the adjoint of an engine writes to: its results and, of the iteration at hand, the gradients of the scalings. */
export class EngineGradients {
  /** S arrays [M]. */
  readonly atoms: readonly Float64Array[];
  /** [S] */
  readonly weights: Float64Array;
  /** With respect to log b_s and, with heavy-ball, to log a_s. */
  readonly logB: readonly Float64Array[];
  readonly logA: readonly Float64Array[];
  /** With respect to log phi_s, through the mean. */
  readonly pulled: readonly Float64Array[];
  /** With respect to log p. */
  readonly #total: Float64Array;
  readonly #options: ResolvedOptions;

  constructor({ atoms, points, atomPoints, options }: EngineSettings) {
    const zeros = (length = points) => Array.from({ length: atoms }, () => new Float64Array(length));
    this.atoms = zeros(atomPoints);
    this.weights = new Float64Array(atoms);
    this.logB = zeros();
    this.logA = options.sides === 2 ? zeros(atomPoints) : [];
    this.pulled = zeros();
    this.#total = new Float64Array(points);
    this.#options = options;
  }

  clear(): void {
    this.weights.fill(0);
    for (const arrays of [this.atoms, this.logB, this.logA]) for (const values of arrays) values.fill(0);
  }

  /** Leaves `pulled` of iteration `index`; `last` is p dloss/dp of the last one. */
  throughMean(
    mean: LogMean,
    weights: Float64Array,
    logPhi: readonly Float64Array[],
    index: number,
    last: Float64Array,
  ): void {
    const total = this.#total;
    const { update, iterations } = this.#options;
    if (index === iterations - 1) {
      total.set(last);
    } else {
      total.fill(0);
      for (const values of this.logB) for (let i = 0; i < total.length; i++) total[i] += update * values[i];
    }
    mean.pullBack(weights, logPhi, total, this.pulled, this.weights);
  }
}
