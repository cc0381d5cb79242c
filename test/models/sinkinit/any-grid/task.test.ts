import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { synthesise } from "../../../../models/sinkinit/any-grid/network.ts";
import { gridProblem } from "../../../../models/sinkinit/any-grid/grid-problem.ts";
import { logErrors } from "../../../../models/sinkinit/any-grid/objective.ts";
import { anyGridTask } from "../../../../models/sinkinit/any-grid/task.ts";
import { temporaryTensors } from "../../../../models/sinkinit/any-grid/temporary-tensors.ts";
import { ANY_GRID } from "../../../../models/sinkinit/any-grid/spec.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { Random } from "../../../../src/tensor/random.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { variableAdam } from "../../../../training/optimizers/index.ts";
import { usePlainBackend } from "../../../support/plain-backend.ts";

const spec = { ...ANY_GRID, modes: 4, widths: [16, 16] };

function taskOf() {
  return anyGridTask({ spec, pairs: 64, batch: 32, steps: 40, optimizer: variableAdam({ rate: 3e-3 }) });
}

const contextOf = (step: number, random: Random) => ({
  step,
  random,
  signal: new AbortController().signal,
  progress: () => undefined,
});

describe("the task for all grids", () => {
  beforeAll(() => useBackend("wasm"));

  it("goes on bit for bit from a saved state, and leaks no tensor", async () => {
    const task = taskOf();
    const run = async (state: Awaited<ReturnType<typeof task.init>>, from: number, to: number, random: Random) => {
      const losses: number[] = [];
      for (let step = from; step <= to; step++)
        losses.push((await task.step(state, contextOf(step, random))).metrics["loss"]);
      return losses;
    };
    const [first, second] = [Random.fromSeed(5), Random.fromSeed(5)];
    const whole = await task.init(first);
    const losses = await run(whole, 1, 6, first);
    const part = await task.init(second);
    await run(part, 1, 3, second);
    const loaded = await task.load(await task.save(part));
    const { numTensors } = tf.memory();
    expect(await run(loaded, 4, 6, second)).toEqual(losses.slice(3));
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(await task.save(loaded)).toEqual(await task.save(whole));
    for (const state of [whole, part, loaded]) task.dispose!(state);
  });

  it("learns", async () => {
    const task = taskOf();
    const random = Random.fromSeed(1);
    const state = await task.init(random);
    const losses: number[] = [];
    for (let step = 1; step <= 40; step++)
      losses.push((await task.step(state, contextOf(step, random))).metrics["loss"]);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)) - 0.1);
    task.dispose!(state);
  });
});

describe("its objective", () => {
  // tfjs' own kernels of the cpu add in float64: central differences of a float32 loss keep enough digits
  beforeAll(usePlainBackend);

  it("has the gradient of central differences, and its least value where there is no error", () => {
    const size = [6, 9] as const;
    const problem = { ...gridProblem("x", unitGrid([8, 9]), 0.02), size };
    const random = Random.fromSeed(2);
    const points = size[0] * size[1];
    const masses = Float32Array.from(random.fill(2 * points, () => random.uniform()));
    for (let row = 0; row < 2; row++) {
      const one = masses.subarray(row * points, (row + 1) * points);
      const total = one.reduce((sum, mass) => sum + mass, 0);
      one.forEach((mass, at) => (one[at] = mass / total));
    }
    const residual = Float32Array.from(random.fill(2 * points, () => 0.02 * random.normal()));
    const batch = { problem, features: new Float32Array(), distance: new Float32Array(), residual, weights: masses };
    const outputs = tf.variable(tf.randomNormal([2, ANY_GRID.cells ** 2], 0, 0.002, "float32", 1));
    const polynomial = tf.zeros([2, 5]);
    const lossOf = (series: tf.Tensor): tf.Scalar =>
      tf.mean(logErrors(synthesise<tf.Tensor>(temporaryTensors, { series, polynomial }, problem, ANY_GRID), batch));
    const gradient = tf.grad((x) => lossOf(x))(outputs);
    const norm = tf.norm(gradient).dataSync()[0];
    const at = (step: number) => lossOf(tf.add(outputs, tf.mul(gradient, step / norm))).dataSync()[0];
    const step = 1e-3;
    expect((at(step) - at(-step)) / (2 * step) / norm).toBeCloseTo(1, 2);
    const least = tf.mean(logErrors(tf.tensor2d(residual, [2, points]), batch)).dataSync()[0];
    expect(least).toBeCloseTo(0.5 * (0.3 * Math.log(1e-3) + 0.7 * Math.log(3e-4)), 4);
  });
});
