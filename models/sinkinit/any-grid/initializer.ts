import * as tf from "@tensorflow/tfjs-core";
import { withoutGradient } from "../../../src/tensor/without-gradient.ts";
import type { LearnedInitializer } from "../initializer.ts";
import { tensorAlgebra } from "../layers/tensor-algebra.ts";
import { gridProblem, type GridProblem } from "./grid-problem.ts";
import { hostAlgebra } from "./host-algebra.ts";
import { anyGridPotential } from "./network.ts";
import type { AnyGridSpec } from "./spec.ts";
import type { AnyGridWeights } from "./weights.ts";

/** Smallest mass whose logarithm is taken; Sinkhorn does not look at the potential where there is less. */
const SMALLEST_MASS = 1e-30;

/**
 * Wraps trained weights. Takes masses of any total, and passes no gradient. At use throws InputError for another geometry or
 * epsilon than the network serves (see `gridProblem`).
 */
export function anyGridInitializer(spec: AnyGridSpec, weights: AnyGridWeights, name = "learned"): LearnedInitializer {
  return {
    name,
    spec,
    hostPotential({ geometry, a, b, epsilon }) {
      return hostStart({ spec, weights }, gridProblem(name, geometry, epsilon), { a, b, epsilon });
    },
    tensorPotential({ geometry, a, b, epsilon }) {
      const problem = gridProblem(name, geometry, epsilon);
      return withoutGradient(b, () => tensorStart({ spec, weights }, problem, { a, b, epsilon }));
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

/** One pair in float64. */
function hostStart({ spec, weights }: Trained, problem: GridProblem, { a, b, epsilon }: Pairs<Float64Array>): Float64Array {
  const [mu, nu] = [a, b].map((masses) => {
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    return masses.map((mass) => mass / total);
  });
  const sample = { shape: [1, a.length + b.length], data: Float64Array.of(...mu, ...nu) };
  const weightOf = (name: string) => ({ shape: weights[name].shape, data: Float64Array.from(weights[name].data) });
  const { data } = anyGridPotential(hostAlgebra, sample, weightOf, problem, spec);
  return data.map((h, at) => problem.unit * h + epsilon * Math.log(Math.max(nu[at], SMALLEST_MASS)));
}

/** A batch by operations of the current backend. */
function tensorStart({ spec, weights }: Trained, problem: GridProblem, { a, b, epsilon }: Pairs<tf.Tensor>): tf.Tensor {
  const points = problem.size[0] * problem.size[1];
  const [mu, nu] = [a, b].map((masses) => {
    const rows = tf.reshape(masses, [-1, points]);
    return tf.div(rows, tf.sum(rows, 1, true));
  });
  const algebra = tensorAlgebra((_, rows, values) => {
    const data = values();
    return tf.tensor2d(data, [rows, data.length / rows]);
  });
  const weightOf = (name: string): tf.Tensor => tf.tensor(weights[name].data, [...weights[name].shape]);
  const h = anyGridPotential<tf.Tensor>(algebra, tf.concat([mu, nu], 1), weightOf, problem, spec);
  const logMass = tf.log(tf.maximum(nu, SMALLEST_MASS));
  return tf.reshape(tf.add(tf.mul(h, problem.unit), tf.mul(logMass, epsilon)), b.shape);
}
