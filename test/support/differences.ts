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
