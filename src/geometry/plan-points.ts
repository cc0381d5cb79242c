import type { Coordinates } from "./geometry.ts";
import type { HostPlan, PlanWeights } from "./plan.ts";
import { POINT_COSTS } from "./point-cost.ts";

/** The plan between points x [n, d] and y [m, d], which are its variables, in TypeScript alone. Memory: O((n + m) d). */
export function pointsPlan(
  { x: first, y: second, cost }: Coordinates,
  epsilon: number,
  u: Float64Array,
  v: Float64Array,
): HostPlan {
  const [n, m, d] = [u.length, v.length, first.shape[1]];
  const [x, y] = [first.data, second.data];
  const rule = POINT_COSTS[cost];
  const inverse = 1 / epsilon;

  /** The entries that are not zero, row by row: what has no mass is passed over, where a weight may be infinite. */
  function eachEntry(use: (i: number, j: number, entry: number, costOfPair: number) => void): void {
    for (let i = 0; i < n; i++) {
      if (u[i] === -Infinity) continue;
      for (let j = 0; j < m; j++) {
        const costOfPair = rule.cost(x, i * d, y, j * d, d);
        const entry = Math.exp(u[i] + v[j] - costOfPair * inverse);
        if (entry !== 0) use(i, j, entry, costOfPair);
      }
    }
  }

  function apply(z: Float64Array, out: Float64Array): Float64Array {
    out.fill(0);
    eachEntry((i, j, entry) => {
      for (let from = j, to = i; to < out.length; from += m, to += n) out[to] += entry * z[from];
    });
    return out;
  }

  function applyTranspose(z: Float64Array, out: Float64Array): Float64Array {
    out.fill(0);
    eachEntry((i, j, entry) => {
      for (let from = i, to = j; to < out.length; from += n, to += m) out[to] += entry * z[from];
    });
    return out;
  }

  function reduce({ alpha, beta, gamma = 0, delta = 0, direction, curvature = 0, slopes = false }: PlanWeights) {
    const along = direction && "x" in direction ? direction : undefined;
    const change = delta !== 0 ? along : undefined;
    const bend = slopes && curvature !== 0 ? along : undefined;
    const rows = new Float64Array(n);
    const columns = new Float64Array(m);
    const points = slopes ? { x: new Float64Array(n * d), y: new Float64Array(m * d) } : undefined;
    const [inX, inY] = [new Float64Array(d), new Float64Array(d)];
    eachEntry((i, j, entry, costOfPair) => {
      const [ofX, ofY] = [i * d, j * d];
      if (slopes || change) {
        rule.slope(x, ofX, y, ofY, d, inX);
        rule.slope(y, ofY, x, ofX, d, inY);
      }
      let factor = gamma * costOfPair;
      if (alpha) factor += alpha[i];
      if (beta) factor += beta[j];
      if (change) {
        let slope = 0;
        for (let axis = 0; axis < d; axis++) {
          slope += inX[axis] * change.x[ofX + axis] + inY[axis] * change.y[ofY + axis];
        }
        factor += delta * slope;
      }
      const weight = entry * factor;
      rows[i] += weight;
      columns[j] += weight;
      if (!points) return;
      addScaled(points.x, ofX, inX, weight);
      addScaled(points.y, ofY, inY, weight);
      if (!bend) return;
      rule.curvature(x, ofX, y, ofY, d, bend.x, bend.y, inX);
      rule.curvature(y, ofY, x, ofX, d, bend.y, bend.x, inY);
      addScaled(points.x, ofX, inX, curvature * entry);
      addScaled(points.y, ofY, inY, curvature * entry);
    });
    return { rows, columns, ...(points && { points }) };
  }

  return { shape: [n, m], epsilon, apply, applyTranspose, reduce };
}

function addScaled(sums: Float64Array, at: number, vector: Float64Array, factor: number): void {
  for (let axis = 0; axis < vector.length; axis++) sums[at + axis] += factor * vector[axis];
}
