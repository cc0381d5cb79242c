import type { HostKernel } from "../../../geometry/geometry.ts";
import type { KernelRange } from "./kernel-range.ts";

/** log(K exp(x)) and log(K^T exp(x)) on Float64Array; `out` may not be `x`. */
export interface LogOperator {
  forward(x: Float64Array, out: Float64Array): void;
  transpose(x: Float64Array, out: Float64Array): void;
}

/** By log-sum-exp: right for every cost, epsilon and x, and tens of times slower than a banded product. */
export function exactLogOperator(kernel: HostKernel): LogOperator {
  return {
    forward: (x, out) => void kernel.logApply(x, out),
    transpose: (x, out) => void kernel.logApplyTranspose(x, out),
  };
}

/**
 * Through the scaling domain, log(K exp(x - max x)) + max x, wherever that is exact, and by log-sum-exp where it is not:
 * the same result, mostly at the price of a banded product. `kernel` must be one whose exact range is `range`.
 */
export function guardedLogOperator(kernel: HostKernel, range: KernelRange): LogOperator {
  type Product = (x: Float64Array, out: Float64Array) => void;
  const lifted = (product: Product, logSumExp: Product): Product => {
    let scaled = new Float64Array(0);
    return (x, out) => {
      let largest = -Infinity;
      for (let i = 0; i < x.length; i++) if (x[i] > largest) largest = x[i];
      if (largest === -Infinity) {
        out.fill(-Infinity);
        return;
      }
      if (scaled.length !== x.length) scaled = new Float64Array(x.length);
      for (let i = 0; i < x.length; i++) scaled[i] = Math.exp(x[i] - largest);
      product(scaled, out);
      if (range.holds(scaled, out)) for (let i = 0; i < out.length; i++) out[i] = largest + Math.log(out[i]);
      else logSumExp(x, out);
    };
  };
  return {
    forward: lifted(kernel.apply, kernel.logApply),
    transpose: lifted(kernel.applyTranspose, kernel.logApplyTranspose),
  };
}
