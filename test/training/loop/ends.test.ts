import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readCheckpoint } from "../../../checkpoints/index.ts";
import type { Task } from "../../../models/task.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { train } from "../../../training/index.ts";
import { adversarialTask, powerTask } from "../../children/toys.ts";
import { countingTask, newRun, rowsOf } from "../../support/loop.ts";

beforeAll(() => useBackend("cpu"));

describe("ends", () => {
  it("early, when a metric has not improved for long enough, and stays ended", async () => {
    const run = await newRun("counting");
    const task = countingTask([9, 5, 4.9, 4.8, 4.7, 1, 1]);
    const earlyStop = { metric: "loss", patience: 3, minDelta: 0.5 };
    const result = await train(task, { seed: 0, run, earlyStop });
    expect(result).toMatchObject({ status: "early-stopped", step: 5 });
    expect(result.reason).toBe("loss was seen 3 times without improving on 5 of step 2");
    expect(await train(task, { seed: 0, run, resume: true, earlyStop })).toMatchObject({
      status: "early-stopped",
      step: 5,
    });
  });

  it("early after an interruption as without one", async () => {
    const values = [9, 5, 5, 5, 5, 5];
    const earlyStop = { metric: "loss", patience: 3 };
    const run = await newRun("counting");
    await train(countingTask(values.slice(0, 3)), { seed: 0, run, earlyStop });
    const result = await train(countingTask(values), { seed: 0, run, resume: true, earlyStop });
    expect(result).toMatchObject({ status: "early-stopped", step: 5 });
  });

  it("when the task says so, evaluated and saved, and stays ended", async () => {
    const run = await newRun("power");
    const task = powerTask(500, { tolerance: 1e-9 });
    const result = await train(task, { seed: 0, run });
    expect(result).toMatchObject({ status: "completed", reason: "the vector moved less than 1e-9" });
    expect(result.step).toBeLessThan(100);
    const again = await train(task, { seed: 0, run, resume: true });
    expect(again).toMatchObject({ status: "completed", step: result.step, reason: result.reason });
  });

  it("on a metric that is not finite, naming the first array that is not, the last good checkpoint kept", async () => {
    const run = await newRun("broken");
    const size = 3;
    const task: Task<{ x: Float64Array }> = {
      name: "broken",
      steps: 9,
      init: async () => ({ x: new Float64Array(size).fill(1) }),
      async step({ x }, { step }) {
        const next = x.map((value) => (step === 5 ? value / 0 : value + 1));
        return { state: { x: next }, metrics: { loss: next[0] - next[1] } };
      },
      save: ({ x }) => ({ data: { shape: [1], data: Float64Array.of(1) }, inner: { x: { shape: [size], data: x } } }),
      load: (tree) => tree as never,
    };
    const result = await train(task, { seed: 0, run, checkpointEvery: 2 });
    const last = join(run.checkpointsFolder, "step-000004");
    expect(result).toMatchObject({ status: "non-finite", step: 4, checkpoint: last });
    expect(result.reason).toBe(
      `step 5: loss is NaN: the first array that is not finite is inner.x; the last good checkpoint is ${last}`,
    );
    expect(await rowsOf(run)).toHaveLength(4);
    expect((await readCheckpoint(last)).step).toBe(4);
  });

  it("on a state that is not finite, before it is saved", async () => {
    const run = await newRun("counting");
    const save = ({ count }: { count: number }) => ({
      x: { shape: [1], data: Float32Array.of(count < 3 ? 1 : NaN) },
      count,
    });
    const result = await train(countingTask([1, 1, 1, 1], { save }), { seed: 0, run, checkpointEvery: 1 });
    expect(result.status).toBe("non-finite");
    expect(result.reason).toMatch(
      /^step 3: the first array that is not finite is x; the last good checkpoint is .*step-000002$/,
    );
  });

  it("not on an evaluation that is not finite: equal images have an infinite PSNR", async () => {
    const run = await newRun("counting");
    const task = countingTask([1], { evaluate: async () => ({ psnr: Infinity }) });
    expect(await train(task, { seed: 0, run })).toMatchObject({ status: "completed", metrics: { psnr: Infinity } });
    expect(await rowsOf(run)).toMatchObject([{ psnr: null }]);
  });

  it("with the task's own error, files closed and tensors freed", async () => {
    const before = tf.memory().numTensors;
    const task = adversarialTask(3);
    const failing = { ...task, evaluate: () => Promise.reject(new Error("out of ideas")) };
    await expect(train(failing, { seed: 0 })).rejects.toThrow("out of ideas");
    expect(tf.memory().numTensors).toBe(before);
  });

  it("with a message where a followed metric does not exist", async () => {
    const earlyStop = { metric: "lose", patience: 2 };
    await expect(train(countingTask([1, 2]), { seed: 0, earlyStop })).rejects.toThrow(
      "metric lose: unknown; this task reports loss",
    );
    const evaluated = countingTask([1, 2], { evaluate: async () => ({ psnr: 1 }) });
    expect(await train(evaluated, { seed: 0, earlyStop: { metric: "psnr", patience: 2 } })).toMatchObject({
      status: "completed",
    });
  });
});
