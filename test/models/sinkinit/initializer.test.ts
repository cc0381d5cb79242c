import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { buildApproximator, type ApproximatorSpec } from "../../../models/sinkinit/approximator.ts";
import { encodeInitializer } from "../../../models/sinkinit/file.ts";
import { loadInitializer, sinkhorn, unitGrid } from "../../../models/sinkinit/index.ts";
import { weightShapes } from "../../../models/sinkinit/weight-shapes.ts";
import { InputError } from "../../../src/errors.ts";
import { loadDataset } from "../../../src/data/registry.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { imagePairs } from "../../../eval/sinkinit/pairs.ts";
import { ones } from "../../../src/transport/initializers/ones.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { backends } from "../../support/backends.ts";

const geometry = unitGrid([28, 28]);
const epsilon = 0.01;
const RELEASED = new URL("../../../models/sinkinit/released/learned-28.safetensors", import.meta.url);

/** A description of few weights. */
const SMALL: ApproximatorSpec = {
  network: "dense",
  extent: 2,
  epsilon: 0.1,
  cost: "euclidean",
  widths: [3],
  modes: { input: 1, output: 1 },
  gaussian: false,
  iteration: false,
};

describe("learned-28", () => {
  it("starts sinkhorn nearer to its answer than ones, by name, on held-out drawings", async () => {
    await useBackend("cpu");
    const { mu, nu } = imagePairs(await loadDataset("drawings"), 28, 2, 2);
    const [a, b] = [mu, nu].map(({ data, shape }) => tf.tensor2d(Float32Array.from(data), shape as [number, number]));
    const solve = (initializer: string) =>
      sinkhorn(a, b, geometry, {
        epsilon,
        initializer,
        tolerance: 0.02,
        checkEvery: 1,
        maxIterations: 100,
        domain: "scaling",
      });
    const [learned, cold] = [await solve("learned-28"), await solve("ones")];
    expect(learned.status).toBe("converged");
    expect(learned.iterations).toBeLessThan(0.7 * cold.iterations);
    await expect(solve("learned-29")).rejects.toThrow(/initialiser learned-29: unknown; known are ones, .*learned-28/);
    tf.dispose([a, b, learned.f, learned.g, cold.f, cold.g]);
  });

  it.each(backends)("gives the same potential on %s", async (backend) => {
    const { mu, nu } = imagePairs(await loadDataset("drawings"), 28, 1, 4);
    const potential = async (name: typeof backend): Promise<Float32Array> => {
      await useBackend(name);
      const learned = await loadInitializer(RELEASED);
      const [a, b] = [mu, nu].map(({ data }) => tf.tensor2d(Float32Array.from(data), [1, 784]));
      const g = learned.tensorPotential({ geometry, a, b, epsilon });
      const values = (await g.data()) as Float32Array;
      tf.dispose([a, b, g]);
      learned.dispose();
      return values.slice();
    };
    const [here, there] = [await potential(backend), await potential("cpu")];
    const differences = here.map((value, index) => Math.abs(value - there[index]) / epsilon);
    expect(Math.max(...differences)).toBeLessThan(2e-2); // in units of epsilon, where potentials go up to hundreds
  });
});

describe("loadInitializer", () => {
  it("serves the host too, and does not mind zero masses or totals other than one", async () => {
    await useBackend("cpu");
    const learned = await loadInitializer(RELEASED);
    const { mu, nu } = imagePairs(await loadDataset("drawings"), 28, 1, 3);
    const [a, b] = [mu, nu].map(({ data }) => data.map((mass) => 3 * Math.max(0, mass - 1e-4)));
    const [sumA, sumB] = [a, b].map((masses) => masses.reduce((sum, value) => sum + value, 0));
    const balanced = b.map((mass) => (mass * sumA) / sumB);
    const options = { epsilon, tolerance: 0.02 * sumA };
    const warm = sinkhornHost(a, balanced, geometry, { ...options, initializer: learned });
    const cold = sinkhornHost(a, balanced, geometry, { ...options, initializer: ones });
    expect(warm.iterations).toBeLessThan(cold.iterations);
    learned.dispose();
  });

  it("refuses another epsilon, grid or cost in one line", async () => {
    await useBackend("cpu");
    const learned = await loadInitializer(RELEASED);
    const masses = (count: number): Float64Array => new Float64Array(count).fill(1 / count);
    const use = (size: number, eps: number) => () =>
      learned.hostPotential({
        geometry: unitGrid([size, size]),
        a: masses(size ** 2),
        b: masses(size ** 2),
        epsilon: eps,
      });
    const expected = /trained for the 28 x 28 grid of the unit square, squared-euclidean cost, epsilon 0.01; got/;
    expect(use(28, 0.02)).toThrow(expected);
    expect(use(27, 0.01)).toThrow(expected);
    learned.dispose();
  });

  it.each([
    ["no file", undefined, /cannot be read/],
    [
      "a description of far more than the file holds, without building it",
      encodeInitializer({ ...SMALL, widths: [20000, 20000, 20000, 20000] }, {}, "0"),
      /hidden1\/kernel: saved nothing, expected an array \[8, 20000\]/,
    ],
    ["a foreign file", [new Uint8Array(100)], /not a/],
    [
      "a description that asks for the impossible",
      encodeInitializer({ network: "dense", extent: 1e9 } as never, {}, "0"),
      /extent is/,
    ],
    [
      "weights that are missing",
      encodeInitializer(SMALL, {}, "0"),
      /hidden1\/kernel: saved nothing, expected an array \[8, 3\]/,
    ],
  ])("refuses %s", async (_, chunks, message) => {
    const file = `${await temporaryFolder()}/x.safetensors`;
    if (chunks) await writeFile(file, Buffer.concat(chunks));
    const before = tf.memory().numBytes;
    const error = await loadInitializer(file).catch((reason: unknown) => reason);
    expect(tf.memory().numBytes).toBe(before);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  });

  it.skipIf(process.platform === "win32")("refuses a pipe and a device at once", async () => {
    const pipe = `${await temporaryFolder()}/pipe.safetensors`;
    execFileSync("mkfifo", [pipe]);
    await expect(loadInitializer(pipe)).rejects.toThrow(/pipe\.safetensors: cannot be read \(it is no file\)/);
    await expect(loadInitializer("/dev/zero")).rejects.toThrow(/cannot be read \(it is no file\)/);
  });
});

describe("weightShapes", () => {
  const spectral = {
    ...SMALL,
    network: "spectral",
    extent: 8,
    modes: { input: 3, output: 4 },
    widths: [5, 6],
  } as const;
  it.each<[string, ApproximatorSpec]>([
    ["dense", { ...SMALL, widths: [5, 6] }],
    ["dense, without hidden layers", { ...SMALL, widths: [] }],
    ["spectral", spectral],
    ["spectral and Gaussian", { ...spectral, gaussian: true }],
    ["spectral, Gaussian and iterated", { ...spectral, gaussian: true, iteration: true }],
  ])("knows the weights of a network: %s", async (_, spec) => {
    await useBackend("cpu");
    const network = buildApproximator(spec);
    const built = Object.fromEntries(network.weights.map(({ originalName, shape }) => [originalName, shape]));
    expect(Object.fromEntries(weightShapes(spec))).toEqual(built);
    network.dispose();
  });
});
