import { eachEntry, planProducts } from "./plan-rows.ts";
import type { HostPlan } from "./plan.ts";

/** The plan of a cost matrix C [n, m], whose entries are its variables. */
export function matrixPlan(cost: Float64Array, epsilon: number, u: Float64Array, v: Float64Array): HostPlan {
  const [n, m] = [u.length, v.length];
  const row = (i: number): Float64Array => cost.subarray(i * m, (i + 1) * m);
  return {
    ...planProducts(row, epsilon, u, v),
    reduce({ alpha, beta, gamma = 0, delta = 0, direction, slopes = false }) {
      const change = delta !== 0 && direction && "cost" in direction ? direction.cost : undefined;
      const rows = new Float64Array(n);
      const columns = new Float64Array(m);
      const weights = slopes ? new Float64Array(n * m) : undefined;
      eachEntry(row, epsilon, u, v, (i, j, entry, costOfPair) => {
        let factor = gamma * costOfPair;
        if (alpha) factor += alpha[i];
        if (beta) factor += beta[j];
        if (change) factor += delta * change[i * m + j];
        const weight = entry * factor;
        rows[i] += weight;
        columns[j] += weight;
        if (weights) weights[i * m + j] = weight;
      });
      return { rows, columns, ...(weights && { cost: weights }) };
    },
  };
}
