import type { NdArray } from "../../../tensor/ndarray.ts";
import type { LogOperator } from "../host/log-operator.ts";
import { logMean } from "../host/mean.ts";
import { largestMass } from "../problem.ts";

const mean = logMean(0);

/** The log-scalings of one data point, one array [N] an atom, and the iterations of `hostDebiasedBarycenter`. */
export class DebiasedIteration {
  readonly logP: Float64Array;
  readonly #operator: LogOperator;
  readonly #masses: Float64Array;
  readonly #mass: number;
  readonly #logA: readonly Float64Array[];
  readonly #logB: readonly Float64Array[];
  readonly #logC: readonly Float64Array[];
  readonly #logPhi: readonly Float64Array[];
  readonly #logDebias: Float64Array;
  readonly #product: Float64Array; // log K D

  /** From a cold start. Atoms [S, N]. */
  constructor(operator: LogOperator, masses: NdArray<Float64Array>) {
    const [atoms, points] = masses.shape;
    const arrays = () => Array.from({ length: atoms }, () => new Float64Array(points));
    this.#operator = operator;
    this.#masses = masses.data;
    this.#mass = largestMass(masses);
    this.#logA = arrays();
    this.#logB = arrays();
    this.#logC = arrays();
    this.#logPhi = arrays();
    this.logP = new Float64Array(points);
    this.#logDebias = new Float64Array(points);
    this.#product = new Float64Array(points);
    this.#multiply();
  }

  /** Iterations until the error is at or below the tolerance (0: all), and the error at exit; NaN ends them, too. */
  solve(weights: Float64Array, maxIterations: number, tolerance: number) {
    let iterations = 0;
    let error = Infinity;
    while (iterations < maxIterations && !(error <= tolerance && tolerance > 0) && !Number.isNaN(error)) {
      this.#advance(weights);
      iterations++;
      error = this.#error();
    }
    return { iterations, error };
  }

  #advance(weights: Float64Array): void {
    const { logP } = this;
    this.#logA.forEach((logA, s) => {
      const first = s * logA.length;
      for (let i = 0; i < logA.length; i++) logA[i] = Math.log(this.#masses[first + i]) - this.#logC[s][i];
      this.#operator.transpose(logA, this.#logPhi[s]);
    });
    mean.apply(weights, this.#logPhi, logP);
    const debias = this.#logDebias;
    for (let i = 0; i < logP.length; i++) {
      logP[i] += debias[i];
      debias[i] = (debias[i] + logP[i] - this.#product[i]) / 2;
    }
    this.#logB.forEach((logB, s) => {
      for (let i = 0; i < logB.length; i++) logB[i] = logP[i] - this.#logPhi[s][i];
    });
    this.#multiply();
  }

  /** K b and K D. */
  #multiply(): void {
    this.#logB.forEach((logB, s) => this.#operator.forward(logB, this.#logC[s]));
    this.#operator.forward(this.#logDebias, this.#product);
  }

  /** The largest |a K b - d|_1 and |D K D - p|_1. */
  #error(): number {
    let largest = distance(this.#logDebias, this.#product, (i) => Math.exp(this.logP[i]));
    this.#logA.forEach((logA, s) => {
      largest = Math.max(
        largest,
        distance(logA, this.#logC[s], (i) => this.#masses[s * logA.length + i]),
      );
    });
    return largest / this.#mass;
  }
}

function distance(x: Float64Array, y: Float64Array, mass: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.abs(Math.exp(x[i] + y[i]) - mass(i));
  return sum;
}
