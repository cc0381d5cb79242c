import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../errors.ts";
import { float64Of, type Numbers } from "../../tensor/ndarray.ts";
import type { HostInitializer, TensorInitializer } from "./initializer.ts";

/**
 * Starts from the g of an earlier solution, in cost units: [m] for the host, [..., m] for a batch. Good when marginals or
 * costs have moved a little. Throws InputError at use where the length does not fit.
 */
export function previousSolution(g: Numbers): HostInitializer;
export function previousSolution(g: tf.Tensor): TensorInitializer;
export function previousSolution(g: Numbers | tf.Tensor): HostInitializer | TensorInitializer {
  const name = "previous";
  if (g instanceof tf.Tensor) {
    return {
      name,
      tensorPotential({ b }) {
        if (g.shape.join() !== b.shape.join()) throw mismatch(g.shape, b.shape);
        return tf.clone(g);
      },
    };
  }
  const potential = float64Of(g, "previous solution");
  return {
    name,
    hostPotential({ b }) {
      if (potential.length !== b.length) throw mismatch([potential.length], [b.length]);
      return potential;
    },
  };
}

function mismatch(got: readonly number[], expected: readonly number[]): InputError {
  return new InputError(
    `previous solution: expected g of shape [${expected.join(", ")}] (like b), got [${got.join(", ")}]`,
  );
}
