import { addonFor } from "./addon-for.ts";
import { checkRange } from "./checks.ts";
import { costShift, largestCost, type DenseGeometry, type HostKernel } from "./geometry.ts";
import { DenseOperator, type DenseOperatorNatives } from "../native/dense-operator.ts";
import { plainDenseKernel } from "./dense-plain.ts";

/**
 * Float64 operators of a cost matrix [n, m]: those of `plainDenseKernel`. From some thousand entries on the native addon applies
 * them where it is there, with the same results up to rounding.
 */
export function denseHostKernel(geometry: DenseGeometry, epsilon: number): HostKernel {
  const { shape } = geometry;
  const cost = geometry.cost.data;
  checkRange(epsilon, largestCost(geometry), "float64");
  const [n, m] = shape;
  const plain = plainDenseKernel(cost, shape, epsilon, costShift(geometry));
  const addon = addonFor(n * m);
  return addon ? { ...plain, ...nativeOperators(addon, cost, n, m, epsilon) } : plain;
}

/** exp(-C / epsilon) of a matrix [n, m] with entries of any sign, into `out`, which may be C. */
export function gibbsMatrix(
  cost: Float64Array,
  [n, m]: readonly [number, number],
  epsilon: number,
  out: Float64Array,
): Float64Array {
  const addon = addonFor(n * m);
  if (addon) {
    addon.applyDense({ operator: DenseOperator.gibbs, n, m, matrix: cost, inverse: 1 / epsilon, x: undefined, out });
  } else {
    for (let at = 0; at < out.length; at++) out[at] = Math.exp(-cost[at] / epsilon);
  }
  return out;
}

function nativeOperators(
  addon: DenseOperatorNatives,
  cost: Float64Array,
  n: number,
  m: number,
  epsilon: number,
): Pick<HostKernel, "apply" | "applyTranspose" | "logApply" | "logApplyTranspose"> {
  let gibbs: Float64Array | undefined;
  const operate = (
    operator: keyof typeof DenseOperator,
    matrix: Float64Array,
    x: Float64Array | undefined,
    out: Float64Array,
  ): Float64Array => {
    addon.applyDense({ operator: DenseOperator[operator], n, m, matrix, inverse: 1 / epsilon, x, out });
    return out;
  };
  const gibbsOnce = (): Float64Array => (gibbs ??= operate("gibbs", cost, undefined, new Float64Array(n * m)));
  return {
    apply: (x, out) => operate("apply", gibbsOnce(), x, out),
    applyTranspose: (x, out) => operate("applyTranspose", gibbsOnce(), x, out),
    logApply: (x, out) => operate("logApply", cost, x, out),
    logApplyTranspose: (x, out) => operate("logApplyTranspose", cost, x, out),
  };
}
