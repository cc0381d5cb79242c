import * as tf from "@tensorflow/tfjs-core";
import { InputError, RunError } from "../../errors.ts";
import { denseGeometry } from "../../geometry/dense.ts";
import { requireBackend } from "../../tensor/require-backend.ts";
import { chainSinkhorn } from "./chain.ts";
import type { ChainNode, ChainOptions } from "./problem.ts";

/**
 * The value of `chainSinkhorn`, a scalar, as a function of its costs [n_i, n_(i+1)], each >= 0. It is solved in float64 on the host;
 * values are read, and masses are constants.
 *
 * Custom gradient by the envelope theorem: the pair marginals. It is exact at convergence, and saves the costs and these, nothing of
 * the iterations. Second derivatives are refused with an error. Throws InputError as `chainSinkhorn` does, RunError where it does not
 * converge.
 */
export function chainObjective(
  costs: readonly tf.Tensor[],
  nodes: readonly ChainNode[],
  options: ChainOptions,
): tf.Scalar {
  requireBackend("chainObjective");
  const operation = tf.customGrad((...inputs) => {
    const links = inputs.slice(0, -1) as tf.Tensor[];
    const save = inputs.at(-1) as unknown as tf.GradSaveFunc;
    const { objective, pairMarginals } = solve(links, nodes, options);
    const marginals = pairMarginals.map(({ data, shape }) => tf.tensor(Float32Array.from(data), [...shape]));
    save([...links, ...marginals]);
    tf.dispose(marginals);
    return {
      value: tf.scalar(objective),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        costs.map((_, link) => tf.mul(dy, onceOnly(saved[link], saved[costs.length + link]))),
    };
  });
  return operation(...costs) as tf.Scalar;
}

function solve(costs: readonly tf.Tensor[], nodes: readonly ChainNode[], options: ChainOptions) {
  const links = costs.map((cost) => denseGeometry({ data: cost.dataSync() as Float32Array, shape: cost.shape }));
  const { status, errors, ...solution } = chainSinkhorn({ links, nodes }, options);
  if (status !== "converged") {
    throw new RunError(
      `chainObjective: ${status} after ${errors.length} iterations with error ${errors.at(-1)}; its gradients need ` +
        "convergence: take a larger epsilon or tolerance, or more iterations",
    );
  }
  return solution;
}

/** A pair marginal as a function of its cost. To the tape it depends on it, so that derivatives are not taken for zero. */
function onceOnly(cost: tf.Tensor, marginal: tf.Tensor): tf.Tensor {
  const operation = tf.customGrad(() => ({
    value: tf.clone(marginal),
    gradFunc: () => {
      throw new InputError("chainObjective: has no second derivatives; take gradients of it once");
    },
  }));
  return operation(cost);
}
