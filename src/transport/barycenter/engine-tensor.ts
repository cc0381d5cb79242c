import * as tf from "@tensorflow/tfjs-core";
import type { Geometry, TensorKernel } from "../../geometry/geometry.ts";
import { sizeOf } from "../../tensor/ndarray.ts";
import type { BarycenterInputs, BarycenterOutput, BarycenterOutputs, DeviceEngine } from "./engine.ts";
import { logScalingShape, type ResolvedOptions } from "./options.ts";
import { inOnePiece } from "./pieces.ts";
import { checkShapes, requireFixed } from "./problem.ts";
import { tensorAdjoint } from "./tensor/adjoint.ts";
import { errorsOf, iterateRecursion, outcomeOf, recursionOf, startOf } from "./tensor/problem.ts";

/**
 * The contract by tensor operations in float32, with the adjoint written out: data never leave the current backend's device,
 * and values are not looked at. So `auto` is the scaling domain on geometries that cannot leave it and the log domain on
 * others. `kernel` is `geometry.kernel(epsilon)`, the caller's; without it the engine makes its own when first used.
 */
export function tensorEngine(geometry: Geometry, options: ResolvedOptions, kernel?: TensorKernel): DeviceEngine {
  let own: TensorKernel | undefined;

  function recursion({ atoms, weights, start }: BarycenterInputs<tf.Tensor>) {
    checkShapes(geometry, { atoms: atoms.shape, weights: weights.shape, start: start?.shape }, options);
    const problem = { geometry, atoms: atoms as tf.Tensor2D, weights: weights as tf.Tensor2D };
    const made = recursionOf(problem, kernel ?? (own ??= geometry.kernel(options.epsilon)), options);
    return [made, startOf(made, start)] as const;
  }

  return {
    place: "device",
    name: `tfjs ${tf.getBackend()} float32`,
    options,
    // the log-scalings of each iteration; the rest is computed a second time
    bytes: (points, atoms) =>
      4 * options.iterations * sizeOf(logScalingShape(options, points, atoms, geometry.shape[0])),

    forward<W extends BarycenterOutput>(inputs: BarycenterInputs<tf.Tensor>, wanted: readonly W[]) {
      return inOnePiece(() =>
        tf.tidy(() => {
          const [made, start] = recursion(inputs);
          const reached = iterateRecursion(made, start);
          const outputs: BarycenterOutputs<tf.Tensor> = {
            ...outcomeOf(made, reached),
            errors: wanted.includes("errors" as W) ? errorsOf(made, reached) : tf.scalar(0),
            iterations: tf.fill([inputs.weights.shape[0]], options.iterations),
          };
          return Object.fromEntries(wanted.map((output) => [output, outputs[output]]));
        }),
      ) as ReturnType<DeviceEngine["forward"]>;
    },

    pullBack(inputs, slopes) {
      requireFixed(options);
      return inOnePiece(() =>
        tf.tidy(() => {
          const { atoms, weights } = tensorAdjoint(...recursion(inputs), slopes as tf.Tensor2D);
          return { atoms, weights };
        }),
      );
    },

    lossAndGradient: () => undefined,

    dispose() {
      own?.dispose();
      own = undefined;
    },
  };
}
