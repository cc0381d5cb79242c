import { InputError } from "../../errors.ts";
import { checkedPoints, type Points } from "../../geometry/points.ts";
import { ndarray, type NdArray } from "../../tensor/ndarray.ts";
import type { ProblemPoints } from "./problem.ts";

/** Throws InputError where a cost has no points. */
export function requirePoints(points: ProblemPoints | undefined): ProblemPoints {
  if (points) return points;
  throw new InputError(
    "transport: the cost was given as a matrix, without points; give points { x, y, cost }, or a point cloud",
  );
}

/** The rows of P y over those of P 1: [n, d]; NaN where a point has no mass. */
export function projection(
  { y }: ProblemPoints,
  moved: NdArray<Float64Array>,
  masses: Float64Array,
): NdArray<Float64Array> {
  const d = y.shape[1];
  return ndarray(
    moved.data.map((value, at) => value / masses[Math.floor(at / d)]),
    moved.shape,
  );
}

/** The entropic map: the mean of y with weights exp((g_j - c(x, y_j)) / epsilon), [k, d]. */
export function entropicMap(
  source: ProblemPoints,
  given: Points,
  g: Float64Array,
  epsilon: number,
): NdArray<Float64Array> {
  const { x, y } = checkedPoints(given, source.y);
  const [count, d] = x.shape;
  const m = y.shape[0];
  const out = new Float64Array(count * d);
  const logs = new Float64Array(m);
  for (let point = 0; point < count; point++) {
    let largest = -Infinity;
    for (let j = 0; j < m; j++) {
      logs[j] = g[j] === -Infinity ? -Infinity : (g[j] - source.costOf(x.data, point * d, j)) / epsilon;
      if (logs[j] > largest) largest = logs[j];
    }
    let total = 0;
    for (let j = 0; j < m; j++) {
      const weight = Math.exp(logs[j] - largest);
      if (weight === 0) continue;
      total += weight;
      for (let axis = 0; axis < d; axis++) out[point * d + axis] += weight * y.data[j * d + axis];
    }
    for (let axis = 0; axis < d; axis++) out[point * d + axis] /= total;
  }
  return ndarray(out, [count, d]);
}

/** x + T(x_i) - x_i, x_i the nearest point with a finite T. */
export function nearestMap(
  source: ProblemPoints,
  given: Points,
  projected: NdArray<Float64Array>,
): NdArray<Float64Array> {
  const { x } = checkedPoints(given, source.x);
  const [count, d] = x.shape;
  const from = source.x.data;
  const out = x.data.slice();
  for (let point = 0; point < count; point++) {
    let nearest = -1;
    let least = Infinity;
    for (let i = 0; i < projected.shape[0]; i++) {
      let square = 0;
      for (let axis = 0; axis < d; axis++) square += (x.data[point * d + axis] - from[i * d + axis]) ** 2;
      if (square < least && !Number.isNaN(projected.data[i * d])) [nearest, least] = [i, square];
    }
    for (let axis = 0; axis < d; axis++) {
      out[point * d + axis] += projected.data[nearest * d + axis] - from[nearest * d + axis];
    }
  }
  return ndarray(out, [count, d]);
}
