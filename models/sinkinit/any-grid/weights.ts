import * as tf from "@tensorflow/tfjs-core";
import { expectArray } from "../../../checkpoints/leaves.ts";
import type { NdArray } from "../../../src/tensor/ndarray.ts";
import type { Random } from "../../../src/tensor/random.ts";
import type { StateTree } from "../../../src/tensor/tree.ts";
import { anyGridWeightShapes, type AnyGridSpec } from "./spec.ts";

/** Trained numbers by the names of `anyGridWeightShapes`. */
export type AnyGridWeights = Readonly<Record<string, NdArray<Float32Array>>>;

/** The last layer starts this much smaller, so that the first predictions are near the start that they correct. */
const OUTPUT_SHRINKAGE = 0.1;

/** Kernels uniform in +-1 / sqrt(inputs), biases zero, features as they come. */
export function drawAnyGridWeights(spec: AnyGridSpec, random: Random): AnyGridWeights {
  const drawn = [...anyGridWeightShapes(spec)].map(([name, shape]) => {
    const [inputs, units] = shape;
    const bound = (name.startsWith("output/") ? OUTPUT_SHRINKAGE : 1) / Math.sqrt(inputs);
    const value = (): number => {
      if (name.endsWith("/kernel")) return bound * (2 * random.uniform() - 1);
      return name === "standard/gain" ? 1 : 0;
    };
    return [name, { shape, data: Float32Array.from({ length: inputs * units }, value) }] as const;
  });
  return Object.fromEntries(drawn);
}

/** The weights at a path of a saved state. Throws InputError naming the leaf that does not fit. */
export function readAnyGridWeights(spec: AnyGridSpec, state: StateTree, path: string): AnyGridWeights {
  const read = [...anyGridWeightShapes(spec)].map(
    ([name, shape]) => [name, expectArray(state, `${path}.${name}`, shape, Float32Array)] as const,
  );
  return Object.fromEntries(read);
}

/** As variables of the current backend; the caller disposes them. */
export function variablesOf(weights: AnyGridWeights): Record<string, tf.Variable> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(data, [...shape]), isLearned(name))),
    ]),
  );
}

/** Inverse of `variablesOf`. */
export async function weightsOf(variables: Readonly<Record<string, tf.Variable>>): Promise<AnyGridWeights> {
  const entries = Object.entries(variables).map(async ([name, variable]) => {
    const data = (await variable.data()) as Float32Array;
    return [name, { shape: variable.shape, data: data.slice() }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Whether training changes a weight. */
export function isLearned(name: string): boolean {
  return !name.startsWith("standard/");
}
