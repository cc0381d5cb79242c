import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { StepOutcome, Task } from "../../../models/task.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { train, type Reporter } from "../../../training/index.ts";
import { powerTask } from "../../children/toys.ts";
import { countingTask, newRun, rowsOf, silent } from "../../support/loop.ts";

beforeAll(() => useBackend("cpu"));

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

  it("takes an aborted step back, its random numbers too", async () => {
    const draws: number[] = [];
    const task = (abortIn: number | undefined, controller = new AbortController()) => ({
      controller,
      task: countingTask([1, 1, 1], {
        async step({ count }, { step, random, signal }) {
          const draw = random.uniform();
          if (step === abortIn) {
            controller.abort("enough");
            signal.throwIfAborted();
          }
          draws.push(draw);
          return { state: { count: count + 1 }, metrics: { loss: draw } };
        },
      }),
    });
    const whole = await train(task(undefined).task, { seed: 3 });
    const expected = draws.splice(0);
    const run = await newRun("counting");
    const { task: aborting, controller } = task(2);
    const stopped = await train(aborting, { seed: 3, run, signal: controller.signal });
    expect(stopped).toMatchObject({ status: "interrupted", step: 1, state: { count: 1 } });
    const resumed = await train(task(undefined).task, { seed: 3, run, resume: true });
    expect(resumed.state).toEqual(whole.state);
    expect(draws).toEqual(expected);
  });

  it("passes on an error of a step that is no answer to the request", async () => {
    const controller = new AbortController();
    const step = async (): Promise<StepOutcome<{ count: number }>> => {
      controller.abort("enough");
      throw new Error("broken");
    };
    const task = countingTask([1], { step });
    await expect(train(task, { seed: 0, signal: controller.signal })).rejects.toThrow("broken");
  });

  it.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s saves a checkpoint",
    async (name) => {
      const run = await newRun("counting");
      const step = async ({ count }: { count: number }): Promise<StepOutcome<{ count: number }>> => {
        if (count === 1) process.kill(process.pid, name);
        await delay(20);
        return { state: { count: count + 1 }, metrics: {} };
      };
      const { status, reason, checkpoint } = await train(countingTask([1, 1, 1, 1, 1, 1], { step }), { seed: 0, run });
      expect({ status, reason }).toEqual({ status: "interrupted", reason: `asked to stop (${name})` });
      expect(checkpoint).toMatch(/step-00000[2-4]$/);
    },
  );

  it("ends before the first step where that was asked", async () => {
    expect(await train(countingTask([1]), { seed: 0, signal: AbortSignal.abort("no") })).toMatchObject({
      status: "interrupted",
      step: 0,
    });
  });

  it("listens to process signals only while it runs", async () => {
    const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    const count = () => names.reduce((sum, name) => sum + process.listenerCount(name), 0);
    const before = count();
    const during: number[] = [];
    const step = async (state: { count: number }): Promise<StepOutcome<{ count: number }>> => {
      during.push(count());
      return { state, metrics: {} };
    };
    await train(countingTask([1], { step }), { seed: 0 });
    await train(countingTask([1], { step }), { seed: 0, signals: [] });
    expect(during).toEqual([before + 3, before]);
    expect(count()).toBe(before);
  });
});
