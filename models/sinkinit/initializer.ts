import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { InputError } from "../../src/errors.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import type { HostInitializer, TensorInitializer } from "../../src/transport/initializers/initializer.ts";
import type { AnyGridSpec } from "./any-grid/spec.ts";
import type { ApproximatorSpec } from "./approximator.ts";
import { scalingModel } from "./scaling-model.ts";

/** A learned start for Sinkhorn, for one grid, cost and epsilon or for all grids; works on the host and on tensors of any backend. */
export interface LearnedInitializer extends HostInitializer, TensorInitializer {
  readonly spec: ApproximatorSpec | AnyGridSpec;
  readonly guarded: true;
  /** Frees the network. */
  dispose(): void;
}

/** Relative difference within which two epsilons or largest costs are the same. */
const SAME = 1e-6;

/**
 * Wraps a trained approximator. The network sees masses divided by their sum. At use throws InputError for another
 * geometry or epsilon than those it was trained for.
 */
export function learnedInitializer(network: LayersModel, spec: ApproximatorSpec, name = "learned"): LearnedInitializer {
  const points = spec.extent ** 2;
  const scaling = scalingModel(network, spec);

  function potential(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const [mu, nu] = [a, b].map((masses) => {
        const rows = tf.reshape(masses, [-1, points]);
        return tf.div(rows, tf.sum(rows, 1, true));
      });
      const logScaling = scaling.apply(tf.concat([mu, nu], 1), { training: false }) as tf.Tensor;
      return tf.reshape(tf.mul(logScaling, spec.epsilon), b.shape);
    });
  }

  return {
    name,
    spec,
    guarded: true,
    tensorPotential({ geometry, a, b, epsilon }) {
      checkProblem(name, spec, geometry, epsilon);
      return potential(a, b);
    },
    hostPotential({ geometry, a, b, epsilon }) {
      checkProblem(name, spec, geometry, epsilon);
      const [first, second] = [a, b].map((masses) => tf.tensor1d(Float32Array.from(masses)));
      const g = potential(first, second);
      const values = Float64Array.from(g.dataSync());
      tf.dispose([first, second, g]);
      return values;
    },
    dispose: () => void scaling.dispose(),
  };
}

/** Throws InputError unless the problem is on the unit square's grid, with the cost and the epsilon of the training. */
function checkProblem(name: string, spec: ApproximatorSpec, geometry: Geometry, epsilon: number): void {
  const points = spec.extent ** 2;
  const isClose = (x: number, y: number): boolean => Math.abs(x - y) <= SAME * y;
  const cost = geometry.coordinates?.cost ?? "a matrix";
  const [n, m] = geometry.shape;
  const maxCost = { "squared-euclidean": 2, euclidean: Math.SQRT2, manhattan: 2 }[spec.cost];
  const fits = n === points && m === points && cost === spec.cost && isClose(geometry.maxCost, maxCost);
  if (fits && isClose(epsilon, spec.epsilon)) return;
  throw new InputError(
    `initialiser ${name}: trained for the ${spec.extent} x ${spec.extent} grid of the unit square, ${spec.cost} cost, ` +
      `epsilon ${spec.epsilon}; got ${n} x ${m} points, cost ${cost} up to ${geometry.maxCost}, epsilon ${epsilon}`,
  );
}
