/** Above this the estimate of what is left would be noise. */
const MOST_CONTRACTION = 0.999;
/** Assumed before two errors are known. */
const FIRST_CONTRACTION = 0.98;

/**
 * How far the dual of one pair is from its optimum, in units of epsilon.
 *
 * With P 1 = a, the update of the second scaling adds KL(b | P^T 1) to the dual, to leading order half of
 * `error = sum b (P^T 1 / b - 1)^2`. Every half step that follows adds a term that is smaller by the square root of the ratio q
 * of two such errors, so after this update `error / 2 * sqrt q / (1 - sqrt q)` is left. Ratios grow while fast modes die out:
 * the larger of the last two counts.
 */
export class RemainingDual {
  #previous = Infinity;
  #ratio = 0;
  #rest = 0;

  /** Takes the error in front of an update; returns what is left of the dual after it, on the safe side at first. */
  after(error: number): number {
    const known = this.#previous < Infinity;
    const ratio = known ? error / this.#previous : FIRST_CONTRACTION;
    const contraction = Math.sqrt(Math.min(MOST_CONTRACTION, Math.max(ratio, this.#ratio)));
    this.#ratio = ratio;
    this.#previous = error;
    const rest = ((error / 2) * contraction) / (1 - contraction);
    this.#rest = known ? rest : 0;
    return rest;
  }

  /** The last estimate, to be added to the dual; zero as long as it rested on an assumption. */
  get correction(): number {
    return this.#rest;
  }
}
