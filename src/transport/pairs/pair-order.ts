import { InputError } from "../../errors.ts";
import { float64Of, type Numbers } from "../../tensor/ndarray.ts";

/**
 * The one order of the pairs of n things: along the rows of the upper triangle without the diagonal, (0, 1), (0, 2), ...,
 * (0, n-1), (1, 2), ..., which is that of SciPy's `pdist` and `squareform`, so that values go to scikit-learn and back as they
 * are. A value for each pair in this order is a condensed matrix.
 */
export interface PairList {
  /** Pair k is row rows[k] of the first histograms with row columns[k] of the second. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** n (n - 1) / 2 */
export function pairCount(n: number): number {
  return (n * (n - 1)) / 2;
}

/** The number of the pair of two of n things, in either order. */
export function pairIndex(i: number, j: number, n: number): number {
  const [first, second] = i < j ? [i, j] : [j, i];
  return rowStart(first, n) + second - first - 1;
}

/** The pair [i, j], i < j, of a number among n things. */
export function pairAt(number: number, n: number): [i: number, j: number] {
  const behind = pairCount(n) - 1 - number;
  let rows = Math.floor((Math.sqrt(8 * behind + 1) - 1) / 2); // whole rows behind that of the pair
  if (pairCount(rows + 1) > behind)
    rows--; // the root is rounded
  else if (pairCount(rows + 2) <= behind) rows++;
  return [n - 2 - rows, n - 1 - (behind - pairCount(rows + 1))];
}

/** All pairs i < j of n histograms. */
export function allPairs(n: number): PairList {
  const rows = new Int32Array(pairCount(n));
  const columns = new Int32Array(pairCount(n));
  for (let i = 0, pair = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, pair++) {
      rows[pair] = i;
      columns[pair] = j;
    }
  }
  return { rows, columns };
}

/** The symmetric matrix [n, n] of a value for each pair, row-major, with one value on its diagonal. Throws InputError. */
export function squareFromCondensed(condensed: Numbers, n: number, diagonal = 0): Float64Array<ArrayBuffer> {
  const values = float64Of(condensed, "condensed matrix");
  if (values.length !== pairCount(n)) {
    throw new InputError(`condensed matrix: expected ${pairCount(n)} values, a pair of ${n}, got ${values.length}`);
  }
  const square = new Float64Array(n * n);
  for (let i = 0, pair = 0; i < n; i++) {
    square[i * n + i] = diagonal;
    for (let j = i + 1; j < n; j++, pair++) square[i * n + j] = square[j * n + i] = values[pair];
  }
  return square;
}

/** The upper triangle of a square matrix [n, n], a value for each pair. The rest is not read. Throws InputError. */
export function condensedFromSquare(square: Numbers, n: number): Float64Array<ArrayBuffer> {
  const values = float64Of(square, "square matrix");
  if (values.length !== n * n)
    throw new InputError(`square matrix: expected [${n}, ${n}], got ${values.length} values`);
  const condensed = new Float64Array(pairCount(n));
  for (let i = 0, pair = 0; i < n; i++) for (let j = i + 1; j < n; j++) condensed[pair++] = values[i * n + j];
  return condensed;
}

/** Number of the pair (i, i + 1). */
function rowStart(i: number, n: number): number {
  return i * n - (i * (i + 1)) / 2;
}
