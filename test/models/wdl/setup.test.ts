import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { wdlOptions, type WdlOptions } from "../../../models/wdl/options.ts";
import { setUpWdl } from "../../../models/wdl/setup.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { encodeNpy } from "../../../src/data/npy.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
import { resolveOptions } from "../../../src/options.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { expectSame } from "../../support/barycenter-engines.ts";
import { hostFactors, onFactors } from "../../support/factors.ts";
import { randomRows } from "../../support/wdl.ts";
import { learn } from "../../support/wdl-run.ts";
import { temporaryFolder } from "../../support/temporary.ts";

beforeAll(async () => void (await useBackend("cpu")));

function histograms(shape: readonly number[], seed = 3): Dataset {
  const pixels = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const values = ndarray(randomRows(shape[0], pixels, seed, 0.2), shape);
  return { kind: "histograms", name: "test", values, names: Array.from({ length: shape[0] }, (_, i) => String(i)) };
}

async function writeCost(points: number): Promise<string> {
  const file = join(await temporaryFolder(), "cost.npy");
  // shortest paths on a circle, which no grid has
  const cost = Float64Array.from({ length: points * points }, (_, index) => {
    const steps = Math.abs(Math.floor(index / points) - (index % points));
    return Math.min(steps, points - steps);
  });
  await writeFile(file, encodeNpy(ndarray(cost, [points, points])));
  return file;
}

const quick: Partial<WdlOptions> = { atoms: 2, sinkhornIterations: 10, iterations: 6, gamma: 2 };

describe("problems that train", () => {
  const variants: readonly [name: string, options: Partial<WdlOptions>][] = [
    ["plain", {}],
    ["warm restarts", { warmRestart: 2 }],
    ["heavy-ball", { heavyBall: -0.1 }],
    ["heavy-ball, warm restarts", { heavyBall: -0.1, warmRestart: 2 }],
    ["unbalanced", { unbalanced: 5 }],
    ["debiased", { debiased: true }],
    ["debiased, warm restarts", { debiased: true, warmRestart: 2 }],
    ["log domain", { logDomain: "on" }],
    ["scaling domain", { logDomain: "off" }],
    ["negative weights", { allowNegativeWeights: true }],
    ["Wasserstein loss", { loss: "wasserstein-normalized" }],
  ];
  const shapes: readonly [name: string, shape: readonly number[]][] = [
    ["line", [4, 12]],
    ["image", [4, 4, 3]],
    ["volume", [4, 3, 2, 2]],
  ];

  it.each(
    shapes.flatMap(([shapeName, shape]) => variants.map(([name, given]) => [shapeName, name, shape, given] as const)),
  )("%s, %s: the loss falls at every step", async (_shape, _name, shape, given) => {
    const { losses, factors } = await learn(histograms(shape), { ...quick, ...given });
    // a warm restart changes the start of the scalings, and so the loss, before its step
    const falling = given.warmRestart ? [losses[0], losses.at(-1)!] : losses;
    falling.slice(1).forEach((loss, i) => expect(loss).toBeLessThan(falling[i]));
    const weightSums = [0, 1, 2, 3].map((point) => factors.weights[2 * point] + factors.weights[2 * point + 1]);
    expect(weightSums).toBeAllclose([1, 1, 1, 1], { absolute: 1e-12 });
  });

  it.each(variants)("a ground cost of one's own, %s: the loss falls at every step", async (_name, given) => {
    const { losses, setup } = await learn(histograms([4, 12]), { ...quick, cost: await writeCost(12), ...given });
    expect(setup.geometry.kind).toBe("dense");
    const falling = given.warmRestart ? [losses[0], losses.at(-1)!] : losses;
    falling.slice(1).forEach((loss, i) => expect(loss).toBeLessThan(falling[i]));
  });
});

it.skipIf(!nativeStatus().addon)("a ground cost of one's own runs natively, as on the host", async () => {
  const data = histograms([4, 12]);
  const { setup, factors } = await learn(data, { ...quick, cost: await writeCost(12) });
  const { geometry, problem } = setup;
  expect(problem.operator.name).toMatch(/^native float32/);
  const options = { epsilon: 2, iterations: 10 };
  await expectSame(onFactors(problem.operator, 12), hostFactors(geometry, options), {
    factors,
    term: problem.term,
    pixels: 12,
    options,
  });
});

describe("set-up", () => {
  it("scales the step of the weights by N / (weightScale P)", async () => {
    const options = resolveOptions(wdlOptions, { ...quick, weightScale: 25 });
    const { problem } = await setUpWdl(options, histograms([4, 4, 3]));
    expect([problem.zeta]).toBeAllclose([12 / (25 * 4)]);
  });

  it("restores what it was given, on the 8-bit scale", async () => {
    const values = ndarray(Float64Array.of(0, 51, 255, 204), [1, 2, 2]);
    const options = resolveOptions(wdlOptions, { ...quick, alpha: 3, invert: true });
    const setup = await setUpWdl(options, { kind: "images", name: "test", values, names: ["a"] });
    expect(setup.restore(setup.histograms.data)).toBeAllclose(values.data, { absolute: 0 });
    expect(setup.intensities).toBeAllclose(values.data);
  });

  it("refuses negative weights where barycenters are unbalanced", async () => {
    const options = resolveOptions(wdlOptions, { unbalanced: 20, allowNegativeWeights: true });
    await expect(setUpWdl(options, histograms([4, 12]))).rejects.toThrow(
      "allowNegativeWeights: not defined for unbalanced barycenters; leave one of the two out",
    );
  });

  it.each<[what: string, options: Partial<WdlOptions>, message: string]>([
    ["heavy-ball", { heavyBall: -0.1 }, "debiased: not defined with heavy-ball (-0.1); leave one of the two out"],
    [
      "unbalanced",
      { unbalanced: 5 },
      "debiased: not defined for unbalanced barycenters (rho 5); leave one of the two out",
    ],
  ])("refuses debiased barycenters that are %s too", async (_, given, message) => {
    const options = resolveOptions(wdlOptions, { ...quick, debiased: true, ...given });
    await expect(setUpWdl(options, histograms([4, 12]))).rejects.toThrow(message);
  });

  it("refuses debiased barycenters under a cost that is not symmetric, before any work", async () => {
    const cost = join(await temporaryFolder(), "one-way.npy");
    await writeFile(
      cost,
      encodeNpy(
        ndarray(
          Float64Array.from({ length: 144 }, (_, index) => index),
          [12, 12],
        ),
      ),
    );
    const options = resolveOptions(wdlOptions, { ...quick, cost, debiased: true });
    await expect(setUpWdl(options, histograms([4, 12]))).rejects.toThrow(
      "debiased barycenter: needs a symmetric ground cost, got one that is not",
    );
  });

  it("refuses iterations that do not fit into memory, with what they need, before any work", async () => {
    const options = resolveOptions(wdlOptions, { ...quick, sinkhornIterations: 2 ** 31 - 1 });
    await expect(setUpWdl(options, histograms([2, 512, 512]))).rejects.toThrow(
      /^sinkhornIterations: 2147483647 Sinkhorn iterations need at least .*B of memory here, this machine has .*; ask/,
    );
    expect(() => resolveOptions(wdlOptions, { sinkhornIterations: 1e308 })).toThrow(/expected a whole number at/);
  });

  it("names the option whose cost file is not there or no matrix of costs", async () => {
    const missing = resolveOptions(wdlOptions, { cost: "no-such.npy" });
    await expect(setUpWdl(missing, histograms([4, 12]))).rejects.toThrow(/^cost: no-such.npy: /);
    const cost = join(await temporaryFolder(), "negative.npy");
    await writeFile(cost, encodeNpy(ndarray(new Float64Array(144).fill(-1), [12, 12])));
    await expect(setUpWdl(resolveOptions(wdlOptions, { cost }), histograms([4, 12]))).rejects.toThrow(
      `cost: ${cost}: ground cost: expected finite entries >= 0, got -1 at [0, 0]`,
    );
  });

  it("refuses a cost of another size, naming both shapes", async () => {
    const cost = await writeCost(5);
    await expect(setUpWdl(resolveOptions(wdlOptions, { cost }), histograms([4, 12]))).rejects.toThrow(
      `cost: ${cost}: expected [12, 12] (one row a bin of test), got [5, 5]`,
    );
  });
});
