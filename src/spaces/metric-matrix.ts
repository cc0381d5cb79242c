import { InputError } from "../errors.ts";
import type { Entries } from "../linear-algebra/product/engine.ts";
import { matrixProduct } from "../linear-algebra/product/product.ts";
import { float64Of, ndarray, type NdArray } from "../tensor/ndarray.ts";
import type { Metric } from "./metric.ts";

/** D_ij and D_ji, and D_ii and zero, may differ by this share of the largest distance: what rounding in float32 leaves. */
const ROUNDING_SHARE = 1e-5;

/** Sums of squares of distances stay numbers. */
const MOST_DISTANCE = 1e150;

/** Entries are compared with their mirror images in tiles of this width, so that both are read in runs. */
const TILE = 64;

/**
 * The metric of a distance matrix [n, n]. A matrix in float32 or float64 is not copied: leave it unchanged while the metric is in
 * use. Sums are float64 in both cases, so float32 costs the rounding of each distance (6e-8 of it) and nothing more, and
 * 10 000 points take 400 MB.
 *
 * A matrix that is symmetric with a zero diagonal up to rounding (1e-5 of the largest distance), as matrix arithmetic makes
 * them, is replaced by a copy, the mean of it and its transpose with zeros on the diagonal. Throws InputError, naming the first
 * bad entry, unless it is square, finite, not negative, zero on the diagonal and symmetric.
 */
export function matrixMetric(distances: NdArray): Metric {
  const { shape } = distances;
  const [n] = shape;
  if (shape.length !== 2 || shape[1] !== n || n === 0) {
    throw new InputError(`distances: expected a square matrix [n, n], got shape [${shape.join(", ")}]`);
  }
  const given = distances.data instanceof Float32Array ? distances.data : float64Of(distances.data, "distances");
  ndarray(given, shape);
  const largest = largestEntry(given, n);
  const data = checkDiagonal(given, n, largest) && checkSymmetry(given, n, largest) ? given : symmetrised(given, n);
  return {
    points: n,
    largest,
    product: (v, columns) => matrixProduct(data, v, [n, n, columns]),
    rightProduct: (v, rows) => matrixProduct(v, data, [rows, n, n]),
    squaredProduct: (p) => squaredProduct(data, p),
    matrix: () => ndarray(Float64Array.from(data), [n, n]),
  };
}

/** Throws InputError for an entry that is no distance. */
function largestEntry(data: Entries, n: number): number {
  let largest = 0;
  for (let at = 0; at < data.length; at++) {
    const entry = data[at];
    if (!(entry >= 0 && entry <= MOST_DISTANCE)) {
      const expected = `finite entries >= 0 (of at most ${MOST_DISTANCE})`;
      throw new InputError(`distances: expected ${expected}, got ${entry} at [${Math.floor(at / n)}, ${at % n}]`);
    }
    if (entry > largest) largest = entry;
  }
  return largest;
}

/** True where all zeros are exact. Throws InputError. */
function checkDiagonal(data: Entries, n: number, largest: number): boolean {
  let exact = true;
  for (let i = 0; i < n; i++) {
    const entry = data[i * n + i];
    if (entry === 0) continue;
    if (entry > ROUNDING_SHARE * largest || n === 1) {
      throw new InputError(`distances: expected zeros on the diagonal, got ${entry} at [${i}, ${i}]`);
    }
    exact = false;
  }
  return exact;
}

/** True where all mirror images are equal. Throws InputError. */
function checkSymmetry(data: Entries, n: number, largest: number): boolean {
  let [exact, close] = [true, true];
  const tolerance = ROUNDING_SHARE * largest;
  for (let top = 0; top < n; top += TILE) {
    for (let left = top; left < n; left += TILE) {
      for (let i = top; i < Math.min(n, top + TILE); i++) {
        for (let j = Math.max(left, i + 1); j < Math.min(n, left + TILE); j++) {
          const difference = Math.abs(data[i * n + j] - data[j * n + i]);
          if (difference === 0) continue;
          exact = false;
          if (difference > tolerance) close = false;
        }
      }
    }
  }
  if (!close) throw asymmetry(data, n, tolerance);
  return exact;
}

/** Tells the first place by rows, which tiles may not have met first. */
function asymmetry(data: Entries, n: number, tolerance: number): InputError {
  for (let i = 0; ; i++) {
    for (let j = i + 1; j < n; j++) {
      const [entry, mirrored] = [data[i * n + j], data[j * n + i]];
      if (Math.abs(entry - mirrored) <= tolerance) continue;
      return new InputError(
        `distances: not symmetric: ${entry} at [${i}, ${j}], ${mirrored} at [${j}, ${i}]; give one distance to a pair`,
      );
    }
  }
}

function symmetrised(data: Entries, n: number): Entries {
  const copy = data.slice();
  for (let i = 0; i < n; i++) {
    copy[i * n + i] = 0;
    for (let j = i + 1; j < n; j++) copy[i * n + j] = copy[j * n + i] = (data[i * n + j] + data[j * n + i]) / 2;
  }
  return copy;
}

function squaredProduct(data: Entries, p: Float64Array): Float64Array {
  const n = p.length;
  const out = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++, at++) sum += data[at] * data[at] * p[j];
    out[i] = sum;
  }
  return out;
}
