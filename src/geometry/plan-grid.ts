import type { GridGeometry } from "./geometry.ts";
import type { HostPlan } from "./plan.ts";

/**
 * The plan on a grid, made of its separable operators: a product is one pass an axis for the positive entries and one for the
 * negative ones. C is symmetric, so that a transposed operator is the same with u and v exchanged. It has no variables.
 */
export function gridPlan(geometry: GridGeometry, epsilon: number, u: Float64Array, v: Float64Array): HostPlan {
  const kernel = geometry.hostKernel(epsilon);
  const count = u.length;
  const terms = new Float64Array(count);
  const logs = new Float64Array(count);

  type Operator = "logApply" | "logApplyCost";

  /** out_i += factor * exp(left_i) sum_j exp(-C_ij / epsilon) exp(right_j) z_j, or the same times C_ij. */
  function add(
    operator: Operator,
    [left, right]: readonly [Float64Array, Float64Array],
    z: Float64Array | undefined,
    factor: number,
    out: Float64Array,
  ): void {
    for (const sign of z ? [1, -1] : [1]) {
      let some = false;
      for (let j = 0; j < count; j++) {
        const part = z ? sign * z[j] : 1;
        terms[j] = part > 0 && right[j] > -Infinity ? right[j] + Math.log(part) : -Infinity;
        if (terms[j] > -Infinity) some = true;
      }
      if (!some) continue;
      kernel[operator](terms, logs);
      for (let i = 0; i < count; i++) {
        const exponent = left[i] + logs[i];
        if (exponent > -Infinity) out[i] += sign * factor * Math.exp(exponent);
      }
    }
  }

  const products = (sides: readonly [Float64Array, Float64Array], z: Float64Array, out: Float64Array): Float64Array => {
    out.fill(0);
    for (let start = 0; start < z.length; start += count) {
      add("logApply", sides, z.subarray(start, start + count), 1, out.subarray(start, start + count));
    }
    return out;
  };

  /** sum_j P_ij (own_i + other_j + gamma C_ij) */
  function sums(
    sides: readonly [Float64Array, Float64Array],
    own: Float64Array | undefined,
    other: Float64Array | undefined,
    gamma: number,
  ): Float64Array {
    const out = new Float64Array(count);
    if (own) {
      add("logApply", sides, undefined, 1, out);
      for (let i = 0; i < count; i++) if (out[i] !== 0) out[i] *= own[i];
    }
    if (other) add("logApply", sides, other, 1, out);
    if (gamma !== 0) add("logApplyCost", sides, undefined, gamma, out);
    return out;
  }

  return {
    shape: [count, count],
    epsilon,
    apply: (z, out) => products([u, v], z, out),
    applyTranspose: (z, out) => products([v, u], z, out),
    reduce: ({ alpha, beta, gamma = 0 }) => ({
      rows: sums([u, v], alpha, beta, gamma),
      columns: sums([v, u], beta, alpha, gamma),
    }),
  };
}
