import * as tf from "@tensorflow/tfjs-core";
import { sinkhornDivergence } from "../../../src/transport/divergence.ts";
import { entropicCost } from "../../../src/transport/entropic-cost.ts";
import { planApply } from "../../../src/transport/sinkhorn/plan-products.ts";
import { sinkhorn, type SinkhornTensorOptions } from "../../../src/transport/sinkhorn/sinkhorn.ts";
import { planTransportCost } from "../../../src/transport/sinkhorn/unrolled.ts";
import { countLaunches } from "../../../src/webgpu/launch.ts";
import { geometryOf, type Ground } from "./ground.ts";
import { numbersOf } from "./numbers.ts";

interface Problem {
  readonly ground: Ground;
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** Potentials until a tolerance, with the report. */
export async function potentials({
  ground,
  a,
  b,
  options,
}: Problem & { readonly options: SinkhornTensorOptions & { readonly initializer?: "ones" } }) {
  const [p, q] = [tf.tensor1d([...a]), tf.tensor1d([...b])];
  const { f, g, ...report } = await sinkhorn(p, q, geometryOf(ground), options);
  tf.dispose([p, q]);
  return { f: await numbersOf(f), g: await numbersOf(g), ...report };
}

/** P z and <P, C>, P the plan of potentials in float32. */
export async function planSums({
  ground,
  epsilon,
  z,
  ...potentials
}: {
  readonly ground: Ground;
  readonly epsilon: number;
  readonly f: readonly number[];
  readonly g: readonly number[];
  readonly z: readonly number[];
}) {
  const kernel = geometryOf(ground).kernel(epsilon);
  const found = tf.tidy(() => {
    const pair = { f: tf.tensor1d([...potentials.f]), g: tf.tensor1d([...potentials.g]) };
    return { product: planApply(kernel, pair, tf.tensor1d([...z])), cost: planTransportCost(kernel, pair) };
  });
  kernel.dispose();
  return { product: await numbersOf(found.product), cost: await numbersOf(found.cost) };
}

interface FixedProblem {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly epsilon: number;
  readonly iterations: number;
  readonly rho?: number;
}

/** OT(a, b) after so many iterations, and its gradients. */
export async function entropicCostGradients({ ground, ...problem }: FixedProblem & { readonly ground: Ground }) {
  const kernel = geometryOf(ground).kernel(problem.epsilon);
  const found = await gradients(problem, (a, b, options) => entropicCost(a, b, kernel, options));
  kernel.dispose();
  return found;
}

/** The divergence after so many iterations, and its gradients: three grounds, or one for all. */
export async function divergenceGradients({
  grounds,
  ...problem
}: FixedProblem & { readonly grounds: Readonly<Record<"xy" | "xx" | "yy", Ground>> }) {
  const kernelOf = (ground: Ground) => geometryOf(ground).kernel(problem.epsilon);
  const kernels = { xy: kernelOf(grounds.xy), xx: kernelOf(grounds.xx), yy: kernelOf(grounds.yy) };
  const found = await gradients(problem, (a, b, options) => sinkhornDivergence(a, b, kernels, options));
  Object.values(kernels).forEach((kernel) => kernel.dispose());
  return found;
}

type Options = Parameters<typeof entropicCost>[3];

async function gradients(
  { a, b, iterations, rho }: FixedProblem,
  value: (a: tf.Tensor, b: tf.Tensor, options: Options) => tf.Tensor,
) {
  const masses = [tf.tensor1d([...a]), tf.tensor1d([...b])];
  const options = { iterations, ...(rho !== undefined && { rho }) };
  const { result, launches } = countLaunches(() => tf.valueAndGrads((p, q) => value(p, q, options))(masses));
  const [gradientA, gradientB] = result.grads;
  tf.dispose(masses);
  return {
    launches,
    value: await numbersOf(result.value),
    gradientA: await numbersOf(gradientA),
    gradientB: await numbersOf(gradientB),
  };
}
