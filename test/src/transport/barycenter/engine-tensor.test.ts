import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { LossName } from "../../../../models/wdl/losses.ts";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import type { Geometry } from "../../../../src/geometry/geometry.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import type { BarycenterOptions } from "../../../../src/transport/barycenter/options.ts";
import { relativeNorm } from "../../../support/allclose.ts";
import { backends } from "../../../support/backends.ts";
import { hostFactors, tensorFactors } from "../../../support/factors.ts";
import { dataTerm, randomFactors, randomRows } from "../../../support/wdl.ts";

const [POINTS, ATOMS] = [2, 3];
const EPSILON = 2;

const problems: readonly [name: string, geometry: Geometry, loss: LossName, options: Partial<BarycenterOptions>][] = [
  ["an image", grid({ size: [4, 3] }), "kl", {}],
  ["a line, total variation", grid({ size: [9] }), "tv", {}],
  ["a volume, quadratic loss", grid({ size: [2, 2, 3] }), "quadratic", {}],
  ["a dense cost", denseGeometry(grid({ size: [7] }).costMatrix()), "kl", {}],
  ["the Wasserstein loss", grid({ size: [6] }), "wasserstein-normalized", {}],
  ["heavy-ball", grid({ size: [4, 3] }), "kl", { heavyBall: -0.1 }],
  ["unbalanced", grid({ size: [4, 3] }), "kl", { rho: 5 }],
  ["debiased", grid({ size: [4, 3] }), "kl", { debiased: true }],
  [
    "debiased, the log domain",
    denseGeometry(grid({ size: [7] }).costMatrix()),
    "tv",
    { debiased: true, domain: "log" },
  ],
  ["the log domain", grid({ size: [4, 3] }), "kl", { domain: "log" }],
];

/** Its adapter is software and compiles a shader for each shape: about ten seconds a problem. */
const ON_WEBGPU = ["a line, total variation", "a dense cost", "debiased, the log domain", "the log domain"];

describe.each(backends)("tensor engine on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  const chosen = backend === "webgpu" ? problems.filter(([name]) => ON_WEBGPU.includes(name)) : problems;
  it.each(chosen)("%s: equals the host's, cold and warm, and leaks nothing", async (_, geometry, loss, given) => {
    const options = { epsilon: EPSILON, iterations: 4, ...given };
    const pixels = geometry.shape[0];
    const factors = randomFactors(POINTS, ATOMS, pixels, 5);
    const term = dataTerm(loss, geometry, EPSILON, randomRows(POINTS, pixels, 8));
    const host = hostFactors(geometry, options);
    const tensor = tensorFactors(geometry, options);
    expect(tensor.name).toBe(`tfjs ${backend} float32`);
    const warm = await host.logScalings(factors, undefined);
    await tensor.lossAndGradient(factors, undefined, term); // makes the constants of the operator
    const before = tf.memory().numTensors;
    for (const start of [undefined, warm]) {
      const [mine, other] = [
        await tensor.lossAndGradient(factors, start, term),
        await host.lossAndGradient(factors, start, term),
      ];
      expect([mine.value]).toBeAllclose([other.value], { relative: 1e-5, absolute: 0 });
      expect(relativeNorm(mine.gradient.atoms, other.gradient.atoms)).toBeLessThan(1e-4);
      expect(relativeNorm(mine.gradient.weights, other.gradient.weights)).toBeLessThan(1e-4);
      const images = await host.barycenters(factors, start);
      expect(relativeNorm(await tensor.barycenters(factors, start), images)).toBeLessThan(1e-5);
      const logs = await host.logScalings(factors, start);
      expect(await tensor.logScalings(factors, start)).toBeAllclose(logs, { relative: 1e-5, absolute: 1e-5 });
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
