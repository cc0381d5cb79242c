import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metrics, Task } from "../../models/task.ts";
import { createRunDirectory, type Reporter, type RunDirectory } from "../../training/index.ts";
import { temporaryFolder } from "./temporary.ts";

/** A new run directory of a task. */
export async function newRun(task: string): Promise<RunDirectory> {
  const path = join(await temporaryFolder(), "run");
  return createRunDirectory(path, { task, seed: 1, backend: "cpu", options: { steps: 12 } });
}

/** The rows of its metrics. */
export async function rowsOf({ metricsFile }: RunDirectory): Promise<Metrics[]> {
  const lines = (await readFile(metricsFile, "utf8")).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Metrics);
}

/** Counts; the metric of step t is `values[t - 1]`. */
export function countingTask(
  values: readonly number[],
  overrides: Partial<Task<{ count: number }>> = {},
): Task<{ count: number }> {
  return {
    name: "counting",
    steps: values.length,
    init: async () => ({ count: 0 }),
    step: async ({ count }) => ({ state: { count: count + 1 }, metrics: { loss: values[count] } }),
    save: ({ count }) => ({ count }),
    load: ({ count }) => ({ count: count as number }),
    ...overrides,
  };
}

/** Says nothing. */
export const silent: Reporter = {
  start: () => undefined,
  within: () => undefined,
  row: () => undefined,
  end: () => undefined,
  close: () => undefined,
};
