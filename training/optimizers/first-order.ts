import { expectArray } from "../../checkpoints/leaves.ts";
import type { Iterate, Optimizer } from "../../models/optimizer.ts";
import { loadIterate, saveIterate } from "./iterate.ts";
import { toSchedule, type Schedule } from "./schedules.ts";
import { addScaled } from "./vector.ts";

/** Running averages of gradients, each as long as x, under the names that checkpoints show. */
type Moments = Readonly<Record<string, Float64Array>>;

export interface FirstOrderState extends Iterate {
  readonly moments: Moments;
}

/** What tells one first-order method from another. */
export interface UpdateRule {
  /** Names of its moments; they start at zero. */
  readonly moments: readonly string[];
  /** The direction that `x` moves against, and the next moments. `t` counts steps from 1. */
  update(gradient: Float64Array, moments: Moments, t: number): { direction: Float64Array; moments: Moments };
}

/** x <- x - rate(t) * direction(t), one evaluation a step, for any update rule. */
export function firstOrder(
  name: string,
  { moments: names, update }: UpdateRule,
  rate: number | Schedule,
): Optimizer<FirstOrderState> {
  const schedule = toSchedule(rate);
  return {
    name,

    async init(objective, x) {
      const { value, gradient } = await objective(x);
      const moments = Object.fromEntries(names.map((key) => [key, new Float64Array(x.length)]));
      return { x: x.slice(), value, gradient, iterations: 0, evaluations: 1, moments };
    },

    async step(objective, state) {
      const { direction, moments } = update(state.gradient, state.moments, state.iterations + 1);
      const x = addScaled(state.x, -schedule(state.iterations), direction);
      const { value, gradient } = await objective(x);
      return { x, value, gradient, moments, iterations: state.iterations + 1, evaluations: state.evaluations + 1 };
    },

    save({ moments, ...iterate }) {
      const arrays = Object.entries(moments).map(([key, data]) => [key, { shape: [data.length], data }]);
      return { ...saveIterate(iterate), moments: Object.fromEntries(arrays) };
    },

    load(tree) {
      const iterate = loadIterate(tree);
      const load = (key: string) => expectArray(tree, `moments.${key}`, [iterate.x.length], Float64Array).data;
      return { ...iterate, moments: Object.fromEntries(names.map((key) => [key, load(key)])) };
    },
  };
}
