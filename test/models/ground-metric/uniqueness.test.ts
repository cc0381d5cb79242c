import { describe, expect, it } from "vitest";
import { denseMatrix } from "../../../models/ground-metric/symmetric-matrix.ts";
import { isCertifiedUnique } from "../../../models/ground-metric/uniqueness.ts";
import { wsvOptions } from "../../../models/wsv/options.ts";
import { setUpWsv, wsvSettings } from "../../../models/wsv/setup.ts";
import { loadDataset } from "../../../src/data/registry.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { resolveOptions } from "../../../src/options.ts";
import { iterate, matrixDataset } from "../../support/ground-metric.ts";

/** Two blocks, 3 x 2 and 2 x 3, and nothing between them. */
const blocks = matrixDataset([
  [1, 2, 0, 0, 0],
  [2, 1, 0, 0, 0],
  [1, 1, 0, 0, 0],
  [0, 0, 1, 2, 3],
  [0, 0, 3, 1, 2],
]);

async function exact(dataset: Dataset, tau: number) {
  const options = resolveOptions(wsvOptions, { solver: "exact", tau, iterations: 100 });
  const setup = setUpWsv(options, dataset);
  const { state, metrics } = await iterate(wsvSettings(options, setup));
  const distances = { features: denseMatrix(state.features), samples: denseMatrix(state.samples) };
  return { setup, distances, last: metrics.at(-1)! };
}

describe("uniqueness of singular vectors", () => {
  it.each([
    ["20x16", 0.01],
    ["30x24", 0.1],
  ])("is certified for %s translated histograms, tau %d", async (size, tau) => {
    const { setup, distances } = await exact(await loadDataset("torus", { size }), tau);
    expect(isCertifiedUnique(setup.histograms, distances)).toBe(true);
  });

  it("is not certified where two samples are equal, so that their distance is not positive", async () => {
    const rows = [
      [1, 2, 3, 1],
      [1, 2, 3, 1],
      [3, 1, 1, 2],
      [1, 1, 4, 1],
    ];
    const { setup, distances } = await exact(matrixDataset(rows), 0.01);
    expect(isCertifiedUnique(setup.histograms, distances)).toBe(false);
  });

  it("is not certified for a block-diagonal matrix", async () => {
    const { setup, distances } = await exact(blocks, 0.01);
    expect(isCertifiedUnique(setup.histograms, distances)).toBe(false);
  });
});

describe("a block-diagonal matrix without regulariser", () => {
  const family = (sizes: readonly number[], c: number) => {
    const block = sizes.flatMap((size, index) => Array.from({ length: size }, () => index));
    return Float64Array.from(block.flatMap((p) => block.map((q) => (p === q ? 0 : c))));
  };

  it("has the singular vectors of remark 2.4 with singular value 1", async () => {
    const { distances, last } = await exact(blocks, 0);
    const difference = (found: Float64Array, expected: Float64Array) =>
      found.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at])), 0);
    expect(difference(distances.samples, family([3, 2], 1))).toBeLessThan(1e-6);
    expect(difference(distances.features, family([2, 3], 1))).toBeLessThan(1e-6);
    expect(last["lambda"]).toBeCloseTo(1, 12);
    expect(last["mu"]).toBeCloseTo(1, 12);
  });
});
