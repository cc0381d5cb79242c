import { DenseOperator } from "../native/dense-operator.ts";
import { addonFor } from "./addon-for.ts";
import { gibbsMatrix } from "./dense-host.ts";
import type { HostPlan } from "./plan.ts";

/** Products with P, and P [n, m] itself, formed at the first use: where C is kept, P may be too. */
export type MatrixProducts = Omit<HostPlan, "reduce"> & { entries(): Float64Array };

export function matrixProducts(cost: Float64Array, epsilon: number, u: Float64Array, v: Float64Array): MatrixProducts {
  const [n, m] = [u.length, v.length];
  let plan: Float64Array | undefined;

  function entries(): Float64Array {
    if (plan) return plan;
    const exponents = new Float64Array(n * m);
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < m; j++, at++) exponents[at] = cost[at] / epsilon - v[j] - u[i];
    }
    return (plan = gibbsMatrix(exponents, [n, m], 1, exponents));
  }

  /** P or P^T times each of the rows of z. */
  function products(name: "apply" | "applyTranspose", z: Float64Array, out: Float64Array): Float64Array {
    const [length, outLength] = name === "apply" ? [m, n] : [n, m];
    const addon = addonFor(n * m);
    for (let k = 0; k < z.length / length; k++) {
      const x = z.subarray(k * length, (k + 1) * length);
      const sums = out.subarray(k * outLength, (k + 1) * outLength);
      const matrix = entries();
      if (addon) addon.applyDense({ operator: DenseOperator[name], n, m, matrix, inverse: 1, x, out: sums });
      else plainProduct[name](matrix, x, sums);
    }
    return out;
  }

  return {
    shape: [n, m],
    epsilon,
    entries,
    apply: (z, out) => products("apply", z, out),
    applyTranspose: (z, out) => products("applyTranspose", z, out),
  };
}

const plainProduct = {
  apply(matrix: Float64Array, x: Float64Array, out: Float64Array): void {
    for (let i = 0, at = 0; i < out.length; i++) {
      let sum = 0;
      for (let j = 0; j < x.length; j++, at++) sum += matrix[at] * x[j];
      out[i] = sum;
    }
  },
  applyTranspose(matrix: Float64Array, x: Float64Array, out: Float64Array): void {
    out.fill(0);
    for (let i = 0, at = 0; i < x.length; i++) {
      for (let j = 0; j < out.length; j++, at++) out[j] += matrix[at] * x[i];
    }
  },
};

/** The plan of a cost matrix C [n, m], whose entries are its variables. Holds P [n, m]. */
export function matrixPlan(cost: Float64Array, epsilon: number, u: Float64Array, v: Float64Array): HostPlan {
  const { entries, ...products } = matrixProducts(cost, epsilon, u, v);
  const [n, m] = products.shape;
  return {
    ...products,
    reduce({ alpha, beta, gamma = 0, delta = 0, direction, slopes = false }) {
      const change = delta !== 0 && direction && "cost" in direction ? direction.cost : undefined;
      const plan = entries();
      const rows = new Float64Array(n);
      const columns = new Float64Array(m);
      const weights = slopes ? new Float64Array(n * m) : undefined;
      for (let i = 0, at = 0; i < n; i++) {
        const ofRow = alpha ? alpha[i] : 0;
        for (let j = 0; j < m; j++, at++) {
          if (plan[at] === 0) continue; // without mass a weight may be infinite
          let factor = ofRow + gamma * cost[at];
          if (beta) factor += beta[j];
          if (change) factor += delta * change[at];
          const weight = plan[at] * factor;
          rows[i] += weight;
          columns[j] += weight;
          if (weights) weights[at] = weight;
        }
      }
      return { rows, columns, ...(weights && { cost: weights }) };
    },
  };
}
