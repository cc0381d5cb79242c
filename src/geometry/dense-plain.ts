import type { HostKernel } from "./geometry.ts";
import { NEGLIGIBLE } from "./log-sum.ts";

/**
 * Float64 operators of a cost matrix C [n, m] in TypeScript alone, which run in a browser too. Holds K = exp(-C / epsilon),
 * formed at the first use in that domain. `shift` is what `logApplyCost` takes off the costs.
 */
export function plainDenseKernel(
  cost: Float64Array,
  [n, m]: readonly [number, number],
  epsilon: number,
  shift = 0,
): HostKernel {
  let gibbs: Float64Array | undefined;
  const gibbsOnce = (): Float64Array => (gibbs ??= cost.map((entry) => Math.exp(-entry / epsilon)));
  const columnLargest = new Float64Array(m);
  const inverse = 1 / epsilon;

  function apply(x: Float64Array, out: Float64Array): Float64Array {
    const kernel = gibbsOnce();
    for (let row = 0, at = 0; row < n; row++) {
      let sum = 0;
      for (let column = 0; column < m; column++, at++) sum += kernel[at] * x[column];
      out[row] = sum;
    }
    return out;
  }

  // Row by row, so that the matrix is read in the order in which it lies in memory.
  function applyTranspose(x: Float64Array, out: Float64Array): Float64Array {
    const kernel = gibbsOnce();
    out.fill(0);
    for (let row = 0, at = 0; row < n; row++) {
      const weight = x[row];
      for (let column = 0; column < m; column++, at++) out[column] += kernel[at] * weight;
    }
    return out;
  }

  function applyCost(x: Float64Array, out: Float64Array): Float64Array {
    const kernel = gibbsOnce();
    for (let row = 0, at = 0; row < n; row++) {
      let sum = 0;
      for (let column = 0; column < m; column++, at++) sum += cost[at] * kernel[at] * x[column];
      out[row] = sum;
    }
    return out;
  }

  function logApply(x: Float64Array, out: Float64Array): Float64Array {
    for (let row = 0, start = 0; row < n; row++, start += m) {
      let largest = -Infinity;
      for (let column = 0; column < m; column++) {
        const term = x[column] - cost[start + column] * inverse;
        if (term > largest) largest = term;
      }
      let sum = 0;
      for (let column = 0; column < m; column++) {
        const below = x[column] - cost[start + column] * inverse - largest;
        if (below > NEGLIGIBLE) sum += Math.exp(below);
      }
      out[row] = largest === -Infinity ? -Infinity : largest + Math.log(sum);
    }
    return out;
  }

  function logApplyTranspose(x: Float64Array, out: Float64Array): Float64Array {
    columnLargest.fill(-Infinity);
    for (let row = 0, at = 0; row < n; row++) {
      for (let column = 0; column < m; column++, at++) {
        const term = x[row] - cost[at] * inverse;
        if (term > columnLargest[column]) columnLargest[column] = term;
      }
    }
    out.fill(0);
    for (let row = 0, at = 0; row < n; row++) {
      for (let column = 0; column < m; column++, at++) {
        const below = x[row] - cost[at] * inverse - columnLargest[column];
        if (below > NEGLIGIBLE) out[column] += Math.exp(below);
      }
    }
    for (let column = 0; column < m; column++) {
      const largest = columnLargest[column];
      out[column] = largest === -Infinity ? -Infinity : largest + Math.log(out[column]);
    }
    return out;
  }

  function logApplyCost(x: Float64Array, out: Float64Array): Float64Array {
    for (let row = 0, start = 0; row < n; row++, start += m) {
      const term = (column: number): number => {
        const entry = cost[start + column];
        return x[column] - entry * inverse + Math.log(entry - shift);
      };
      let largest = -Infinity;
      for (let column = 0; column < m; column++) largest = Math.max(largest, term(column));
      let sum = 0;
      if (largest > -Infinity) {
        for (let column = 0; column < m; column++) sum += Math.exp(term(column) - largest);
      }
      out[row] = largest === -Infinity ? -Infinity : largest + Math.log(sum);
    }
    return out;
  }

  return { epsilon, apply, applyTranspose, applyCost, logApply, logApplyTranspose, logApplyCost };
}
