import * as tf from "@tensorflow/tfjs-core";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { listCheckpoints, readCheckpoint } from "../../checkpoints/index.ts";
import type { Metrics, StepOutcome, Task } from "../../models/task.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import {
  createRunDirectory,
  lbfgs,
  train,
  type LbfgsState,
  type ProgressEnd,
  type ProgressStart,
  type Reporter,
  type RunDirectory,
} from "../../training/index.ts";
import { adversarialTask, alternatingTask, powerTask } from "../children/toys.ts";
import { rosenbrock } from "../support/objectives.ts";
import { temporaryFolder } from "../support/temporary.ts";

beforeAll(() => useBackend("cpu"));

async function newRun(task: string): Promise<RunDirectory> {
  const path = join(await temporaryFolder(), "run");
  return createRunDirectory(path, { task, seed: 1, backend: "cpu", options: { steps: 12 } });
}

async function rowsOf({ metricsFile }: RunDirectory): Promise<Metrics[]> {
  const lines = (await readFile(metricsFile, "utf8")).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Metrics);
}

/** Counts; the metric of step t is `values[t - 1]`. */
function countingTask(
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
  "an adversarial pair of gradient steps": (steps) => adversarialTask(steps) as Task<unknown>,
  "a power iteration": (steps) => powerTask(steps) as Task<unknown>,
  "an alternating update": (steps) => alternatingTask(steps, { rows: 9, columns: 7 }) as Task<unknown>,
  "an L-BFGS iteration": (steps) => lbfgsTask(steps) as Task<unknown>,
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
    expect(Object.keys(rows[1]!)).toEqual(["step", "seconds", "loss", "psnr"]);
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

describe("a step that takes long", () => {
  /** Steps of four parts, each as long as a save is to be apart. */
  const parts = (pause: number): Task<{ count: number }> =>
    countingTask([1, 1], {
      async step({ count }) {
        await delay(pause);
        return { state: { count: count + 1 }, metrics: { loss: 1 }, unfinished: (count + 1) % 4 !== 0 };
      },
    });

  /** Counts that were saved, in their order. */
  async function savedCounts(pause: number, checkpointSeconds: number): Promise<number[]> {
    const counts: number[] = [];
    const task = parts(pause);
    const save = (state: { count: number }) => {
      counts.push(state.count);
      return task.save(state);
    };
    const run = await newRun("counting");
    await train({ ...task, save }, { seed: 0, run, checkpointEvery: 9, checkpointSeconds });
    return counts;
  }

  it("is saved while it is under way", async () => {
    const counts = await savedCounts(400, 1e-3); // longer than twenty saves of one number
    expect(counts[0]).toBe(0);
    expect(counts.at(-1)).toBe(8);
    expect(counts.filter((count) => count % 4 !== 0).length).toBeGreaterThan(0);
  });

  it("is not saved more often than it was asked for", async () => {
    expect(await savedCounts(5, 60)).toEqual([0, 8]);
  });
});

describe("stopping", () => {
  it("leaves a long step where its state is consistent and takes it up there", async () => {
    const whole = await train(powerTask(4), { seed: 5 });
    const run = await newRun("power");
    const controller = new AbortController();
    let calls = 0;
    const stopIn: Reporter = {
      ...silent,
      within: (step, fraction) => {
        if (step === 3 && fraction > 0.5 && calls++ === 0) controller.abort("enough");
      },
    };
    const stopped = await train(powerTask(4), { seed: 5, run, signal: controller.signal, reporter: stopIn });
    expect(stopped).toMatchObject({ status: "interrupted", reason: "asked to stop (enough)", step: 2 });
    expect(stopped.state.rows).toBeGreaterThan(0);
    const resumed = await train(powerTask(4), { seed: 5, run, resume: true });
    expect(resumed.state).toEqual(whole.state);
    expect(resumed.metrics).toEqual(whole.metrics);
    expect((await rowsOf(run)).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  });

  it("ends before the first step where that was asked", async () => {
    expect(await train(countingTask([1]), { seed: 0, signal: AbortSignal.abort("no") })).toMatchObject({
      status: "interrupted",
      step: 0,
    });
  });

  it("listens to process signals only while it runs", async () => {
    const count = () => process.listenerCount("SIGINT") + process.listenerCount("SIGTERM");
    const before = count();
    const during: number[] = [];
    const step = async (state: { count: number }): Promise<StepOutcome<{ count: number }>> => {
      during.push(count());
      return { state, metrics: {} };
    };
    await train(countingTask([1], { step }), { seed: 0 });
    await train(countingTask([1], { step }), { seed: 0, signals: [] });
    expect(during).toEqual([before + 2, before]);
    expect(count()).toBe(before);
  });
});

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

const silent: Reporter = {
  start: () => undefined,
  within: () => undefined,
  row: () => undefined,
  end: () => undefined,
  close: () => undefined,
};

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
