import * as tf from "@tensorflow/tfjs-core";
import { expectArray, expectNumber } from "../../checkpoints/leaves.ts";
import type { Moments, VariableOptimizer } from "../../models/optimizer.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { Schedule } from "./schedules.ts";

/** What tells one method from another. */
interface VariableRule {
  readonly averages: readonly string[];
  /** What `variable` moves against, in units of the rate; updates its averages. `t` counts steps from 1. Runs in tf.tidy. */
  direction(gradient: tf.Tensor, averages: Readonly<Record<string, tf.Variable>>, t: number): tf.Tensor;
}

/** Gradient descent on tensors: x <- x - rate(t) g. */
export function variableSgd({ rate }: { readonly rate: number | Schedule }): VariableOptimizer {
  return variableOptimizer("sgd", { averages: [], direction: (gradient) => gradient }, rate);
}

export interface VariableAdamOptions {
  readonly rate: number | Schedule;
  /** @default 0.9 */
  readonly beta1?: number;
  /** @default 0.999 */
  readonly beta2?: number;
  /** @default 1e-8 */
  readonly stabilizer?: number;
}

/** Adam (Kingma & Ba, 2015, algorithm 1) on tensors. */
export function variableAdam({
  rate,
  beta1 = 0.9,
  beta2 = 0.999,
  stabilizer = 1e-8,
}: VariableAdamOptions): VariableOptimizer {
  const rule: VariableRule = {
    averages: ["mean", "square"],
    direction(gradient, { mean, square }, t) {
      mean.assign(tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1)));
      square.assign(tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
      const root = tf.sqrt(tf.div(square, 1 - beta2 ** t));
      return tf.div(tf.div(mean, 1 - beta1 ** t), tf.add(root, stabilizer));
    },
  };
  return variableOptimizer("adam", rule, rate);
}

function variableOptimizer(name: string, rule: VariableRule, rate: number | Schedule): VariableOptimizer {
  const schedule = typeof rate === "number" ? () => rate : rate;
  return {
    name,

    init(variables) {
      const zeros = (): tf.Variable[] =>
        variables.map((variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false)));
      return { steps: 0, averages: Object.fromEntries(rule.averages.map((key) => [key, zeros()])) };
    },

    rate: ({ steps }) => schedule(steps),

    step(variables, gradients, moments) {
      const factor = -schedule(moments.steps);
      moments.steps++;
      tf.tidy(() => {
        variables.forEach((variable, index) => {
          const own = Object.fromEntries(rule.averages.map((key) => [key, moments.averages[key][index]]));
          const direction = rule.direction(gradients[index], own, moments.steps);
          variable.assign(tf.add(variable, tf.mul(direction, factor)));
        });
      });
    },

    async save({ steps, averages }) {
      const saved: Record<string, NdArray[]> = {};
      for (const key of rule.averages) saved[key] = await Promise.all(averages[key].map(read));
      return { steps, averages: saved };
    },

    load(tree, variables) {
      const load = (key: string): tf.Variable[] =>
        variables.map(({ shape }, index) => {
          const { data } = expectArray(tree, `averages.${key}.${index}`, shape, Float32Array);
          return tf.tidy(() => tf.variable(tf.tensor(data, shape), false));
        });
      const averages = Object.fromEntries(rule.averages.map((key) => [key, load(key)]));
      return { steps: expectNumber(tree, "steps"), averages } satisfies Moments;
    },
  };
}

async function read(tensor: tf.Tensor): Promise<NdArray> {
  return { shape: tensor.shape, data: ((await tensor.data()) as Float32Array).slice() };
}
