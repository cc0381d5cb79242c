// Values of entropic transport as functions of tensors: a sum of problems between the histograms a and b, which the Sinkhorn divergence is.
import type * as tf from "@tensorflow/tfjs-core";
import type { TensorKernel } from "../../../geometry/geometry.ts";
import { rowsOf } from "../../../tensor/ndarray.ts";
import { stackRows } from "../../../tensor/rows.ts";
import type { GeometrySlopes } from "../slopes.ts";

/** `factor` times the entropic cost of the problem between two of the histograms; 0 is a, 1 is b. */
export interface Term {
  readonly kernel: TensorKernel;
  readonly factor: number;
  readonly first: 0 | 1;
  readonly second: 0 | 1;
}

export function isSelf({ first, second }: Term): boolean {
  return first === second;
}

/** What of a kernel is on the tape, in the order in which operations take it. */
export function variablesOf({ variables }: TensorKernel): tf.Tensor[] {
  if (!variables) return [];
  const { points, cost, epsilon } = variables;
  return [...(points ? [points.x, points.y] : []), ...(cost ? [cost] : []), ...(epsilon ? [epsilon] : [])];
}

/** The slopes of the variables of a kernel, in the same order. */
export function slopesInOrder({ variables }: TensorKernel, slopes: GeometrySlopes): Float64Array[] {
  if (!variables) return [];
  return [
    ...(variables.points ? [slopes.points!.x, slopes.points!.y] : []),
    ...(variables.cost ? [slopes.cost!] : []),
    ...(variables.epsilon ? [Float64Array.of(slopes.epsilon)] : []),
  ];
}

/** Rows of a tensor's last axis, in float64. */
export function rowsOfTensor(tensor: tf.Tensor): Float64Array[] {
  return rowsOf(Float64Array.from(tensor.dataSync()), tensor.shape.at(-1)!);
}

/** Float64 numbers of these shapes as float32 tensors. */
export function asTensors(parts: readonly Float64Array[], shapes: readonly (readonly number[])[]): tf.Tensor[] {
  return parts.map((part, index) => stackRows([part], shapes[index]));
}

/** out += factor x */
export function addTo(out: Float64Array, x: Float64Array, factor: number): void {
  for (let at = 0; at < out.length; at++) out[at] += factor * x[at];
}
