import { describe, expect, it } from "vitest";
import { interpolateWeights, normalizeRows, reconstruct } from "../../../models/wdl/dictionary.ts";
import { encode } from "../../../models/wdl/encode/encode.ts";
import type { WdlProblem } from "../../../models/wdl/objective.ts";
import { barycenterInputs } from "../../../models/wdl/factors.ts";
import { affine, softmax, type RowMap } from "../../../models/wdl/simplex.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { hostOperator } from "../../support/factors.ts";
import { dataTerm } from "../../support/wdl.ts";

const geometry = grid({ size: [8, 8] });
const [ATOMS, PIXELS] = [3, 64];
const CORNERS = [
  [1, 1],
  [1, 6],
  [6, 3],
];

/** Bumps at the corners of a triangle: no barycenter of two is near the third. */
const atoms = normalizeRows(
  Float64Array.from({ length: ATOMS * PIXELS }, (_, index) => {
    const [row, column] = CORNERS[Math.floor(index / PIXELS)];
    const place = index % PIXELS;
    return Math.exp(-((Math.floor(place / 8) - row) ** 2 + ((place % 8) - column) ** 2) / 2) + 1e-4;
  }),
  PIXELS,
);
const operator = hostOperator(geometry, { epsilon: 1, iterations: 20 });

function problemWith(data: Float64Array, weightMap: RowMap = softmax): WdlProblem {
  return { term: dataTerm("kl", geometry, 1, data), pixels: PIXELS, atoms: ATOMS, operator, weightMap, zeta: 1 };
}

/** The barycenters of given weights, as data. */
async function dataOf(weights: Float64Array): Promise<Float64Array> {
  return operator.barycenters(barycenterInputs({ pixels: PIXELS, operator }, { atoms, weights }));
}

const TIGHT = { evaluations: 200, tolerance: 1e-15 };

describe("encode", () => {
  it("finds the weights of reconstructions", async () => {
    const weights = Float64Array.of(0.5, 0.3, 0.2, 0.1, 0.1, 0.8, 1 / 3, 1 / 3, 1 / 3);
    const problem = problemWith(await dataOf(weights));
    const { weights: found } = await encode({ atoms, problem }, TIGHT);
    expect(found).toBeAllclose(weights, { absolute: 1e-5, relative: 0 });
  });

  it("finds negative weights where they are allowed", async () => {
    const weights = Float64Array.of(-0.15, 0.55, 0.6);
    const problem = problemWith(await dataOf(weights), affine);
    const { weights: found } = await encode({ atoms, problem }, TIGHT);
    expect(found).toBeAllclose(weights, { absolute: 1e-5, relative: 0 });
  });

  it("starts at equal weights and makes no more evaluations than it is told", async () => {
    const problem = problemWith(await dataOf(Float64Array.of(0.8, 0.1, 0.1)));
    const { weights } = await encode({ atoms, problem }, { evaluations: 1 });
    expect(weights).toBeAllclose([1 / 3, 1 / 3, 1 / 3]);
  });
});

describe("reconstruct", () => {
  const problem = problemWith(new Float64Array(PIXELS));

  it("gives barycenters of mass one", async () => {
    const weights = Float64Array.of(0.5, 0.5, 0, 0, 0, 1);
    const images = await reconstruct({ atoms, problem }, weights);
    const plain = await dataOf(weights);
    for (const row of [0, 1]) {
      const own = images.subarray(row * PIXELS, (row + 1) * PIXELS);
      const mass = plain.subarray(row * PIXELS, (row + 1) * PIXELS).reduce((sum, value) => sum + value, 0);
      expect([own.reduce((sum, value) => sum + value, 0)]).toBeAllclose([1], { absolute: 1e-14 });
      expect(own).toBeAllclose(plain.subarray(row * PIXELS, (row + 1) * PIXELS).map((value) => value / mass));
    }
  });

  it.each([0, 4])("refuses %i numbers for 3 atoms", async (count) => {
    await expect(reconstruct({ atoms, problem }, new Float64Array(count))).rejects.toThrow(
      `weights: expected rows of 3 (one per atom), got ${count} numbers`,
    );
  });
});

describe("interpolateWeights", () => {
  it("goes from one row to the other in equal steps", () => {
    const path = interpolateWeights(Float64Array.of(1, 0, 0), Float64Array.of(0, 0.5, 0.5), 3);
    expect(path).toBeAllclose([1, 0, 0, 0.5, 0.25, 0.25, 0, 0.5, 0.5]);
  });

  it("makes reconstructions move, not fade", async () => {
    const weights = interpolateWeights(Float64Array.of(1, 0, 0), Float64Array.of(0, 0, 1), 5);
    const images = await reconstruct({ atoms, problem: problemWith(new Float64Array(PIXELS)) }, weights);
    const rowCentres = [0, 1, 2, 3, 4].map((step) =>
      images
        .subarray(step * PIXELS, (step + 1) * PIXELS)
        .reduce((sum, mass, index) => sum + mass * Math.floor(index / 8), 0),
    );
    const steps = rowCentres.slice(1).map((centre, index) => centre - rowCentres[index]);
    expect(steps).toBeAllclose([1.25, 1.25, 1.25, 1.25], { absolute: 0.2 });
  });

  it.each([
    [1, 2, 3, "interpolation: expected two rows of one length, got 1 and 2"],
    [2, 2, 1, "interpolation: expected at least 2 steps, got 1"],
    [2, 2, 2.5, "interpolation: expected at least 2 steps, got 2.5"],
  ])("refuses rows of %i and %i in %d steps", (from, to, steps, message) => {
    expect(() => interpolateWeights(new Float64Array(from), new Float64Array(to), steps)).toThrow(message);
  });
});
