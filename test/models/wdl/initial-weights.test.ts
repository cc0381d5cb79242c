import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readGivenStart } from "../../../models/wdl/given-start.ts";
import { initialWeights } from "../../../models/wdl/initial-weights.ts";
import { checkInit, givenLogits, initialLogits, type GivenStart } from "../../../models/wdl/initialize.ts";
import { softmax } from "../../../models/wdl/simplex.ts";
import { encodeNpy } from "../../../src/data/npy.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { Random } from "../../../src/tensor/random.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { randomRows } from "../../support/wdl.ts";

const shape = { atoms: 3, pixels: 10 };
const atoms = randomRows(3, 10, 5);
/** What rules give before they are moved by a tenth towards equal weights. */
const moved = (rows: readonly number[]) => Float64Array.from(rows, (value) => 0.9 * value + 0.1 / 3);

function mixed(weights: readonly number[]): Float64Array {
  return Float64Array.from({ length: 10 }, (_, i) => weights.reduce((sum, w, s) => sum + w * atoms[s * 10 + i], 0));
}

describe("first weights", () => {
  it("by projection are those that mixed the data, on the simplex", () => {
    const mixtures = [[0.2, 0.5, 0.3], [0, 0.9, 0.1], [1, 0, 0]]; // prettier-ignore
    const data = Float64Array.from(mixtures.flatMap((row) => [...mixed(row)]));
    const expected = moved(mixtures.flat());
    expect(initialWeights("projection", data, atoms, shape)).toBeAllclose(expected, { absolute: 1e-4 });
    // outside the hull: on its border, and nearer than every corner
    const outside = initialWeights("projection", mixed([1.4, -0.5, 0.1]), atoms, shape);
    expect(Math.min(...outside)).toBeCloseTo(0.1 / 3, 6);
  });

  it("by the nearest atom are on it", () => {
    const data = Float64Array.from([...mixed([0, 0.1, 0.9]), ...mixed([0.8, 0.2, 0])]);
    expect(initialWeights("nearest", data, atoms, shape)).toBeAllclose(moved([0, 0, 1, 1, 0, 0]));
  });

  it("by order stand along the atoms", () => {
    const expected = moved([1, 0, 0, 0.5, 0.5, 0, 0, 1, 0, 0, 0.5, 0.5, 0, 0, 1]);
    expect(initialWeights("order", randomRows(5, 10, 1), atoms, shape)).toBeAllclose(expected);
    expect(initialWeights("order", randomRows(2, 10, 1), atoms, { atoms: 1, pixels: 10 })).toBeAllclose([1, 1]);
  });
});

describe("a start", () => {
  const data = randomRows(6, 10, 9);
  const settings = { ...shape, weightMap: softmax };
  const start = (init: "constant" | "samples" | "kmeans", given: GivenStart) =>
    givenLogits(init, given, data, settings, Random.fromSeed(3));

  it("without anything given is that of the initialiser", () => {
    expect(start("kmeans", {})).toEqual(initialLogits("kmeans", data, shape, Random.fromSeed(3)));
  });

  it("from constant atoms keeps them, with weights by the centroids of the data", () => {
    const { alpha, beta } = start("constant", { weights: "projection" });
    expect(alpha.every((value) => value === 0)).toBe(true);
    const centroids = softmax.forward(start("kmeans", {}).alpha, 10);
    // the generator has drawn the constant start's weights before
    expect(softmax.forward(beta, 3).every((weight) => weight >= 0.1 / 3 - 1e-9)).toBe(true);
    expect(centroids).toHaveLength(30);
  });

  it("takes given atoms and weights as they are", () => {
    const weights = randomRows(6, 3, 21);
    const { alpha, beta } = start("constant", { atoms, weights });
    expect(softmax.forward(alpha, 10)).toBeAllclose(atoms);
    expect(softmax.forward(beta, 3)).toBeAllclose(weights);
  });

  it("by a rule that looks at centroids needs as many data points as atoms", () => {
    expect(() => checkInit("constant", 2, 3, { weights: "projection" })).toThrow(
      "expected at least 3 data points for projection (one an atom), got 2; use order",
    );
    expect(() => checkInit("constant", 2, 3, { weights: "order" })).not.toThrow();
    expect(() => checkInit("kmeans", 2, 3, { atoms })).not.toThrow();
  });
});

describe("files of a start", () => {
  const none = {
    atoms: 3,
    allowNegativeWeights: false,
    initWeights: undefined,
    initWeightsFile: undefined,
    initAtomsFile: undefined,
  };
  const sizes = { points: 2, pixels: 10 };

  async function file(shapeOf: readonly number[], values: Float64Array): Promise<string> {
    const path = join(await temporaryFolder(), "start.npy");
    await writeFile(path, encodeNpy(ndarray(values, [...shapeOf])));
    return path;
  }

  it("are read, of any axes, and normalised", async () => {
    const initAtomsFile = await file([3, 2, 5], atoms.map((mass) => 7 * mass)); // prettier-ignore
    const initWeightsFile = await file([2, 3], Float64Array.from([1, 1, 2, 0, 0, 3]));
    const given = await readGivenStart({ ...none, initAtomsFile, initWeightsFile }, sizes);
    expect(given.atoms).toBeAllclose(atoms);
    expect(given.weights).toEqual(Float64Array.from([0.25, 0.25, 0.5, 0, 0, 1]));
  });

  it("are refused with what was expected", async () => {
    const wrong = await file([3, 2], Float64Array.from([1, 1, 2, 0, 0, 3]));
    const negative = await file([2, 3], Float64Array.from([1, 1, -1, 0, 0, 3]));
    const empty = await file([2, 3], Float64Array.from([1, 1, 1, 0, 0, 0]));
    const refused = (initWeightsFile: string) => expect(readGivenStart({ ...none, initWeightsFile }, sizes)).rejects;
    await refused(wrong).toThrow("expected [2, 3], got [3, 2]");
    await refused(negative).toThrow("expected finite numbers >= 0, got -1 in row 0");
    await refused(empty).toThrow("expected rows with a sum other than 0");
    const both = { ...none, initWeightsFile: wrong, initWeights: "order" as const };
    await expect(readGivenStart(both, sizes)).rejects.toThrow("exclude each other");
  });
});
