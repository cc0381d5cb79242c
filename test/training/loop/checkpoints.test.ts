import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { listCheckpoints, readCheckpoint } from "../../../checkpoints/index.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { train } from "../../../training/index.ts";
import { powerTask } from "../../children/toys.ts";
import { countingTask, newRun, rowsOf } from "../../support/loop.ts";

beforeAll(() => useBackend("cpu"));

describe("metrics and checkpoints", () => {
  it("logs a line a step, evaluates when due and at the end, saves the start, when due and the end", async () => {
    const run = await newRun("counting");
    const task = countingTask([5, 4, 3, 2, 1], { evaluate: async ({ count }) => ({ psnr: 10 * count }) });
    await train(task, { seed: 0, run, evaluateEvery: 2, checkpointEvery: 3, keepLast: 9 });
    const rows = await rowsOf(run);
    expect(rows.map(({ loss, psnr }) => [loss, psnr])).toEqual([
      [5, undefined],
      [4, 20],
      [3, undefined],
      [2, 40],
      [1, 50],
    ]);
    expect(Object.keys(rows[1])).toEqual(["step", "seconds", "loss", "psnr"]);
    expect(await listCheckpoints(run.checkpointsFolder)).toEqual([0, 3, 5]);
    expect(await readCheckpoint(join(run.checkpointsFolder, "latest"))).toMatchObject({
      task: "counting",
      step: 5,
      config: { seed: 1, options: { steps: 12 } },
      metrics: { loss: 1, psnr: 50 },
    });
  });

  it("keeps and reports the best", async () => {
    const run = await newRun("counting");
    const values = [5, 2, 3, 4, 4, 4];
    const { best } = await train(countingTask(values), {
      seed: 0,
      run,
      checkpointEvery: 1,
      keepLast: 1,
      best: { metric: "loss" },
    });
    expect(best).toEqual({ value: 2, step: 2, since: 4 });
    expect(await listCheckpoints(run.checkpointsFolder)).toEqual([2, 6]);
  });

  it("goes on counting seconds", async () => {
    const run = await newRun("counting");
    const slow = (steps: number) => {
      const task = countingTask(Array<number>(steps).fill(1));
      const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
      return { ...task, step: async (...args: Parameters<typeof task.step>) => (await pause(), task.step(...args)) };
    };
    await train(slow(2), { seed: 0, run });
    const { seconds } = await train(slow(3), { seed: 0, run, resume: true });
    const [first, second, third] = (await rowsOf(run)).map((row) => row["seconds"]);
    for (const duration of [first, second - first, third - second]) expect(duration).toBeGreaterThan(0.015);
    expect(seconds).toBeGreaterThanOrEqual(third);
  });

  it("cuts the log back to the checkpoint, a torn last line included", async () => {
    const run = await newRun("counting");
    await train(countingTask([3, 2]), { seed: 0, run });
    const text = await readFile(run.metricsFile, "utf8");
    await writeFile(run.metricsFile, `${text}{"step":3,"seconds":1,"loss":77}\n{"step":4,"sec`);
    await train(countingTask([3, 2, 1]), { seed: 0, run, resume: true });
    expect((await rowsOf(run)).map(({ step, loss }) => [step, loss])).toEqual([
      [1, 3],
      [2, 2],
      [3, 1],
    ]);
  });

  it("starts where there is no checkpoint to resume from", async () => {
    const run = await newRun("counting");
    expect(await train(countingTask([2, 1]), { seed: 0, run, resume: true })).toMatchObject({ step: 2 });
  });

  it("does not go over a run that has steps unless told to resume it", async () => {
    const run = await newRun("counting");
    await train(countingTask([2, 1]), { seed: 0, run });
    await expect(train(countingTask([2, 1]), { seed: 0, run })).rejects.toThrow("already holds step 2");
  });

  it("refuses another task's checkpoint and a state of another shape", async () => {
    const run = await newRun("power");
    await train(powerTask(1, { size: 4 }), { seed: 0, run });
    await expect(train(countingTask([1]), { seed: 0, run, resume: true })).rejects.toThrow(
      "of task power, expected counting",
    );
    await expect(train(powerTask(2, { size: 5 }), { seed: 0, run, resume: true })).rejects.toThrow(
      "vector: saved [4], expected [5]",
    );
  });
});
