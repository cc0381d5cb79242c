import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../errors.ts";
import type { Geometry, TensorKernel } from "../../geometry/geometry.ts";
import { ndarray, type NdArray } from "../../tensor/ndarray.ts";
import { isOnHost } from "../../tensor/placement.ts";
import { chooseBarycenterEngine } from "./choose.ts";
import type { BarycenterInputs, DeviceEngine, HostEngine } from "./engine.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "./options.ts";
import { atOnce } from "./pieces.ts";
import { checkShapes, requireFixed } from "./problem.ts";
import { checkBarycenters } from "./result.ts";
import type { TensorBarycenterProblem, TensorBarycenters } from "./tensor/problem.ts";

const FORWARD = "OtBarycenter";
const GRADIENT = "OtBarycenterGradient";

/** Attributes of both kernels. */
interface Attributes {
  readonly geometry: Geometry;
  readonly options: BarycenterOptions;
  readonly kernel: TensorKernel | undefined;
}

/** Inputs of the forward kernel; a scalar `start` is none. */
interface Inputs {
  readonly atoms: tf.Tensor;
  readonly weights: tf.Tensor;
  readonly start: tf.Tensor;
}

/**
 * Wasserstein barycenters of the atoms, one a row of weights, by a fixed number of Sinkhorn iterations (Schmitz et al.
 * 2018, equations 6 to 8), with a custom gradient for atoms and weights. One operation for the tape, which keeps its inputs
 * and nothing else; `solveBarycenter` iterates until a tolerance. Log-scalings and `start` are constants. Second derivatives, and those in a cost, points or epsilon that are tensors,
 * are refused: `barycenterComposed` has them.
 *
 * It runs on the engine of `chooseBarycenterEngine`. Where tensors are host memory values are copied in and out and checked,
 * and domain `auto` is exact; on a device they are not looked at. `kernel`, used there only, saves making
 * `geometry.kernel(epsilon)` at each call.
 *
 * Throws InputError for shapes that do not match; on a host also for values that are not masses or weights, and RunError for a
 * result without mass or not finite.
 */
export function barycenter(
  problem: TensorBarycenterProblem & { readonly kernel?: TensorKernel },
  options: BarycenterOptions,
): TensorBarycenters {
  const { geometry, kernel, atoms, weights, start } = problem;
  const resolved = resolveBarycenterOptions(options);
  requireFixed(resolved);
  if (geometry.variables ?? kernel?.variables) {
    throw new InputError(
      "barycenter: its cost, points and epsilon are constants; use barycenterComposed where they are tensors",
    );
  }
  checkShapes(geometry, { atoms: atoms.shape, weights: weights.shape, start: start?.shape }, resolved);
  return tf.tidy(() => {
    const inputs = { atoms, weights, start: start ?? tf.scalar(0) };
    const [barycenters, logScalings] = run(FORWARD, inputs, { geometry, options, kernel });
    return { barycenters: barycenters as tf.Tensor2D, logScalings: logScalings as tf.Tensor4D };
  });
}

function forward(inputs: Inputs, attributes: Attributes): tf.Tensor[] {
  const engine = engineFor(attributes);
  const wanted = ["barycenters", "logScalings"] as const;
  if (engine.place === "host") {
    const arrays = readInputs(inputs);
    const { barycenters, logScalings } = atOnce(engine.forward(arrays, wanted));
    checkBarycenters(barycenters, arrays.atoms, engine.options);
    return [toTensor(barycenters), toTensor(logScalings)];
  }
  const { barycenters, logScalings } = atOnce(engine.forward(deviceInputs(inputs), wanted));
  engine.dispose();
  return [barycenters, logScalings];
}

function pullBack({ gradient, ...inputs }: Inputs & { gradient: tf.Tensor }, attributes: Attributes): tf.Tensor[] {
  const engine = engineFor(attributes);
  if (engine.place === "host") {
    const { atoms, weights } = atOnce(engine.pullBack(readInputs(inputs), read(gradient)));
    return [toTensor(withinFloat32(atoms)), toTensor(weights)];
  }
  const { atoms, weights } = atOnce(engine.pullBack(deviceInputs(inputs), gradient));
  engine.dispose();
  return [atoms, weights];
}

/** Host engines with their buffers, for the last options of a geometry. */
const kept = new WeakMap<Geometry, { readonly options: BarycenterOptions; readonly engine: HostEngine }>();
const OPTIONS = [
  "epsilon",
  "iterations",
  "domain",
  "heavyBall",
  "rho",
  "debiased",
] as const satisfies (keyof BarycenterOptions)[];

function engineFor({ geometry, options, kernel }: Attributes): HostEngine | DeviceEngine {
  const last = kept.get(geometry);
  if (last && isOnHost() && OPTIONS.every((name) => last.options[name] === options[name])) return last.engine;
  const engine = chooseBarycenterEngine(geometry, options, kernel);
  if (engine.place === "host") kept.set(geometry, { options: { ...options }, engine });
  return engine;
}

function deviceInputs({ atoms, weights, start }: Inputs): BarycenterInputs<tf.Tensor> {
  return { atoms, weights, start: start.rank === 0 ? undefined : start };
}

function readInputs({ atoms, weights, start }: Inputs): BarycenterInputs<NdArray> {
  return { atoms: read(atoms), weights: read(weights), start: start.rank === 0 ? undefined : read(start) };
}

function read(tensor: tf.Tensor): NdArray {
  return ndarray(tensor.dataSync() as Float32Array, tensor.shape);
}

function toTensor({ data, shape }: NdArray): tf.Tensor {
  return tf.tensor(Float32Array.from(data), [...shape], "float32");
}

/** A gradient at a pixel without mass may exceed float32; infinity times that mass would be NaN. */
function withinFloat32({ data, shape }: NdArray): NdArray {
  const largest = 3e38;
  return ndarray(
    Float64Array.from(data, (value) => Math.min(Math.max(value, -largest), largest)),
    shape,
  );
}

// Kernels of tfjs', so that the tape sees one operation.
for (const backendName of ["wasm", "cpu", "tensorflow", "webgpu", "webgl"]) {
  const register = (kernelName: string, compute: (inputs: never, attributes: Attributes) => tf.Tensor[]) =>
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => compute(inputs as never, attrs as unknown as Attributes),
    });
  register(FORWARD, forward);
  register(GRADIENT, pullBack);
}

/** Saves the inputs; the gradient kernel computes the iterations a second time. */
tf.registerGradient({
  kernelName: FORWARD,
  inputsToSave: ["atoms", "weights", "start"],
  gradFunc(dy, saved, attrs) {
    const [atoms, weights, start] = saved;
    const [gradient] = dy as tf.Tensor[];
    const attributes = attrs as unknown as Attributes;
    const [gradientAtoms, gradientWeights] = run(GRADIENT, { atoms, weights, start, gradient }, attributes);
    return {
      atoms: () => gradientAtoms,
      weights: () => gradientWeights,
      start: () => tf.zerosLike(start),
    };
  },
});

tf.registerGradient({
  kernelName: GRADIENT,
  gradFunc() {
    throw new InputError("barycenter: has no second derivatives; use barycenterComposed for them");
  },
});

function run(kernelName: string, inputs: tf.NamedTensorMap | Inputs, attributes: Attributes): tf.Tensor[] {
  return tf
    .engine()
    .runKernel(
      kernelName,
      inputs as unknown as tf.NamedTensorMap,
      attributes as unknown as tf.NamedAttrMap,
    ) as tf.Tensor[];
}
