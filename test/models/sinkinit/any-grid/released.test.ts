import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { loadInitializer, sinkhorn, unitGrid } from "../../../../models/sinkinit/index.ts";
import { loadDataset } from "../../../../src/data/registry.ts";
import { resizeArea } from "../../../../src/data/resize.ts";
import { samplesOf } from "../../../../src/data/dataset.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { ConvergenceMeter, type PairProblem } from "../../../../eval/sinkinit/convergence.ts";
import { gaussianTimesNu } from "../../../../src/transport/initializers/gaussian.ts";
import type { HostInitializer } from "../../../../src/transport/initializers/initializer.ts";
import { ones } from "../../../../src/transport/initializers/ones.ts";
import { InputError } from "../../../../src/errors.ts";

const RELEASED = new URL("../../../../models/sinkinit/released/learned-any.safetensors", import.meta.url);
const MOST_BYTES = 4e6;
/** Of the weights that the figures of eval/README.md belong to. */
const DIGEST = "ba2c8bbe3d592df47b39e200446f107cc9dc0c6d087747580675d46bcec1282b";
const PAIRS = 24;
const DUST = 1e-6;

/** Pairs of built-in drawings, which training never saw, as histograms with a little mass everywhere. */
async function drawings([h, w]: readonly [number, number]): Promise<PairProblem[]> {
  const { data } = resizeArea(samplesOf(await loadDataset("drawings")).values, [h, w]);
  const points = h * w;
  const histogram = (sample: number): Float64Array => {
    const image = data.subarray(sample * points, (sample + 1) * points);
    const total = image.reduce((sum, value) => sum + value, 0);
    return image.map((value) => (value / total + DUST) / (1 + DUST * points));
  };
  return Array.from({ length: PAIRS }, (_, pair) => ({ mu: histogram(pair), nu: histogram(PAIRS + pair) }));
}

describe("learned-any", () => {
  beforeAll(() => useBackend("cpu"));

  it("has less than 4 MB, and is what was measured", async () => {
    const bytes = await readFile(fileURLToPath(RELEASED));
    expect(bytes.length).toBeLessThan(MOST_BYTES);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(DIGEST);
  });

  it.each([
    [[28, 28], 0.003],
    [[28, 28], 0.03],
    [[48, 64], 0.01],
    [[16, 40], 0.01],
  ] as const)("starts sinkhorn nearer to its answer than ones and gaussian: %j at %f", async (size, epsilon) => {
    const geometry = unitGrid(size);
    const meter = new ConvergenceMeter(geometry, epsilon);
    const problems = await drawings(size);
    const optima = problems.map((problem) => meter.optimum(problem));
    const meanFrom = ({ hostPotential }: HostInitializer): number => {
      const iterations = problems.map(({ mu, nu }, pair) => {
        const g = hostPotential({ geometry, a: mu, b: nu, epsilon });
        return meter.measure({ mu, nu }, g, optima[pair], 1).iterationsToCost;
      });
      return iterations.reduce((sum, count) => sum + count, 0) / PAIRS;
    };
    const learned = meanFrom(await loadInitializer(RELEASED));
    expect(learned).toBeLessThan(meanFrom(ones));
    expect(learned).toBeLessThan(meanFrom(gaussianTimesNu));
  });

  it("is known by name", async () => {
    const [{ mu, nu }] = await drawings([20, 12]);
    const options = { epsilon: 0.03, initializer: "learned-any", tolerance: 1e-3 };
    const { f, g, status } = await sinkhorn(mu, nu, unitGrid([20, 12]), options);
    expect(status).toBe("converged");
    tf.dispose([f, g]);
  });

  it("gives a finite start for histograms of one pixel", async () => {
    const learned = await loadInitializer(RELEASED);
    for (const [at, to] of [
      [0, 0],
      [0, 899],
      [450, 17],
    ]) {
      const [a, b] = [at, to].map((pixel) => new Float64Array(900).fill(1, pixel, pixel + 1));
      const g = learned.hostPotential({ geometry: unitGrid([30, 30]), a, b, epsilon: 0.001 });
      expect(g.every(Number.isFinite)).toBe(true);
    }
  });

  it("refuses an epsilon that it was not trained for", async () => {
    const learned = await loadInitializer(RELEASED);
    const problem = { geometry: unitGrid([28, 28]), a: new Float64Array(784), b: new Float64Array(784), epsilon: 1 };
    expect(() => learned.hostPotential(problem)).toThrow(InputError);
  });
});
