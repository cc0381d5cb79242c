import { CloudOperator } from "../native/cloud.ts";
import { nativePoints, type NativePoints } from "./cloud-native.ts";
import type { Coordinates } from "./geometry.ts";
import type { HostPlan, PlanWeights } from "./plan.ts";
import { addChangeThroughDirections, throughDirections } from "./point-directions.ts";

/** What one side of a plan is weighed with: `own` is of its points, `other` of those it is summed over. */
interface SideWeights {
  readonly own?: Float64Array | undefined;
  readonly other?: Float64Array | undefined;
  readonly ownAlong?: Float64Array | undefined;
  readonly otherAlong?: Float64Array | undefined;
  readonly gamma: number;
  readonly delta: number;
  readonly curvature: number;
}

/**
 * `pointsPlan` by the addon, with the same results up to rounding. Sums over columns are sums over rows of the clouds exchanged, so
 * that no two threads write to one number. Undefined where the addon is not there, or where TypeScript is as fast.
 */
export function nativePointsPlan(
  coordinates: Coordinates,
  epsilon: number,
  u: Float64Array,
  v: Float64Array,
): HostPlan | undefined {
  const points = nativePoints(coordinates);
  if (!points) return undefined;
  const turned = points.turned();
  const d = coordinates.x.shape[1];
  const isCosine = coordinates.cost === "cosine";
  const inverse = 1 / epsilon;

  const products =
    (sides: NativePoints, logs: Float64Array, values: Float64Array) =>
    (z: Float64Array, out: Float64Array): Float64Array => {
      const vectors = z.length / values.length;
      sides.run({ operator: CloudOperator.planApply, inverse, values, u: logs, vectors, z, out });
      return out;
    };

  function sums(
    sides: NativePoints,
    [logs, values]: readonly [Float64Array, Float64Array],
    { own, other, ownAlong, otherAlong, ...factors }: SideWeights,
    slopes: Float64Array | undefined,
  ): Float64Array {
    const out = new Float64Array(logs.length);
    const weights = { alpha: own, beta: other, alongX: ownAlong, alongY: otherAlong, ...factors, slopes };
    sides.run({ operator: CloudOperator.planReduce, inverse, values, u: logs, vectors: 0, ...weights, out });
    return out;
  }

  /** Sums over one side; slopes of the cosine are those of directions, pulled back to the points. */
  function side(
    sides: NativePoints,
    logs: readonly [Float64Array, Float64Array],
    [own, other]: readonly [Float64Array, Float64Array],
    weights: SideWeights,
    slopes: boolean,
  ) {
    const out = slopes ? new Float64Array(own.length) : undefined;
    const { ownAlong, otherAlong, curvature } = weights;
    if (!isCosine) return { sums: sums(sides, logs, weights, out), slopes: out };
    const moved = {
      ...weights,
      ownAlong: ownAlong && throughDirections(own, ownAlong, d),
      otherAlong: otherAlong && throughDirections(other, otherAlong, d),
    };
    const total = sums(sides, logs, moved, out);
    if (!out) return { sums: total, slopes: undefined };
    const pulled = throughDirections(own, out, d);
    if (ownAlong && curvature !== 0) {
      const plain = new Float64Array(own.length);
      sums(sides, logs, { own: logs[0].map(() => 1), gamma: 0, delta: 0, curvature: 0 }, plain);
      addChangeThroughDirections(own, ownAlong, plain, d, curvature, pulled);
    }
    return { sums: total, slopes: pulled };
  }

  return {
    shape: [u.length, v.length],
    epsilon,
    apply: products(points, u, v),
    applyTranspose: products(turned, v, u),
    reduce({ alpha, beta, gamma = 0, delta = 0, direction, curvature = 0, slopes = false }: PlanWeights) {
      const along = direction && "x" in direction ? direction : undefined;
      const [x, y] = [coordinates.x.data, coordinates.y.data];
      const factors = { gamma, delta, curvature };
      const ofX = { own: alpha, other: beta, ownAlong: along?.x, otherAlong: along?.y, ...factors };
      const ofY = { own: beta, other: alpha, ownAlong: along?.y, otherAlong: along?.x, ...factors };
      const rows = side(points, [u, v], [x, y], ofX, slopes);
      const columns = side(turned, [v, u], [y, x], ofY, slopes);
      const sides = rows.slopes && columns.slopes && { x: rows.slopes, y: columns.slopes };
      return { rows: rows.sums, columns: columns.sums, ...(sides && { points: sides }) };
    },
  };
}
