import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../errors.ts";
import type { HostInitializer, TensorInitializer } from "./initializer.ts";

/**
 * Starts from the g of an earlier solution, in cost units: [m] for the host, [..., m] for a batch. Good when marginals or
 * costs have moved a little. Throws InputError at use where the length does not fit.
 */
export function previousSolution(g: Float64Array): HostInitializer;
export function previousSolution(g: tf.Tensor): TensorInitializer;
export function previousSolution(g: Float64Array | tf.Tensor): HostInitializer | TensorInitializer {
  const name = "previous";
  if (g instanceof Float64Array) {
    return {
      name,
      hostPotential({ b }) {
        if (g.length !== b.length) throw mismatch([g.length], [b.length]);
        return g;
      },
    };
  }
  return {
    name,
    tensorPotential({ b }) {
      if (g.shape.join() !== b.shape.join()) throw mismatch(g.shape, b.shape);
      return tf.clone(g);
    },
  };
}

function mismatch(got: readonly number[], expected: readonly number[]): InputError {
  return new InputError(
    `previous solution: expected g of shape [${expected.join(", ")}] (like b), got [${got.join(", ")}]`,
  );
}
