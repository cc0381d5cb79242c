import * as tf from "@tensorflow/tfjs-core";
import { lossByName, type LossName } from "../../../models/wdl/losses.ts";
import { barycenter } from "../../../src/transport/barycenter/barycenter.ts";
import { chooseBarycenterEngine } from "../../../src/transport/barycenter/choose.ts";
import { debiasedBarycenterComposed } from "../../../src/transport/barycenter/debiased/tensor.ts";
import { barycenterOperator } from "../../../src/transport/barycenter/operator.ts";
import type { BarycenterOptions } from "../../../src/transport/barycenter/options.ts";
import { geometryOf, matrix, type Ground } from "./ground.ts";
import { numbersOf } from "./numbers.ts";

interface Problem {
  readonly ground: Ground;
  readonly atoms: number[][];
  readonly weights: number[];
  readonly options: BarycenterOptions;
}

const tensorsOf = ({ atoms, weights }: Problem) => ({ atoms: tf.tensor2d(atoms), weights: tf.tensor2d([weights]) });

/** The barycenter, and the gradients that slopes of it are pulled back to. */
export async function barycenterGradients({ slopes, ...problem }: Problem & { readonly slopes: number[] }) {
  const geometry = geometryOf(problem.ground);
  const inputs = tensorsOf(problem);
  const found = tf.tidy(() => {
    const { value, grads } = tf.valueAndGrads(
      (atoms, weights) =>
        barycenter({ geometry, atoms: atoms as tf.Tensor2D, weights: weights as tf.Tensor2D }, problem.options)
          .barycenters,
    )([inputs.atoms, inputs.weights], tf.tensor2d([slopes]));
    return { value, atoms: grads[0], weights: grads[1] };
  });
  tf.dispose(inputs);
  return {
    barycenter: await numbersOf(found.value),
    atoms: await numbersOf(found.atoms),
    weights: await numbersOf(found.weights),
  };
}

/** The loss of the barycenter against one row of data, and its gradients, by the operator that training takes. */
export async function lossGradients({
  loss,
  target,
  ...problem
}: Problem & { readonly loss: LossName; readonly target: number[] }) {
  const geometry = geometryOf(problem.ground);
  const engine = chooseBarycenterEngine(geometry, problem.options);
  const data = Float64Array.from(target);
  const evaluateOne = lossByName(loss, { geometry, epsilon: problem.options.epsilon });
  const term = {
    name: loss,
    data,
    evaluate: (_: number, p: Float64Array, out: Float64Array) => evaluateOne(p, data, out),
  };
  const inputs = { atoms: matrix(problem.atoms), weights: matrix([problem.weights]) };
  const { value, gradient } = await barycenterOperator(engine).lossAndGradient(inputs, term);
  engine.dispose();
  return { engine: engine.name, value, atoms: [...gradient.atoms], weights: [...gradient.weights] };
}

/** The debiased barycenter after so many iterations. */
export async function debiased({ options, ...problem }: Problem) {
  const geometry = geometryOf(problem.ground);
  const kernel = geometry.kernel(options.epsilon);
  const inputs = tensorsOf({ options, ...problem });
  const found = debiasedBarycenterComposed({ geometry, kernel, ...inputs }, options);
  tf.dispose(inputs);
  kernel.dispose();
  return { barycenter: await numbersOf(found) };
}
