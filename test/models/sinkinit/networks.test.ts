import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { buildApproximator } from "../../../models/sinkinit/approximator.ts";
import { buildGenerator, type GeneratorSpec } from "../../../models/sinkinit/generator.ts";
import { keepingStatistics } from "../../../models/network/weights.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { runSteps, SMALL_PAPER, taskOf } from "../../support/sinkinit.ts";

const POINTS = 784;
const WIDTH = 4 * POINTS;
/** Weights, biases, and the four vectors of batch normalisation after each hidden layer. */
const parameters = (inputs: number, outputs: number): number =>
  (inputs + 1) * WIDTH + (WIDTH + 1) * WIDTH + (WIDTH + 1) * outputs + 2 * 4 * WIDTH;

beforeAll(async () => {
  await useBackend("cpu");
});

describe("networks of the paper (appendix B)", () => {
  const { settings } = taskOf({ preset: "paper" });

  it("the approximator maps 1568 to 784 through 3136 twice", () => {
    const network = buildApproximator(settings.approximator);
    expect(network.inputs[0].shape).toEqual([null, 2 * POINTS]);
    expect(network.outputs[0].shape).toEqual([null, POINTS]);
    expect(network.countParams()).toBe(parameters(2 * POINTS, POINTS));
    network.dispose();
  });

  it("the generator maps 392 to 1568 through 3136 twice", () => {
    const network = buildGenerator(settings.generator);
    expect(network.inputs[0].shape).toEqual([null, 2 * 14 * 14]);
    expect(network.outputs[0].shape).toEqual([null, 2 * POINTS]);
    expect(network.countParams()).toBe(parameters(2 * 14 * 14, 2 * POINTS));
    network.dispose();
  });
});

describe("generator", () => {
  const spec: GeneratorSpec = {
    prior: "noise",
    extent: 6,
    priorExtent: 3,
    widths: [4, 4],
    skip: 1,
    floor: 1e-2,
    modes: 3,
  };

  it("keeps the two halves of a sample together, and samples apart", () => {
    const network = buildGenerator(spec);
    // Without the network's part (its output is sigmoid(0) = 1/2 everywhere) only the skip connection is left.
    for (const weight of network.weights)
      if (weight.originalName.startsWith("output")) weight.write(tf.zerosLike(weight.read()));
    const base = tf.fill([3, 18], -5);
    const bright = Array.from({ length: 3 }, () => new Float32Array(18).fill(-5));
    bright[1].fill(5, 9); // the second half of the second sample
    const [dark, lit] = [base, tf.tensor2d(bright.map((row) => Array.from(row)))].map(
      (z) => (network.apply(z, { training: false }) as tf.Tensor).arraySync() as number[][],
    );
    expect(lit[0]).toEqual(dark[0]);
    expect(lit[2]).toEqual(dark[2]);
    expect(lit[1].slice(0, 36)).toEqual(dark[1].slice(0, 36));
    network.dispose();
  });

  it("enlarges a bright corner of a half to that corner, and normalises both halves", () => {
    const network = buildGenerator(spec);
    for (const weight of network.weights)
      if (weight.originalName.startsWith("output")) weight.write(tf.zerosLike(weight.read()));
    const z = new Float32Array(18).fill(-1);
    z[9] = 3; // top left of the second half
    const pair = (network.apply(tf.tensor2d(z, [1, 18]), { training: false }) as tf.Tensor).dataSync();
    const [mu, nu] = [Array.from(pair.slice(0, 36)), Array.from(pair.slice(36))];
    for (const half of [mu, nu]) expect(half.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(Math.max(...mu) - Math.min(...mu)).toBeLessThan(1e-7);
    expect(nu.indexOf(Math.max(...nu))).toBe(0);
    expect(nu[0] / nu[35]).toBeCloseTo((0.5 + 3 + 0.01) / 0.01, -1);
    network.dispose();
  });
});

describe("batch-normalisation statistics", () => {
  it("move in the approximator's own step only, by one batch", async () => {
    const adversarial = taskOf(SMALL_PAPER);
    const alone = taskOf({ ...SMALL_PAPER, noGenerator: true });
    const [both, single] = [await runSteps(adversarial, 1, 3), await runSteps(alone, 1, 3)];
    const statistics = ({ state }: typeof both): Float32Array[] =>
      state.approximator.network.nonTrainableWeights.map((weight) => weight.read().dataSync() as Float32Array);
    expect(statistics(both)).toEqual(statistics(single)); // the generator's pass through it left them as they were
    expect(statistics(both).some((values) => values.some((value) => value !== 0 && value !== 1))).toBe(true);
    adversarial.task.dispose!(both.state);
    alone.task.dispose!(single.state);
  });

  it("are put back even where the pass fails", () => {
    const network = buildApproximator(taskOf(SMALL_PAPER).settings.approximator);
    const before = network.nonTrainableWeights.map((weight) => weight.read().dataSync().slice());
    expect(() =>
      keepingStatistics(network, () => {
        tf.tidy(() => void network.apply(tf.randomUniform([4, 72], 0, 1, "float32", 1), { training: true }));
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(network.nonTrainableWeights.map((weight) => weight.read().dataSync())).toEqual(before);
    network.dispose();
  });
});
