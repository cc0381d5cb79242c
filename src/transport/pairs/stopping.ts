/** Above this the estimate of what is left would be noise. */
const MOST_CONTRACTION = 0.999;
/** Assumed before two errors are known. */
const FIRST_CONTRACTION = 0.98;

/**
 * The stopping test of one pair, on the dual value in units of epsilon.
 *
 * With P 1 = a, the update of the second scaling adds KL(b | P^T 1) to the dual, to leading order half of
 * `error = sum b (P^T 1 / b - 1)^2`. The following updates add terms that shrink by the ratio q of two errors, so what is
 * left after this update is about `error / 2 * q / (1 - q)`. Ratios grow while fast modes die out: the larger of the last
 * two counts.
 */
export class StoppingTest {
  readonly #tolerance: number;
  #previous = Infinity;
  #ratio = 0;

  constructor(tolerance: number) {
    this.#tolerance = tolerance;
  }

  /** Takes the error in front of an update, and says whether the dual after it is within the tolerance. */
  reached(error: number): boolean {
    const ratio = this.#previous < Infinity ? error / this.#previous : FIRST_CONTRACTION;
    const contraction = Math.min(MOST_CONTRACTION, Math.max(ratio, this.#ratio));
    this.#ratio = ratio;
    this.#previous = error;
    return ((error / 2) * contraction) / (1 - contraction) <= this.#tolerance;
  }
}
