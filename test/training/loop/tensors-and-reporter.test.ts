import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { Task } from "../../../models/task.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { train, type ProgressEnd, type ProgressStart, type Reporter } from "../../../training/index.ts";
import { adversarialTask, powerTask } from "../../children/toys.ts";
import { countingTask } from "../../support/loop.ts";

beforeAll(() => useBackend("cpu"));

describe("the tensor-leak assertion", () => {
  const leaky = (at: "step" | "evaluate"): Task<tf.Tensor> => ({
    name: "leaky",
    steps: 5,
    init: async () => tf.zeros([2]),
    async step(state) {
      if (at === "step") tf.ones([3]);
      const next = tf.add(state, 1);
      state.dispose();
      return { state: next, metrics: { loss: 0 } };
    },
    async evaluate() {
      if (at === "evaluate") tf.ones([3]);
      return {};
    },
    save: () => ({}),
    load: () => tf.zeros([2]),
    dispose: (state) => state.dispose(),
  });

  it.each(["step", "evaluate"] as const)("fires on a leak in %s", async (at) => {
    const options = { seed: 0, evaluateEvery: 1 };
    await expect(train(leaky(at), options)).rejects.toThrow(
      /^task leaky: \d+ live tensors after step \d, \d+ after step 1/,
    );
    const { state } = await train(leaky(at), { ...options, checkLeaks: false });
    state.dispose();
  });

  it("holds over 50 steps of a task that disposes what it replaces", async () => {
    const before = tf.memory().numTensors;
    const task = adversarialTask(50);
    const { state } = await train(task, { seed: 0, evaluateEvery: 7 });
    expect(tf.memory().numTensors).toBe(before + 2);
    task.dispose!(state);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it("tells the reporter the facts, and closes it also after an error", async () => {
  const calls: [string, unknown?][] = [];
  const reporter: Reporter = {
    start: (info: ProgressStart) => calls.push(["start", info]),
    within: (step, fraction, note) => calls.push(["within", [step, fraction, note]]),
    row: ({ step }) => calls.push(["row", step]),
    end: ({ status }: ProgressEnd) => calls.push(["end", status]),
    close: () => calls.push(["close"]),
  };
  await train(powerTask(1, { size: 2 }), { seed: 0, reporter });
  expect(calls).toEqual([
    ["start", { task: "power", step: 0, steps: 1, run: undefined }],
    ["within", [1, 0.5, "1 of 2 rows"]],
    ["within", [1, 1, "2 of 2 rows"]],
    ["row", 1],
    ["end", "completed"],
    ["close"],
  ]);
  calls.length = 0;
  const init = () => Promise.reject(new Error("no"));
  await expect(train(countingTask([1], { init }), { seed: 0, reporter })).rejects.toThrow("no");
  expect(calls).toEqual([["close"]]);
});
