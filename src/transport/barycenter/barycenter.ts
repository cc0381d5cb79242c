import * as tf from "@tensorflow/tfjs-core";
import type { TensorKernel } from "../../geometry/geometry.ts";
import {
  BARYCENTER_GRADIENT_KERNEL,
  BARYCENTER_KERNEL,
  deviceImplementation,
  hostImplementation,
  registerBarycenterKernels,
  type BarycenterAttributes,
  type BarycenterGradientInputs,
  type BarycenterInputs,
} from "./kernels.ts";
import { nativeImplementation } from "./native-implementation.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "./options.ts";
import { checkShapes } from "./problem.ts";
import type { TensorBarycenterProblem, TensorBarycenters } from "./tensor-problem.ts";

registerBarycenterKernels("cpu", hostImplementation);
registerBarycenterKernels("wasm", nativeImplementation);
for (const backend of ["webgpu", "webgl", "tensorflow"]) registerBarycenterKernels(backend, deviceImplementation);

/** Saves the inputs; the gradient kernel computes the iterations a second time. */
tf.registerGradient({
  kernelName: BARYCENTER_KERNEL,
  inputsToSave: ["atoms", "weights", "start"],
  gradFunc(dy, saved, attrs) {
    const [atoms, weights, start] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor];
    const [gradient] = dy as tf.Tensor[];
    const inputs: BarycenterGradientInputs = { atoms, weights, start, gradient: gradient as tf.Tensor2D };
    const attributes = attrs as unknown as BarycenterAttributes;
    const [gradientAtoms, gradientWeights] = run(BARYCENTER_GRADIENT_KERNEL, inputs, attributes);
    return {
      atoms: () => gradientAtoms,
      weights: () => gradientWeights,
      start: () => tf.zerosLike(start),
    };
  },
});

/**
 * Wasserstein barycenters of the atoms, one a row of weights, by a fixed number of Sinkhorn iterations (Schmitz et al.
 * 2018, equations 6 to 8), with a custom gradient for atoms and weights. One operation for the tape, which keeps its inputs
 * and nothing else. First-order gradients only; log-scalings and `start` are constants.
 *
 * On `cpu` and `wasm` it runs `hostBarycenter`: float64 inside, float32 results, values checked, domain `auto` exact; on
 * `wasm` the native kernels take the cases that they cover (`nativeBarycenter`), in float32 with the same care. On other
 * backends it is made of tensor operations in float32 and does not look at values; there `auto` is the scaling
 * domain on geometries that cannot leave it and the log domain on the others. `kernel`, used there only, saves making
 * `geometry.kernel(epsilon)` at each call.
 *
 * Throws InputError for shapes that do not match.
 */
export function barycenter(
  problem: TensorBarycenterProblem & { readonly kernel?: TensorKernel },
  options: BarycenterOptions,
): TensorBarycenters {
  const { geometry, kernel, atoms, weights, start } = problem;
  const { sides } = resolveBarycenterOptions(options);
  checkShapes(geometry, { atoms: atoms.shape, weights: weights.shape, start: start?.shape }, sides);
  return tf.tidy(() => {
    const inputs: BarycenterInputs = { atoms, weights, start: start ?? tf.scalar(0) };
    const [barycenters, logScalings] = run(BARYCENTER_KERNEL, inputs, { geometry, options, kernel });
    return { barycenters: barycenters as tf.Tensor2D, logScalings: logScalings as tf.Tensor4D };
  });
}

function run(kernelName: string, inputs: BarycenterInputs, attributes: BarycenterAttributes): tf.Tensor[] {
  return tf
    .engine()
    .runKernel(
      kernelName,
      inputs as unknown as tf.NamedTensorMap,
      attributes as unknown as tf.NamedAttrMap,
    ) as tf.Tensor[];
}
