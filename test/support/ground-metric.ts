import type { GroundMetricState } from "../../models/ground-metric/state.ts";
import { groundMetricTask, type GroundMetricSettings } from "../../models/ground-metric/task.ts";
import type { Metrics, Task } from "../../models/task.ts";
import type { MatrixDataset } from "../../src/data/dataset.ts";
import { numbered } from "../../src/data/dataset.ts";
import { Random } from "../../src/tensor/random.ts";

/** A matrix as a data set, with numbers for names. */
export function matrixDataset(rows: readonly (readonly number[])[], labels?: readonly string[]): MatrixDataset {
  const shape = [rows.length, rows[0].length];
  return {
    kind: "matrix",
    name: "test",
    values: { shape, data: Float64Array.from(rows.flat()) },
    names: numbered(shape[0]),
    features: numbered(shape[1]),
    ...(labels && { labels }),
  };
}

/** Random positive data, skewed as counts are. */
export function randomMatrix(samples: number, features: number, seed: number, zeros = 0): MatrixDataset {
  const random = Random.fromSeed(seed);
  return matrixDataset(
    Array.from({ length: samples }, () =>
      Array.from({ length: features }, () => (random.uniform() < zeros ? 0 : random.uniform() ** 2 + 0.01)),
    ),
  );
}

export interface Outcome {
  readonly state: GroundMetricState;
  /** One an iteration. */
  readonly metrics: readonly Metrics[];
  readonly done: string | undefined;
}

/** Runs a fixed-point task as the loop does, in memory. */
export async function iterate(settings: GroundMetricSettings, seed = 1): Promise<Outcome> {
  const task = groundMetricTask(settings);
  const random = Random.fromSeed(seed);
  return finish(task, await task.init(random), random, 1);
}

/** Goes on with an iteration from a state, `step` being the number of the present one. */
export async function finish(
  task: Task<GroundMetricState>,
  start: GroundMetricState,
  random: Random,
  step: number,
): Promise<Outcome> {
  let state = start;
  const metrics: Metrics[] = [];
  while (step <= task.steps) {
    const context = { step, random, signal: new AbortController().signal, progress: () => undefined };
    const outcome = await task.step(state, context);
    state = outcome.state;
    if (outcome.unfinished) continue;
    metrics.push(outcome.metrics);
    step++;
    if (outcome.done !== undefined) return { state, metrics, done: outcome.done };
  }
  return { state, metrics, done: undefined };
}
