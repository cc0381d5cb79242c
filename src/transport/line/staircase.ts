/** Two weighted sets of points on a line, each in ascending order. */
export interface SortedPair {
  /** Coordinates [n] and [m]. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Masses up to and with each point, [n] and [m]; both end with the same total. */
  readonly upToX: Float64Array;
  readonly upToY: Float64Array;
}

/**
 * A path of n + m - 1 cells from the first pair of points to the last, one step right or down at a time, with the mass that the
 * monotone plan has in each: that plan is optimal for every convex cost of x - y.
 */
export interface Staircase {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly masses: Float64Array;
}

/** Cumulative masses that differ by less than this share of the total are the same: rounding sets them apart. */
const SAME = 2 ** -45;

/** Where both sides are used up at once the path may go over either corner; `rowFirst` says over which. */
export function staircase({ upToX, upToY }: SortedPair, rowFirst: boolean): Staircase {
  const [n, m] = [upToX.length, upToY.length];
  const steps = n + m - 1;
  const [rows, columns, masses] = [new Int32Array(steps), new Int32Array(steps), new Float64Array(steps)];
  const margin = SAME * upToX[n - 1] * (rowFirst ? 1 : -1);
  let [row, column, done] = [0, 0, 0];
  for (let step = 0; step < steps; step++) {
    rows[step] = row;
    columns[step] = column;
    const goesDown = column === m - 1 || (row < n - 1 && upToX[row] <= upToY[column] + margin);
    const upTo = step === steps - 1 ? upToX[n - 1] : goesDown ? upToX[row] : upToY[column];
    if (upTo > done) {
      masses[step] = upTo - done;
      done = upTo;
    }
    if (goesDown) row++;
    else column++;
  }
  return { rows, columns, masses };
}

/** Masses up to each point of an order, scaled so that they end with `total`; equal masses where there are none. */
export function upTo(masses: Float64Array | undefined, order: Int32Array, total: number): Float64Array {
  const count = order.length;
  if (!masses) return equalUpTo(count, total);
  const sums = new Float64Array(count);
  let sum = 0;
  for (let at = 0; at < count; at++) sums[at] = sum += masses[order[at]];
  const scale = total / sum;
  for (let at = 0; at < count; at++) sums[at] *= scale;
  sums[count - 1] = total;
  return sums;
}

export function equalUpTo(count: number, total: number): Float64Array {
  const sums = new Float64Array(count);
  for (let at = 0; at < count; at++) sums[at] = ((at + 1) / count) * total;
  return sums;
}

/** The cost of the monotone plan, without storing it. */
export function monotoneCost({ x, y, upToX, upToY }: SortedPair, costOf: (difference: number) => number): number {
  const [n, m] = [x.length, y.length];
  let [row, column, done, sum] = [0, 0, 0, 0];
  if (upToX === upToY) {
    for (let at = 0; at < n; at++) sum += costOf(x[at] - y[at]);
    return (sum * upToX[n - 1]) / n;
  }
  while (row < n && column < m) {
    const [ofX, ofY] = [upToX[row], upToY[column]];
    const next = ofX < ofY ? ofX : ofY;
    if (next > done) {
      sum += (next - done) * costOf(x[row] - y[column]);
      done = next;
    }
    if (ofX <= ofY) row++;
    if (ofY <= ofX) column++;
  }
  return sum;
}
