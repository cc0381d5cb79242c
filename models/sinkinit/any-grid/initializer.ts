import * as tf from "@tensorflow/tfjs-core";
import { runOnTensors } from "../../../src/native/tensor-memory.ts";
import { rowsOf } from "../../../src/tensor/ndarray.ts";
import { isOnHost } from "../../../src/tensor/placement.ts";
import { withoutGradient } from "../../../src/tensor/without-gradient.ts";
import type { HostBatchProblem } from "../../../src/transport/initializers/initializer.ts";
import { totalOf } from "../../../src/transport/histograms.ts";
import type { LearnedInitializer } from "../initializer.ts";
import { gridProblem, type GridProblem } from "./grid-problem.ts";
import { hostAlgebra } from "./host-algebra.ts";
import { nativeStart, type NativeStart } from "./native.ts";
import { anyGridLogScaling } from "./network.ts";
import type { AnyGridSpec } from "./spec.ts";
import { temporaryTensors } from "./temporary-tensors.ts";
import type { AnyGridWeights } from "./weights.ts";

/**
 * Wraps trained weights. Takes masses of any total, and passes no gradient. In the host's memory the native addon computes, without
 * one float64 on the host or operations of the backend, as on a device; they agree to 1e-5 in cost units. At use throws InputError
 * for another geometry or epsilon than the network serves (see `gridProblem`).
 */
export function anyGridInitializer(spec: AnyGridSpec, weights: AnyGridWeights, name = "learned"): LearnedInitializer {
  const trained = { spec, weights };
  let made: { readonly start: NativeStart | undefined } | undefined;
  const native = (): NativeStart | undefined => (made ??= { start: nativeStart(spec, weights) }).start;

  function hostPotentials({ geometry, a, b, epsilon }: Omit<HostBatchProblem, "pairs">): Float32Array {
    const problem = gridProblem(name, geometry, epsilon);
    const start = native();
    if (!start) return Float32Array.from(hostStart(trained, problem, { a, b, epsilon }));
    const g = new Float32Array(b.length);
    start(problem, { a: Float32Array.from(a), b: Float32Array.from(b), g, epsilon });
    return g;
  }

  return {
    name,
    spec,
    guarded: true,
    hostPotentials,
    hostPotential: (problem) => Float64Array.from(hostPotentials(problem)),
    tensorPotential({ geometry, a, b, epsilon }) {
      const problem = gridProblem(name, geometry, epsilon);
      const start = isOnHost() ? native() : undefined;
      return withoutGradient(b, () =>
        start ? nativeTensor(start, problem, { a, b, epsilon }) : tensorStart(trained, problem, { a, b, epsilon }),
      );
    },
    dispose: () => undefined, // nothing is kept on a backend
  };
}

interface Trained {
  readonly spec: AnyGridSpec;
  readonly weights: AnyGridWeights;
}

interface Pairs<T> {
  readonly a: T;
  readonly b: T;
  readonly epsilon: number;
}

/** Pairs [pairs * points] in float64. */
export function hostStart(
  { spec, weights }: Trained,
  problem: GridProblem,
  { a, b, epsilon }: Pairs<Float64Array>,
): Float64Array {
  const points = problem.size[0] * problem.size[1];
  const sample = { shape: [a.length / points, 2 * points], data: new Float64Array(2 * a.length) };
  [a, b].forEach((masses, side) =>
    rowsOf(masses, points).forEach((row, pair) => {
      const total = totalOf(row);
      sample.data.set(
        row.map((mass) => mass / total),
        (2 * pair + side) * points,
      );
    }),
  );
  const weightOf = (weight: string) => ({
    shape: weights[weight].shape,
    data: Float64Array.from(weights[weight].data),
  });
  const { data } = anyGridLogScaling(hostAlgebra, sample, weightOf, problem, spec);
  return data.map((logScaling) => epsilon * logScaling);
}

function nativeTensor(start: NativeStart, problem: GridProblem, { a, b, epsilon }: Pairs<tf.Tensor>): tf.Tensor {
  const { outputs } = runOnTensors([a, b], [b.shape], ([first, second], [g]) =>
    start(problem, { a: first, b: second, g, epsilon }),
  );
  return tf.engine().makeTensorFromTensorInfo(outputs[0]);
}

/** A batch by operations of the current backend. */
export function tensorStart(
  { spec, weights }: Trained,
  problem: GridProblem,
  { a, b, epsilon }: Pairs<tf.Tensor>,
): tf.Tensor {
  return tf.tidy(() => {
    const points = problem.size[0] * problem.size[1];
    const [mu, nu] = [a, b].map((masses) => {
      const rows = tf.reshape(masses, [-1, points]);
      return tf.div(rows, tf.sum(rows, 1, true));
    });
    const weightOf = (weight: string): tf.Tensor => tf.tensor(weights[weight].data, [...weights[weight].shape]);
    const sample = tf.concat([mu, nu], 1);
    const logScaling = anyGridLogScaling<tf.Tensor>(temporaryTensors, sample, weightOf, problem, spec);
    return tf.reshape(tf.mul(logScaling, epsilon), b.shape);
  });
}
