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
  /** With respect to log D, where debiased. */
  readonly debias: Float64Array | undefined;
  /** With respect to log phi_s, through the mean. */
  readonly pulled: readonly Float64Array[];
  /** With respect to log p. */
  readonly total: Float64Array;
  readonly #options: ResolvedOptions;

  constructor({ atoms, points, atomPoints, options }: EngineSettings) {
    const zeros = (length = points) => Array.from({ length: atoms }, () => new Float64Array(length));
    this.atoms = zeros(atomPoints);
    this.weights = new Float64Array(atoms);
    this.logB = zeros();
    this.logA = options.sides === 2 ? zeros(atomPoints) : [];
    this.debias = options.debiased ? new Float64Array(points) : undefined;
    this.pulled = zeros();
    this.total = new Float64Array(points);
    this.#options = options;
  }

  clear(): void {
    this.weights.fill(0);
    for (const arrays of [this.atoms, this.logB, this.logA]) for (const values of arrays) values.fill(0);
    this.debias?.fill(0);
  }

  /** Leaves `total` and `pulled` of iteration `index`; `last` is p dloss/dp of the last one. */
  throughMean(
    mean: LogMean,
    weights: Float64Array,
    logPhi: readonly Float64Array[],
    index: number,
    last: Float64Array,
  ): void {
    const { total, debias } = this;
    const { update, iterations } = this.#options;
    if (index === iterations - 1) {
      total.set(last);
    } else {
      total.fill(0);
      for (const values of this.logB) for (let i = 0; i < total.length; i++) total[i] += update * values[i];
      if (debias) for (let i = 0; i < total.length; i++) total[i] += debias[i] / 2;
    }
    mean.pullBack(weights, logPhi, total, this.pulled, this.weights);
  }

  /** Through log D <- (log D + log p - log K D) / 2 and log p = log D + ...; `timesD` is D K(r / 2 K D), r the present one. */
  throughDebias(timesD: (i: number) => number): void {
    const { total, debias } = this;
    for (let i = 0; i < total.length; i++) debias![i] = total[i] + debias![i] / 2 - timesD(i);
  }
}
