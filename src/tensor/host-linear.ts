import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../errors.ts";
import { isOnHost } from "./placement.ts";

/** A linear map that the host computes: from an array of one shape into one of another, which is zero before. */
export interface HostLinearMap {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Adds the image of x to `out`. */
  forward(x: ArrayLike<number>, out: Float64Array): void;
  /** Adds the image of y under the adjoint to `out`. */
  adjoint(y: ArrayLike<number>, out: Float64Array): void;
}

/**
 * A linear map on the tape, for tensors in the host's memory. Its gradient is its adjoint and that one's is the map, so there are
 * derivatives of any order; nothing is saved.
 */
export function hostLinear(x: tf.Tensor, map: HostLinearMap): tf.Tensor {
  const { from, to, forward, adjoint } = map;
  const operation = tf.customGrad((input) => {
    const out = new Float64Array(to.reduce((size, extent) => size * extent, 1));
    forward((input as tf.Tensor).dataSync(), out);
    return {
      value: tf.tensor(Float32Array.from(out), [...to], "float32"),
      gradFunc: (dy: tf.Tensor) => hostLinear(dy, { from: to, to: from, forward: adjoint, adjoint: forward }),
    };
  });
  return operation(x);
}

/** The rows `index` of the last axis but for a batch: x [B, n] with index [B, k] into each row -> [B, k]. */
export function gatherInRows(x: tf.Tensor, index: Int32Array, count: number): tf.Tensor {
  const [rows, n] = x.shape as [number, number];
  const map: HostLinearMap = {
    from: [rows, n],
    to: [rows, count],
    forward(values, out) {
      for (let at = 0; at < index.length; at++) out[at] = values[Math.floor(at / count) * n + index[at]];
    },
    adjoint(values, out) {
      for (let at = 0; at < index.length; at++) out[Math.floor(at / count) * n + index[at]] += values[at];
    },
  };
  return hostLinear(x, map);
}

/** Throws InputError where tensors cannot be read without waiting for a device. */
export function requireHostTensors(operation: string): void {
  if (isOnHost()) return;
  throw new InputError(
    `${operation}: the backend ${tf.getBackend()} cannot be read while a tape records; use wasm, tensorflow or cpu, or arrays`,
  );
}
