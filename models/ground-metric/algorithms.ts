import { RunError } from "../../src/errors.ts";
import { pairNumber } from "./half-iteration.ts";
import { largestEntry, type SymmetricMatrix } from "./symmetric-matrix.ts";

/** Largest entries that leave room for the products of the other side's map, in float64. */
const LEAST_LARGEST = 1e-100;
const MOST_LARGEST = 1e100;

/** Values of a map that were computed for one update of a matrix. */
export interface Evaluated {
  /** F(B) with its regulariser, at the positions of `list`. */
  readonly values: Float64Array;
  /** F(B) on the diagonal of a kernel matrix; 0 for other forms. */
  readonly diagonal: number;
  /** Pair numbers in ascending order; undefined: all pairs. */
  readonly list?: Int32Array;
}

/** A matrix after an update, and what its next update needs. */
interface Updated {
  readonly matrix: SymmetricMatrix;
  /** lambda or mu of the normalised algorithms, alpha or beta of the others. */
  readonly scale: number;
  /** What evaluated values were multiplied with: entries moved towards `factor` F(B). */
  readonly factor: number;
}

/** One update of a matrix, A from F(B) or B from G(A). `step` counts iterations from 1. */
export type UpdateRule = (present: SymmetricMatrix, evaluated: Evaluated, scale: number, step: number) => Updated;

/** `A <- F(B) / |F(B)|_inf`; the scale is the largest entry, which converges to a singular value (Algorithm 1). */
export const normalized: UpdateRule = (present, evaluated) => {
  const { matrix, largest } = divided(moved(present, evaluated, 1, 1));
  return { matrix, scale: largest, factor: 1 / largest };
};

/** `A <- alpha F(B)` (Algorithm 2). */
export const unnormalized: UpdateRule = (present, evaluated, scale) => {
  const matrix = requireRange(moved(present, evaluated, scale, 1));
  return { matrix, scale, factor: scale };
};

/**
 * Algorithm 2 with a factor that follows the largest entry: `alpha <- alpha |A|_inf / |A_new|_inf` after each update, so that
 * the iteration neither dies out nor grows, whatever alpha it started from.
 */
export const adaptive: UpdateRule = (present, evaluated, scale) => {
  const matrix = requireRange(moved(present, evaluated, scale, 1));
  return { matrix, scale: (scale * largestEntry(present)) / largestEntry(matrix), factor: scale };
};

/**
 * Random function iterations (Algorithm 3): the sampled entries move by a constant step, `A_kl <- (1 - a) A_kl + a alpha
 * F(B)_kl`; all others stay as they are.
 */
export function randomFunctionIterations(a: number): UpdateRule {
  return (present, evaluated, scale) => {
    const matrix = requireRange(moved(present, evaluated, scale, a));
    return { matrix, scale, factor: scale };
  };
}

/**
 * Stochastic power iterations (Huizing et al. 2022, section 3): sampled entries move by 1 / sqrt(t) towards F(B) / lambda,
 * then the matrix is divided by its largest entry. lambda is estimated by least squares on the samples (remark 3.2), here
 * before it is used, so that the first step does not rest on a guess.
 */
export const stochastic: UpdateRule = (present, evaluated, scale, step) => {
  const weight = 1 / Math.sqrt(step);
  const lambda = (1 - weight) * scale + weight * leastSquaresFactor(present, evaluated);
  const { matrix } = divided(moved(present, evaluated, 1 / lambda, weight));
  return { matrix, scale: lambda, factor: 1 / lambda };
};

/** The factor with which the present entries come closest to the values at the evaluated pairs. */
function leastSquaresFactor(present: SymmetricMatrix, { values, list }: Evaluated): number {
  let products = 0;
  let squares = 0;
  for (let position = 0; position < values.length; position++) {
    const entry = present.values[pairNumber(list, position)];
    products += values[position] * entry;
    squares += entry * entry;
  }
  return squares > 0 && products > 0 ? products / squares : 1;
}

/** Evaluated entries moved by `weight` towards `factor` times their values; the others as they are. */
function moved(
  present: SymmetricMatrix,
  { values, diagonal, list }: Evaluated,
  factor: number,
  weight: number,
): SymmetricMatrix {
  const blend = (entry: number, value: number): number =>
    weight === 1 ? factor * value : (1 - weight) * entry + weight * factor * value;
  const next = list ? present.values.slice() : new Float64Array(values.length);
  for (let position = 0; position < values.length; position++) {
    const pair = pairNumber(list, position);
    next[pair] = blend(present.values[pair], values[position]);
  }
  const onDiagonal = present.form === "kernel" ? blend(present.diagonal, diagonal) : 0;
  return { ...present, values: next, diagonal: onDiagonal };
}

/** Throws RunError where the largest entry leaves the range in which the next products are right. */
function requireRange(matrix: SymmetricMatrix): SymmetricMatrix {
  const largest = checkedLargest(matrix);
  if (largest >= LEAST_LARGEST && largest <= MOST_LARGEST) return matrix;
  throw new RunError(
    `distances left the range of float64: the largest is ${largest}, expected ${LEAST_LARGEST} to ${MOST_LARGEST}; ` +
      "use the normalized algorithm, or an alpha and beta that hold distances where they are",
  );
}

/** The largest entry. Throws RunError where it is zero, as such a metric tells nothing apart, or beyond float64. */
function checkedLargest(matrix: SymmetricMatrix): number {
  const largest = largestEntry(matrix);
  if (largest === 0) throw new RunError("all distances became zero; use a larger tau, or data that differ");
  if (!Number.isFinite(largest))
    throw new RunError("distances left the range of float64; use smaller options, or data of smaller values");
  return largest;
}

/** The matrix over its largest entry. Throws RunError. */
function divided(matrix: SymmetricMatrix): { readonly matrix: SymmetricMatrix; readonly largest: number } {
  const largest = checkedLargest(matrix);
  const { values, diagonal } = matrix;
  return {
    matrix: { ...matrix, values: values.map((value) => value / largest), diagonal: diagonal / largest },
    largest,
  };
}
