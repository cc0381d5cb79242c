import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { drawNoise, generatorTask, type GeneratorTaskSettings } from "../../../models/generator/task.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray, type NdArray } from "../../../src/tensor/ndarray.ts";
import { Random } from "../../../src/tensor/random.ts";
import { sinkhornDivergenceHost } from "../../../src/transport/divergence-host.ts";
import { cosineDecay, train, variableAdam } from "../../../training/index.ts";
import { newRun, rowsOf } from "../../support/loop.ts";

beforeAll(() => useBackend("auto"));

/** A noisy circle of radius one. */
function circle(count: number, seed: number): NdArray<Float64Array> {
  const random = Random.fromSeed(seed);
  const points = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const angle = 2 * Math.PI * random.uniform();
    points[2 * i] = Math.cos(angle) + 0.05 * random.normal();
    points[2 * i + 1] = Math.sin(angle) + 0.05 * random.normal();
  }
  return ndarray(points, [count, 2]);
}

const settings = (overrides: Partial<GeneratorTaskSettings> = {}): GeneratorTaskSettings => ({
  network: () =>
    sequential({
      layers: [
        layers.dense({ units: 64, inputShape: [4], activation: "relu" }),
        layers.dense({ units: 64, activation: "relu" }),
        layers.dense({ units: 2 }),
      ],
    }),
  target: circle(400, 1),
  batch: 128,
  steps: 500,
  epsilon: 0.02,
  optimizer: variableAdam({ rate: cosineDecay(0.02, 500) }),
  ...overrides,
});

const HELD_OUT = 300;

function divergenceOf(x: NdArray<Float64Array>, y: NdArray<Float64Array>): number {
  const uniform = new Float64Array(HELD_OUT).fill(1 / HELD_OUT);
  const geometries = { xy: pointCloud(x, y), xx: pointCloud(x, x), yy: pointCloud(y, y) };
  return sinkhornDivergenceHost(uniform, uniform, geometries, { epsilon: 0.02, tolerance: 1e-6 }).divergence;
}

/** What a network makes of noise that it has not seen. */
function sampleOf(network: LayersModel): NdArray<Float64Array> {
  const made = tf.tidy(() => {
    const noise = drawNoise(HELD_OUT, network, Random.fromSeed(7));
    return (network.apply(noise) as tf.Tensor).dataSync();
  });
  return ndarray(Float64Array.from(made), [HELD_OUT, 2]);
}

describe("a generator of points", () => {
  it("learns a circle from noise by the Sinkhorn divergence", async () => {
    const run = await newRun("generator");
    const task = generatorTask(settings());
    const before = await task.init(Random.fromSeed(1));
    const start = divergenceOf(sampleOf(before.network), circle(HELD_OUT, 8));
    task.dispose?.(before);
    const { state, status } = await train(task, { seed: 1, run });
    expect(status).toBe("completed");
    const rows = await rowsOf(run);
    const mean = (part: typeof rows) => part.reduce((sum, row) => sum + row["divergence"], 0) / part.length;
    expect(mean(rows.slice(-20))).toBeLessThan(mean(rows.slice(0, 5)) / 5);
    const sample = sampleOf(state.network);
    const end = divergenceOf(sample, circle(HELD_OUT, 8));
    expect(end).toBeLessThan(start / 15);
    expect(end).toBeLessThan(2.5 * divergenceOf(circle(HELD_OUT, 9), circle(HELD_OUT, 8))); // as near as samples get
    const radii = Array.from({ length: HELD_OUT }, (_, i) => Math.hypot(sample.data[2 * i], sample.data[2 * i + 1]));
    expect(radii.filter((radius) => Math.abs(radius - 1) < 0.25).length / HELD_OUT).toBeGreaterThan(0.8);
    task.dispose?.(state);
  });

  it("goes on bit for bit from a checkpoint", async () => {
    const short = settings({ steps: 6, batch: 16 });
    const whole = await train(generatorTask(short), { seed: 2, run: await newRun("generator"), checkpointEvery: 3 });
    const task = generatorTask(short);
    const resume = join(whole.run!.checkpointsFolder, "step-000003");
    const again = await train(task, { seed: 5, run: await newRun("generator"), resume });
    expect(await task.save(again.state)).toEqual(await task.save(whole.state));
    task.dispose?.(whole.state);
    task.dispose?.(again.state);
  });

  it("refuses a target that is no cloud, a batch of none and a network of other points", async () => {
    expect(() => generatorTask(settings({ target: ndarray(new Float64Array(4), [4]) }))).toThrow(
      "generator: expected a target [points, dimension], got [4]",
    );
    expect(() => generatorTask(settings({ batch: 0 }))).toThrow("batch: expected a positive whole number, got 0");
    const task = generatorTask(settings({ target: ndarray(new Float64Array(9), [3, 3]) }));
    await expect(task.init(Random.fromSeed(1))).rejects.toThrow("expected a network with one output of 3 coordinates");
  });
});
