/** How much of the largest cost, in units of rounding, a side of a triangle may be longer than the other two together. */
const TRIANGLE_UNITS = 8;

/** Whether a square cost has a zero diagonal and obeys the triangle inequality up to rounding. */
export function isMetric(cost: Float64Array, size: number): boolean {
  for (let i = 0; i < size; i++) if (cost[i * size + i] !== 0) return false;
  const tolerance = TRIANGLE_UNITS * Number.EPSILON * cost.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const first = cost[i * size + k] + tolerance;
      for (let j = 0; j < size; j++) if (cost[i * size + j] > first + cost[k * size + j]) return false;
    }
  }
  return true;
}

/** What is transported of two histograms, by bins. */
export interface Excess {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly supply: Float64Array;
  readonly demand: Float64Array;
}

/** What two balanced histograms over the same bins have beyond each other. */
export function withoutCommonMass(
  [rows, supply]: readonly [bins: Int32Array, masses: Float64Array],
  [columns, demand]: readonly [bins: Int32Array, masses: Float64Array],
): Excess {
  const excess = new Float64Array(Math.max(rows[rows.length - 1], columns[columns.length - 1]) + 1);
  rows.forEach((bin, k) => (excess[bin] += supply[k]));
  columns.forEach((bin, k) => (excess[bin] -= demand[k]));
  const bins = Int32Array.from(excess.keys());
  const [more, less] = [bins.filter((bin) => excess[bin] > 0), bins.filter((bin) => excess[bin] < 0)];
  return {
    rows: more,
    columns: less,
    supply: Float64Array.from(more, (bin) => excess[bin]),
    demand: Float64Array.from(less, (bin) => -excess[bin]),
  };
}
