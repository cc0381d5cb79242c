import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { listCheckpoints } from "../../../checkpoints/index.ts";
import type { Metrics, Task } from "../../../models/task.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { lbfgs, train, type LbfgsState } from "../../../training/index.ts";
import { adversarialTask, alternatingTask, powerTask } from "../../children/toys.ts";
import { newRun, rowsOf } from "../../support/loop.ts";
import { rosenbrock } from "../../support/objectives.ts";

beforeAll(() => useBackend("cpu"));

/** An L-BFGS iteration as a step: the optimiser contract inside the task contract. */
function lbfgsTask(steps: number): Task<LbfgsState> {
  const problem = rosenbrock(8);
  const optimizer = lbfgs();
  const objective = async (x: Float64Array) => problem.evaluate(x);
  return {
    name: "lbfgs",
    steps,
    init: () => optimizer.init(objective, problem.start),
    async step(state) {
      const next = await optimizer.step(objective, state);
      return { state: next, metrics: { loss: next.value, evaluations: next.evaluations }, done: next.finished };
    },
    save: (state) => optimizer.save(state),
    load: (tree) => optimizer.load(tree),
  };
}

const tasks: Readonly<Record<string, (steps: number) => Task<unknown>>> = {
  "an adversarial pair of gradient steps": (steps) => adversarialTask(steps),
  "a power iteration": (steps) => powerTask(steps),
  "an alternating update": (steps) => alternatingTask(steps, { rows: 9, columns: 7 }),
  "an L-BFGS iteration": (steps) => lbfgsTask(steps),
};

describe.each(Object.entries(tasks))("%s", (_, make) => {
  it("runs, and goes on bit for bit from any checkpoint", async () => {
    const run = await newRun(make(12).name);
    const options = { seed: 3, evaluateEvery: 5, checkpointEvery: 4, keepLast: 10 };
    const whole = await train(make(12), { ...options, run });
    expect(whole).toMatchObject({ status: "completed", reason: "ran all 12 steps", step: 12 });
    const expected = await make(12).save(whole.state);
    const rows = await rowsOf(run);
    expect(rows.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

    for (const step of await listCheckpoints(run.checkpointsFolder)) {
      const other = await newRun(make(12).name);
      const resume = join(run.checkpointsFolder, `step-${String(step).padStart(6, "0")}`);
      const task = make(12);
      const resumed = await train(task, { ...options, run: other, resume });
      expect(await task.save(resumed.state)).toEqual(expected);
      const tail = await rowsOf(other);
      const timeless = (row: Metrics) => ({ ...row, seconds: 0 });
      expect(tail.map(timeless)).toEqual(rows.slice(step).map(timeless));
      task.dispose?.(resumed.state);
    }
    make(12).dispose?.(whole.state);
  });
});
