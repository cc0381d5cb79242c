// Derivatives of float64 functions by differences, to compare analytic ones with.

/** d f(x + t direction) / dt at 0 by central differences of fourth order. */
export function directionalDerivative(
  f: (x: readonly Float64Array[]) => Float64Array | number,
  x: readonly Float64Array[],
  direction: readonly Float64Array[],
  step = 1e-3,
): Float64Array {
  const at = (t: number): Float64Array => {
    const value = f(x.map((values, part) => values.map((entry, index) => entry + t * direction[part][index])));
    return typeof value === "number" ? Float64Array.of(value) : value;
  };
  const [left2, left, right, right2] = [-2, -1, 1, 2].map((times) => at(times * step));
  return left.map((_, i) => (left2[i] - 8 * left[i] + 8 * right[i] - right2[i]) / (12 * step));
}

/** Central differences of a function of numbers, one entry at a time. */
export function centralDifferences(value: (x: Float64Array) => number, at: Float64Array, step = 1e-6): Float64Array {
  return at.map((_, index) => {
    const moved = (by: number): number => value(at.map((entry, other) => (other === index ? entry + by : entry)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
}

/** Less their mean. */
export function withoutMean(values: ArrayLike<number>): Float64Array {
  const all = Float64Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  return all.map((value) => value - mean);
}
