import { RemainingDual } from "./stopping.ts";

/** Masses of a histogram on its support, and the bins. */
export interface Support {
  readonly indices: Int32Array;
  readonly masses: Float64Array;
  readonly logMasses: Float64Array;
}

export interface PairOutcome {
  /** OT_epsilon(a, b) / epsilon, with the entropy as KL(P | a b^T). */
  readonly value: number;
  /** log(u / a) on the rows. */
  readonly potential: Float64Array;
  readonly iterations: number;
  readonly violation: number;
  readonly converged: boolean;
}

/** Scalings outside [1 / MOST_SCALING, MOST_SCALING] are taken into the potentials. */
const MOST_SCALING = 1e50;

/**
 * Sinkhorn for one pair in float64, for any epsilon. The potentials so far are inside the matrix P that is scaled
 * (Schmitzer 2019, "absorption"), and the scalings begin at one, so neither overflows: each row and column of P keeps an
 * entry of at least a_i b_j over the number of bins, beside which what underflows is nothing.
 */
export class HostPair {
  readonly #scaledCost: Float64Array; // C / epsilon [rows, columns]
  readonly #rows: Support;
  readonly #columns: Support;
  readonly #plan: Float64Array; // [rows, columns]
  readonly #phi: Float64Array; // log(u / a), potential of the rows in units of epsilon
  readonly #gamma: Float64Array; // log(v / b)
  readonly #alpha: Float64Array; // scalings since they were absorbed
  readonly #beta: Float64Array;
  readonly #sums: Float64Array; // P^T alpha

  constructor(cost: Float64Array, bins: number, epsilon: number, rows: Support, columns: Support) {
    const [n, m] = [rows.indices.length, columns.indices.length];
    this.#rows = rows;
    this.#columns = columns;
    this.#scaledCost = new Float64Array(n * m);
    for (let i = 0; i < n; i++) {
      const from = rows.indices[i] * bins;
      for (let j = 0; j < m; j++) this.#scaledCost[i * m + j] = cost[from + columns.indices[j]] / epsilon;
    }
    this.#plan = new Float64Array(n * m);
    this.#phi = new Float64Array(n);
    this.#gamma = new Float64Array(m);
    this.#alpha = new Float64Array(n);
    this.#beta = new Float64Array(m);
    this.#sums = new Float64Array(m);
  }

  /** Iterates from a potential log(u / a) of the rows. */
  solve(start: ArrayLike<number>, tolerance: number, maxIterations: number): PairOutcome {
    this.#phi.set(start);
    this.#absorb();
    this.#columnSums();
    const remaining = new RemainingDual();
    for (let iterations = 1; ; iterations++) {
      const { error, violation } = this.#updateColumns();
      const converged = remaining.after(error) <= tolerance;
      if (converged || iterations === maxIterations) {
        const potential = this.#phi.map((value, i) => value + Math.log(this.#alpha[i]));
        return { value: this.#dual(potential) + remaining.correction, potential, iterations, violation, converged };
      }
      if (!withinRange(this.#alpha) || !withinRange(this.#beta)) {
        this.#phi.forEach((value, i) => (this.#phi[i] = value + Math.log(this.#alpha[i])));
        this.#absorb();
        this.#columnSums();
        continue;
      }
      this.#updateRows();
    }
  }

  /** Half a step each way in the log domain from phi, and P with the marginal a. Scalings become one. */
  #absorb(): void {
    const [n, m] = [this.#alpha.length, this.#beta.length];
    for (let j = 0; j < m; j++) {
      let most = -Infinity;
      const exponent = (i: number): number => this.#phi[i] + this.#rows.logMasses[i] - this.#scaledCost[i * m + j];
      for (let i = 0; i < n; i++) most = Math.max(most, exponent(i));
      let sum = 0;
      for (let i = 0; i < n; i++) sum += Math.exp(exponent(i) - most);
      this.#gamma[j] = -most - Math.log(sum);
    }
    for (let i = 0; i < n; i++) {
      let most = -Infinity;
      const exponent = (j: number): number => this.#gamma[j] + this.#columns.logMasses[j] - this.#scaledCost[i * m + j];
      for (let j = 0; j < m; j++) most = Math.max(most, exponent(j));
      let sum = 0;
      for (let j = 0; j < m; j++) sum += this.#plan[i * m + j] = Math.exp(exponent(j) - most);
      for (let j = 0; j < m; j++) this.#plan[i * m + j] *= this.#rows.masses[i] / sum;
      this.#phi[i] = -most - Math.log(sum);
    }
    this.#alpha.fill(1);
    this.#beta.fill(1);
  }

  #columnSums(): void {
    const m = this.#beta.length;
    this.#sums.fill(0);
    this.#alpha.forEach((scaling, i) => {
      for (let j = 0; j < m; j++) this.#sums[j] += scaling * this.#plan[i * m + j];
    });
  }

  /** beta <- b / P^T alpha; how far the second marginal was from b before. */
  #updateColumns(): { error: number; violation: number } {
    let [error, violation] = [0, 0];
    this.#columns.masses.forEach((mass, j) => {
      const deviation = (this.#beta[j] * this.#sums[j]) / mass - 1;
      error += mass * deviation * deviation;
      violation += mass * Math.abs(deviation);
      this.#beta[j] = mass / this.#sums[j];
    });
    return { error, violation };
  }

  /** alpha <- a / P beta, and the column sums that belong to it, in one pass over P. */
  #updateRows(): void {
    const m = this.#beta.length;
    this.#sums.fill(0);
    this.#rows.masses.forEach((mass, i) => {
      let product = 0;
      for (let j = 0; j < m; j++) product += this.#plan[i * m + j] * this.#beta[j];
      const scaling = (this.#alpha[i] = mass / product);
      for (let j = 0; j < m; j++) this.#sums[j] += scaling * this.#plan[i * m + j];
    });
  }

  /** <fKL, a> + <gKL, b> in units of epsilon. The plan has mass one after an update, so nothing else belongs to the dual. */
  #dual(potential: Float64Array): number {
    let sum = 0;
    this.#rows.masses.forEach((mass, i) => (sum += mass * potential[i]));
    this.#columns.masses.forEach((mass, j) => (sum += mass * (this.#gamma[j] + Math.log(this.#beta[j]))));
    return sum;
  }
}

function withinRange(scalings: Float64Array): boolean {
  return scalings.every((value) => value <= MOST_SCALING && value >= 1 / MOST_SCALING);
}
