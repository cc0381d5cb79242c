import { pairNumber, type Half } from "./half-iteration.ts";
import type { Side } from "./sides.ts";
import { denseMatrix, type SymmetricMatrix } from "./symmetric-matrix.ts";

/** Short enough for a progress display, long enough for the threads of a map. */
const SLICE_SECONDS = 0.25;
/** Pairs of a map's first slice. */
const FIRST_SLICE = 64;

export interface EvaluatedSlice {
  readonly half: Half;
  /** Negative values set to zero. */
  readonly clamped: number;
  /** What the rest of this half will take at the present rate. */
  readonly secondsLeft: number;
}

/** Evaluates halves slice by slice: the size of a slice follows from the time of the one before, its values do not. */
export class SliceEvaluator {
  readonly #seconds: number;
  /** Pairs a second in the last slice of a map. */
  readonly #rates = new Map<Side, number>();
  /** The ground cost of the present evaluation, as the map takes it. */
  #cost: { readonly of: SymmetricMatrix; readonly matrix: Float64Array } | undefined;

  /** @param seconds what a call of a map should take */
  constructor(seconds = SLICE_SECONDS) {
    this.#seconds = seconds;
  }

  /**
   * Evaluates the next pairs of `half` under the ground cost `cost`.
   *
   * @param weight what the regulariser is multiplied with
   */
  async next(half: Half, side: Side, cost: SymmetricMatrix, weight: number): Promise<EvaluatedSlice> {
    const { list, values, done: from } = half;
    if (this.#cost?.of !== cost) this.#cost = { of: cost, matrix: denseMatrix(cost) };
    const rate = this.#rates.get(side);
    const size = rate === undefined ? FIRST_SLICE : Math.max(1, Math.round(rate * this.#seconds));
    const to = Math.min(values.length, from + size);

    const startedAt = performance.now();
    const clamped = await side.map.evaluate(this.#cost.matrix, { from, to, list }, values);
    const seconds = Math.max(performance.now() - startedAt, 1e-3) / 1000;
    this.#rates.set(side, (to - from) / seconds);

    const { regularizer } = side;
    if (regularizer && weight > 0) {
      for (let position = from; position < to; position++) {
        values[position] += weight * regularizer[pairNumber(list, position)];
      }
    }
    const secondsLeft = ((values.length - to) * seconds) / (to - from);
    return { half: { ...half, done: to }, clamped, secondsLeft };
  }
}
