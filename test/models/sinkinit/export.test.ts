import { readFile } from "node:fs/promises";
import * as tf from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import * as ort from "onnxruntime-web";
import { beforeAll, describe, expect, it } from "vitest";
import { ANY_GRID } from "../../../models/sinkinit/any-grid/spec.ts";
import { geometryOf } from "../../../models/sinkinit/setup.ts";
import { exportInitializer } from "../../../models/sinkinit/export/index.ts";
import { loadInitializer } from "../../../models/sinkinit/load.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { Random } from "../../../src/tensor/random.ts";
import { untrained } from "../../children/any-grid.ts";
import { SMALL_PAPER, runSteps, taskOf } from "../../support/sinkinit.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const ROWS = 100;

beforeAll(async () => {
  await useBackend("cpu");
});

/** 100 random samples: halves of sum one with zeros among them. */
function samples(points: number): Float32Array {
  const random = Random.fromSeed(9);
  const values = random.fill(ROWS * 2 * points, () => Math.max(0, random.uniform() - 0.3) ** 2);
  for (let start = 0; start < values.length; start += points) {
    const half = values.subarray(start, start + points);
    const sum = half.reduce((total, value) => total + value, 0);
    half.forEach((value, index) => (half[index] = value / sum));
  }
  return Float32Array.from(values);
}

describe.each([
  ["dense", SMALL_PAPER],
  ["spectral", { preset: "tiny", grid: 10, batch: 16 } as const],
])("exports of a %s approximator", (_, options) => {
  it("agree within 1e-4 on 100 random inputs: safetensors, ONNX, tfjs", async () => {
    const folder = await temporaryFolder();
    const run = taskOf(options);
    const { state } = await runSteps(run, 3, 1);
    const spec = run.settings.approximator;
    const points = spec.extent ** 2;
    const saved = await run.task.save(state);
    run.task.dispose!(state);
    for (const format of ["safetensors", "onnx", "tfjs"] as const) {
      await exportInitializer(spec, saved, format, `${folder}/model.${format}`, spec);
    }
    const data = samples(points);

    const learned = await loadInitializer(`${folder}/model.safetensors`);
    const halves = (half: number): tf.Tensor =>
      tf.slice(tf.tensor2d(data, [ROWS, 2 * points]), [0, half * points], [ROWS, points]);
    const problem = { geometry: run.settings.geometry, a: halves(0), b: halves(1), epsilon: spec.epsilon };
    const own = tf.div(learned.tensorPotential(problem), spec.epsilon).dataSync();

    const session = await ort.InferenceSession.create(await readFile(`${folder}/model.onnx`));
    const onnx = await session.run({ sample: new ort.Tensor("float32", data, [ROWS, 2 * points]) });
    expect(onnx["log_scaling"].dims).toEqual([ROWS, points]);

    const { modelTopology, weightsManifest } = JSON.parse(await readFile(`${folder}/model.tfjs/model.json`, "utf8"));
    const weights = await readFile(`${folder}/model.tfjs/weights.bin`);
    const network = await loadLayersModel(
      tf.io.fromMemory({
        modelTopology,
        weightSpecs: weightsManifest[0].weights,
        weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length),
      }),
    );
    const layers = (network.predict(tf.tensor2d(data, [ROWS, 2 * points])) as tf.Tensor).dataSync();

    expect(largestDifference(own, onnx["log_scaling"].data as Float32Array)).toBeLessThan(1e-4);
    expect(largestDifference(own, layers)).toBeLessThan(1e-4);
    learned.dispose();
  });
});

describe("exports of a network for all grids", () => {
  const problem = { extent: 12, epsilon: 0.02, cost: "squared-euclidean" } as const;

  it("agree within 1e-4 on 100 random inputs: safetensors, and ONNX for one grid and epsilon", async () => {
    const folder = await temporaryFolder();
    const state = { approximator: untrained() };
    for (const format of ["safetensors", "onnx"] as const) {
      await exportInitializer(ANY_GRID, state, format, `${folder}/model.${format}`, problem);
    }
    const points = problem.extent ** 2;
    const data = samples(points);
    const learned = await loadInitializer(`${folder}/model.safetensors`);
    const [a, b] = [0, points].map((begin) =>
      tf.slice(tf.tensor2d(data, [ROWS, 2 * points]), [0, begin], [ROWS, points]),
    );
    const { epsilon } = problem;
    const own = tf.div(learned.tensorPotential({ geometry: geometryOf(problem), a, b, epsilon }), epsilon).dataSync();
    const session = await ort.InferenceSession.create(await readFile(`${folder}/model.onnx`));
    const onnx = await session.run({ sample: new ort.Tensor("float32", data, [ROWS, 2 * points]) });
    expect(onnx["log_scaling"].dims).toEqual([ROWS, points]);
    expect(largestDifference(own, onnx["log_scaling"].data as Float32Array)).toBeLessThan(1e-4);
  });

  it("are no tfjs-layers model, and need a problem that the network serves", async () => {
    const folder = await temporaryFolder();
    const state = { approximator: untrained() };
    const exported = (format: "onnx" | "tfjs", epsilon: number) =>
      exportInitializer(ANY_GRID, state, format, `${folder}/model`, { ...problem, epsilon });
    await expect(exported("tfjs", 0.02)).rejects.toThrow(/^--format tfjs: .* expected safetensors or onnx$/);
    await expect(exported("onnx", 1)).rejects.toThrow(/made for grids .* got epsilon 1, 1 times/);
  });
});

/** Relative where values are above one: log-scalings go up to hundreds, where float32 has no more digits. */
function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce(
    (most, value, index) => Math.max(most, Math.abs(value - b[index]) / Math.max(1, Math.abs(value))),
    0,
  );
}
