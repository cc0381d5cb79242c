import type { PointCosts, PointRule } from "./point-costs.ts";

/**
 * Costs of the arcs between rows and columns as the simplex reads them: from a matrix, or formed from points while it prices, so
 * that no matrix is there. A cost that is formed twice has the same bits.
 */
export interface ArcCosts {
  readonly rows: number;
  readonly columns: number;
  /** No cost is greater in size. */
  readonly largest: number;
  /** Where `load` leaves a row; changes with the next one. */
  readonly entries: Float64Array;
  /** Makes the costs of a row readable, and returns where they begin in `entries`. */
  load(row: number): number;
  at(row: number, column: number): number;
}

/** Those of a matrix [rows, columns]. */
export function matrixCosts(entries: Float64Array, rows: number, columns: number): ArcCosts {
  const largest = entries.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  const at = (row: number, column: number): number => entries[row * columns + column];
  return { rows, columns, largest, entries, load: (row) => row * columns, at };
}

/** Those between some points x and some points y, which are copied. */
export function cloudCosts(
  { rule, x, y, dimension, largest }: PointCosts,
  rows: Int32Array,
  columns: Int32Array,
): ArcCosts {
  const count = columns.length;
  const places = new Float64Array(rows.length * dimension);
  rows.forEach((row, i) => places.set(x.subarray(row * dimension, (row + 1) * dimension), i * dimension));
  const others = new Float64Array(dimension * count); // [dimension, columns]
  columns.forEach((column, j) => {
    for (let axis = 0; axis < dimension; axis++) others[axis * count + j] = y[column * dimension + axis];
  });
  const entries = new Float64Array(count);
  let loaded = -1;
  const { add, finish } = RULES[rule];

  function load(row: number): number {
    if (row === loaded) return 0;
    loaded = row;
    entries.fill(0);
    for (let axis = 0; axis < dimension; axis++) {
      add(entries, others.subarray(axis * count, (axis + 1) * count), places[row * dimension + axis]);
    }
    finish(entries);
    return 0;
  }

  return {
    rows: rows.length,
    columns: count,
    largest,
    entries,
    load,
    at: (row, column) => entries[load(row) + column],
  };
}

/** What a coordinate `here` adds to the sums of all `there`, and the costs of the sums. */
interface Rule {
  readonly add: (sums: Float64Array, there: Float64Array, here: number) => void;
  readonly finish: (sums: Float64Array) => void;
}

function addSquares(sums: Float64Array, there: Float64Array, here: number): void {
  for (let j = 0; j < sums.length; j++) sums[j] += (there[j] - here) * (there[j] - here);
}

function addSizes(sums: Float64Array, there: Float64Array, here: number): void {
  for (let j = 0; j < sums.length; j++) sums[j] += Math.abs(there[j] - here);
}

const asTheyAre = (): void => undefined;
const RULES: Readonly<Record<PointRule, Rule>> = {
  "squared-euclidean": { add: addSquares, finish: asTheyAre },
  "half-squared-euclidean": {
    add: addSquares,
    finish(sums) {
      for (let j = 0; j < sums.length; j++) sums[j] *= 0.5;
    },
  },
  euclidean: {
    add: addSquares,
    finish(sums) {
      for (let j = 0; j < sums.length; j++) sums[j] = Math.sqrt(sums[j]);
    },
  },
  manhattan: { add: addSizes, finish: asTheyAre },
};
