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
