import type { HostKernel } from "../../geometry/geometry.ts";
import { rowOf } from "../../tensor/ndarray.ts";
import type { NewtonBatch } from "./choose.ts";
import { dampedDirection, type DualPoint } from "./conjugate-gradients.ts";

/** While the error is larger than this, Sinkhorn's iterations are better than the quadratic model; so many of them at most. */
const FAR = 0.1;
const MOST_FAR = 200;
/** Shares of the error by which the system is damped; more after a step that had to be shortened. */
const DAMPING = 0.01;
const MORE_DAMPING = 4;
/** Lengths of a step that are tried, each so much shorter, and the iterations of Sinkhorn after none was good. */
const LENGTHS = 6;
const SHORTER = 0.25;
const RECOVERY = 20;
/** Sufficient increase of the dual, and of the error at most so much of it may remain. */
const INCREASE = 1e-4;
const DECREASE = 0.1;

/**
 * Entropic transport by Newton's method in float64. The concave dual, over log v with log u = log(a / K v) put in (the first marginal
 * is exact), has the gradient b - c with c = P^T 1 and the Hessian -(diag(c) - P^T diag(1 / a) P). Its system is solved by conjugate
 * gradients, damped by a share of the error, so that steps are short where the quadratic model is poor (Brauer, Clason, Lorenz, Wirth
 * 2017, for the undamped one). The form of `cpp/newton/newton.cc` for every geometry, on logarithms throughout.
 */
export class HostNewton {
  readonly #kernel: HostKernel;
  readonly #logKv: Float64Array;
  readonly #logKtu: Float64Array;
  readonly #c: Float64Array;
  #a: Float64Array = new Float64Array();
  #b: Float64Array = new Float64Array();
  #logU: Float64Array = new Float64Array();
  #logV: Float64Array = new Float64Array();
  #error = 0;
  #products = 0;
  #damping = DAMPING;

  constructor(kernel: HostKernel, [n, m]: readonly [n: number, m: number]) {
    this.#kernel = kernel;
    this.#logKv = new Float64Array(n);
    this.#logKtu = new Float64Array(m);
    this.#c = new Float64Array(m);
  }

  /** Solves one pair of a batch. */
  solve(batch: Omit<NewtonBatch, "count">, pair: number): void {
    const [n, m] = [this.#logKv.length, this.#logKtu.length];
    this.#a = rowOf(batch.a, n, pair);
    this.#b = rowOf(batch.b, m, pair);
    this.#logU = rowOf(batch.logU, n, pair);
    this.#logV = rowOf(batch.logV, m, pair);
    this.#products = 0;
    this.#damping = DAMPING;
    this.#b.forEach((mass, j) => mass === 0 && (this.#logV[j] = -Infinity));
    this.#update();
    for (let far = 0; this.#error > batch.tolerance && this.#products < batch.products;) {
      if (this.#error > FAR && far++ < MOST_FAR) this.#sinkhorn();
      else if (!this.#step(batch.products)) for (let k = 0; k < RECOVERY; k++) this.#sinkhorn();
    }
    batch.errors[pair] = this.#error;
    batch.taken[pair] = this.#products;
  }

  /** log u from log v, the second marginal c and its error. */
  #update(): void {
    const [a, b, logU, logV, c] = [this.#a, this.#b, this.#logU, this.#logV, this.#c];
    this.#kernel.logApply(logV, this.#logKv);
    for (let i = 0; i < a.length; i++) logU[i] = Math.log(a[i]) - (a[i] > 0 ? this.#logKv[i] : 0);
    this.#kernel.logApplyTranspose(logU, this.#logKtu);
    this.#products += 2;
    this.#error = 0;
    for (let j = 0; j < b.length; j++) {
      c[j] = b[j] > 0 ? Math.exp(logV[j] + this.#logKtu[j]) : 0;
      this.#error += Math.abs(c[j] - b[j]);
    }
  }

  #sinkhorn(): void {
    const [b, logV] = [this.#b, this.#logV];
    for (let j = 0; j < b.length; j++) if (b[j] > 0) logV[j] = Math.log(b[j]) - this.#logKtu[j];
    this.#update();
  }

  #dual(): number {
    return weightedSum(this.#a, this.#logU) + weightedSum(this.#b, this.#logV);
  }

  /** One step of Newton; false, and where it began, if no length of it was good. */
  #step(mostProducts: number): boolean {
    const [b, logV] = [this.#b, this.#logV];
    const [before, value] = [this.#error, this.#dual()];
    const point: DualPoint = { a: this.#a, b, c: this.#c, logU: this.#logU, logV };
    const left = mostProducts - this.#products;
    const { direction, gain, products } = dampedDirection(this.#kernel, point, {
      error: before,
      damping: this.#damping * before,
      products: left,
    });
    this.#products += products;
    const from = logV.slice();
    const goTo = (length: number): void => {
      for (let j = 0; j < b.length; j++) if (b[j] > 0) logV[j] = from[j] + length * direction[j];
      this.#update();
    };
    for (let tried = 0, length = 1; tried < LENGTHS; tried++, length *= SHORTER) {
      goTo(length);
      const rises = this.#dual() > value + INCREASE * length * gain && this.#error < 2 * before;
      if (this.#error < (1 - DECREASE * length) * before || rises) {
        if (length === 1) this.#damping = Math.max(DAMPING, this.#damping / MORE_DAMPING);
        return true;
      }
      this.#damping *= MORE_DAMPING;
    }
    goTo(0);
    return false;
  }
}

/** Sum of mass times potential where there is mass; potentials are -Infinity elsewhere. */
export function weightedSum(masses: Float64Array, potential: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < masses.length; i++) if (masses[i] > 0) sum += masses[i] * potential[i];
  return sum;
}
