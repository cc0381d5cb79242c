import { nativeStatus } from "../../../src/native/loader.ts";
import type { GridProblem } from "./grid-problem.ts";
import type { AnyGridSpec } from "./spec.ts";
import type { AnyGridWeights } from "./weights.ts";

/** Masses of any total and the potential to be written, [pairs * points] each; epsilon in the user's units. */
interface NativeBatch {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly g: Float32Array;
  readonly epsilon: number;
}

export type NativeStart = (problem: GridProblem, batch: NativeBatch) => void;

/** The fused network, made at its first use; undefined where there is no addon. */
export function nativeStart(spec: AnyGridSpec, weights: AnyGridWeights): NativeStart | undefined {
  const { addon } = nativeStatus();
  if (!addon) return undefined;
  const layers = [...spec.widths.map((_, index) => `hidden${index + 1}`), "output"];
  const of = (name: string): Float32Array => weights[name].data;
  const network = addon.createGridStart({
    ...spec,
    widths: Int32Array.from(spec.widths),
    mean: of("standard/mean"),
    gain: of("standard/gain"),
    shared: of("problem/kernel"),
    kernels: layers.map((layer) => of(`${layer}/kernel`)),
    biases: layers.map((layer) => of(`${layer}/bias`)),
  });
  return ({ size, sides, epsilon, unit }, batch) =>
    addon.startOnGrid({
      network,
      size,
      sides,
      epsilon,
      unit,
      massEpsilon: batch.epsilon,
      pairs: batch.a.length / (size[0] * size[1]),
      a: batch.a,
      b: batch.b,
      g: batch.g,
    });
}
