import type { HostPlan } from "./plan.ts";

/** Costs of row i, C_i0 .. C_im: a view or a buffer that is overwritten at the next call. */
export type CostRow = (i: number) => Float64Array;

/**
 * Calls `use(i, j, P_ij)` for the entries of P that are not zero, row by row. What has no mass is passed over, so that 0 times an
 * infinite weight does not come up.
 */
export function eachEntry(
  row: CostRow,
  epsilon: number,
  u: Float64Array,
  v: Float64Array,
  use: (i: number, j: number, entry: number, cost: number) => void,
): void {
  const inverse = 1 / epsilon;
  for (let i = 0; i < u.length; i++) {
    if (u[i] === -Infinity) continue;
    const cost = row(i);
    for (let j = 0; j < v.length; j++) {
      const entry = Math.exp(u[i] + v[j] - cost[j] * inverse);
      if (entry !== 0) use(i, j, entry, cost[j]);
    }
  }
}

/** `apply` and `applyTranspose` of the plan whose costs come row by row, in TypeScript alone. */
export function planProducts(
  row: CostRow,
  epsilon: number,
  u: Float64Array,
  v: Float64Array,
): Pick<HostPlan, "shape" | "epsilon" | "apply" | "applyTranspose"> {
  const [n, m] = [u.length, v.length];
  return {
    shape: [n, m],
    epsilon,
    apply(z, out) {
      out.fill(0);
      const vectors = z.length / m;
      eachEntry(row, epsilon, u, v, (i, j, entry) => {
        for (let k = 0; k < vectors; k++) out[k * n + i] += entry * z[k * m + j];
      });
      return out;
    },
    applyTranspose(z, out) {
      out.fill(0);
      const vectors = z.length / n;
      eachEntry(row, epsilon, u, v, (i, j, entry) => {
        for (let k = 0; k < vectors; k++) out[k * m + j] += entry * z[k * n + i];
      });
      return out;
    },
  };
}
