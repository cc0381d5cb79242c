import { expectArray, expectNumber } from "../../checkpoints/leaves.ts";
import type { GradientOptimizer, GradientState } from "../../models/optimizer.ts";
import type { Schedule } from "./schedules.ts";

export interface AdamOptions {
  readonly rate: Schedule;
  /** @default 0.9 */
  readonly beta1?: number;
  /** @default 0.999 */
  readonly beta2?: number;
  /** @default 1e-12 */
  readonly stabilizer?: number;
}

export interface AdamState extends GradientState {
  readonly mean: Float64Array;
  readonly square: Float64Array;
}

/** Adam (Kingma & Ba 2015, Algorithm 1) in float64 on the host; `variableAdam` is the same on tensors. */
export function adam({
  rate,
  beta1 = 0.9,
  beta2 = 0.999,
  stabilizer = 1e-12,
}: AdamOptions): GradientOptimizer<AdamState> {
  return {
    name: "adam",

    init: (x) => ({ x, steps: 0, mean: new Float64Array(x.length), square: new Float64Array(x.length) }),

    step(state, gradient) {
      const steps = state.steps + 1;
      const factor = rate(state.steps) / (1 - beta1 ** steps);
      const mean = state.mean.map((value, i) => beta1 * value + (1 - beta1) * gradient[i]);
      const square = state.square.map((value, i) => beta2 * value + (1 - beta2) * gradient[i] ** 2);
      const bias = 1 - beta2 ** steps;
      const x = state.x.map((value, i) => value - (factor * mean[i]) / (Math.sqrt(square[i] / bias) + stabilizer));
      return { x, steps, mean, square };
    },

    save: ({ x, steps, mean, square }) => ({ x: vector(x), steps, mean: vector(mean), square: vector(square) }),

    load(tree) {
      const { data: x } = expectArray(tree, "x", [null], Float64Array);
      const like = (name: string) => expectArray(tree, name, [x.length], Float64Array).data;
      return { x, steps: expectNumber(tree, "steps"), mean: like("mean"), square: like("square") };
    },
  };
}

function vector(data: Float64Array) {
  return { shape: [data.length], data };
}
