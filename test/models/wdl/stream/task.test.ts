import { beforeAll, describe, expect, it } from "vitest";
import { wdlOptions, type WdlOptions } from "../../../../models/wdl/options.ts";
import { softmax } from "../../../../models/wdl/simplex.ts";
import { setUpStream, stepsOf } from "../../../../models/wdl/stream/setup.ts";
import { streamTask, type StreamState } from "../../../../models/wdl/stream/task.ts";
import type { ImageDataset } from "../../../../src/data/dataset.ts";
import { memoryRows } from "../../../../src/data/stream/sources.ts";
import { openStream } from "../../../../src/data/stream/stream.ts";
import { resolveOptions } from "../../../../src/options.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { Random } from "../../../../src/tensor/random.ts";
import { adam, cosineDecay, type AdamState } from "../../../../training/optimizers/index.ts";

beforeAll(async () => {
  await useBackend("cpu");
});

const SIDE = 9;
const PLACES = [
  [1, 1],
  [1, 7],
  [7, 4],
];

/** A bump somewhere between three places: a displacement, which barycenters of bumps at the places follow. */
function bumps(count: number, seed: number): ImageDataset {
  const random = Random.fromSeed(seed);
  const data = new Float64Array(count * SIDE * SIDE);
  for (let image = 0; image < count; image++) {
    const shares = PLACES.map(() => -Math.log(1 - random.uniform()));
    const sum = shares.reduce((total, share) => total + share);
    const [y, x] = [0, 1].map((axis) => shares.reduce((total, share, s) => total + (share / sum) * PLACES[s][axis], 0));
    for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
      const squared = (Math.floor(pixel / SIDE) - y) ** 2 + ((pixel % SIDE) - x) ** 2;
      data[image * SIDE * SIDE + pixel] = 1 + 200 * Math.exp(-squared / 3);
    }
  }
  return {
    kind: "images",
    name: "bumps",
    values: ndarray(data, [count, SIDE, SIDE]),
    names: Array.from({ length: count }, String),
  };
}

const GIVEN = { atoms: 3, loss: "quadratic", gamma: 1, sinkhornIterations: 8, batch: 16, epochs: 3 } as const;

async function taskOf(given: Partial<WdlOptions> = {}, count = 60) {
  const options = resolveOptions(wdlOptions, { ...GIVEN, ...given });
  const setup = await setUpStream(options, await openStream(memoryRows(bumps(count, 1))));
  const steps = stepsOf(options, setup.points, setup.batch, wdlOptions.iterations.default);
  const optimizer = adam({ rate: cosineDecay(0.1, steps) });
  return { setup, task: streamTask({ setup, optimizer, steps, init: options.init }) };
}

type State = StreamState<AdamState>;
type Tasks = Awaited<ReturnType<typeof taskOf>>["task"];

/** Steps `from` to `to`; the state and the losses. */
async function run(task: Tasks, state: State, random: Random, from: number, to: number) {
  const losses: number[] = [];
  for (let step = from; step <= to; step++) {
    const context = { step, random, signal: new AbortController().signal, progress: () => undefined };
    const outcome = await task.step(state, context);
    state = outcome.state;
    losses.push(outcome.metrics["loss"]);
  }
  return { state, losses };
}

describe("streamTask", () => {
  it("lowers the loss, visits each point once an epoch, and keeps the weights of all", async () => {
    const { task } = await taskOf();
    expect(task.steps).toBe(12); // 3 epochs of 16 + 16 + 16 + 12
    const random = Random.fromSeed(4);
    const first = await run(task, await task.init(random), random, 1, 4);
    expect(Array.from(first.state.order).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(first.state.position).toBe(60);
    for (let row = 0; row < 60; row++) {
      const sum = first.state.weights.subarray(3 * row, 3 * row + 3).reduce((total, weight) => total + weight, 0);
      expect(sum).toBeCloseTo(1, 5);
    }
    const order = first.state.order.slice();
    const rest = await run(task, first.state, random, 5, 12);
    expect(rest.state.order).not.toEqual(order);
    const mean = (losses: readonly number[]) => losses.reduce((sum, loss) => sum + loss) / losses.length;
    expect(mean(rest.losses.slice(-4))).toBeLessThan(0.7 * mean(first.losses));
    expect(softmax.forward(rest.state.optimizer.x, SIDE * SIDE).every(Number.isFinite)).toBe(true);
  });

  it.each([{}, { locality: 0.01 }])("goes on bit for bit from the middle of an epoch, %o", async (given) => {
    const { task } = await taskOf(given);
    const random = Random.fromSeed(4);
    const half = await run(task, await task.init(random), random, 1, 6);
    const saved = structuredClone(await task.save(half.state));
    const generator = random.state();
    const straight = await run(task, half.state, random, 7, 12);
    const { task: other } = await taskOf(given);
    const resumed = await run(other, await other.load(saved), Random.fromState(generator), 7, 12);
    expect(resumed.losses).toEqual(straight.losses);
    expect(await other.save(resumed.state)).toEqual(await task.save(straight.state));
  });

  it("leaves the state as it was where a step is aborted", async () => {
    const { task } = await taskOf();
    const random = Random.fromSeed(4);
    const { state } = await run(task, await task.init(random), random, 1, 2);
    const before = structuredClone(await task.save(state));
    const stop = new AbortController();
    stop.abort("enough");
    const context = { step: 3, random, signal: stop.signal, progress: () => undefined };
    await expect(task.step(state, context)).rejects.toBe("enough");
    expect(await task.save(state)).toEqual(before);
  });

  it("reports what the locality comes to", async () => {
    const { task } = await taskOf({ locality: 0.01 });
    const random = Random.fromSeed(4);
    const context = { step: 1, random, signal: new AbortController().signal, progress: () => undefined };
    const { metrics } = await task.step(await task.init(random), context);
    expect(metrics["locality"]).toBeGreaterThan(0);
    expect(metrics["unconverged"]).toBe(0);
  });
});

describe("setUpStream", () => {
  it.each([
    [{ batch: 61 }, /batch.*expected at most the 60 data points of bumps, got 61/],
    [{ warmRestart: 5 }, /warmRestart.*not with --batch/],
    [{ weightScale: 50 }, /weightScale.*not with --batch/],
    [{ iterations: 7 }, /epochs.*not beside --iterations/],
    [{ locality: 1, allowNegativeWeights: true }, /locality.*not defined for negative weights/],
    [{ atoms: 80 }, /init.*expected at least 80 data points/],
  ] as const)("refuses %o", async (given, message) => {
    await expect(taskOf(given)).rejects.toThrow(message);
  });

  it("takes --iterations as batches where there are no epochs", async () => {
    expect((await taskOf({ epochs: undefined, iterations: 7 })).task.steps).toBe(7);
  });
});
