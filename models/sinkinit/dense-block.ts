import { layers, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { batchNormalization, dense } from "../../src/tensor/layers.ts";

export interface DenseBlockOptions {
  readonly widths: readonly number[];
  /** Batch normalisation between a layer and its activation. */
  readonly normalise: boolean;
  /** Adds its input to each layer of the same width. */
  readonly residual: boolean;
}

/** Hidden layers `hidden1`, `hidden2`, ...: dense, optionally normalised, ELU. */
export function denseBlock(x: SymbolicTensor, { widths, normalise, residual }: DenseBlockOptions): SymbolicTensor {
  return widths.reduce((before, units, index) => {
    const name = `hidden${index + 1}`;
    let now = dense({ units, name }).apply(before) as SymbolicTensor;
    if (normalise) now = batchNormalization({ name: `${name}-norm` }).apply(now) as SymbolicTensor;
    now = layers.elu({ name: `${name}-elu` }).apply(now) as SymbolicTensor;
    const skips = residual && before.shape.at(-1) === units;
    return skips ? (layers.add({ name: `${name}-residual` }).apply([before, now]) as SymbolicTensor) : now;
  }, x);
}
