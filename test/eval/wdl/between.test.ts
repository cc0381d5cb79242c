import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { fitBaselines } from "../../../eval/wdl/baselines.ts";
import { betweenPicture, compareMidpoints, type Truth } from "../../../eval/wdl/between.ts";
import { compareDictionary } from "../../../eval/wdl/compare-dictionary.ts";
import { editPicture } from "../../../eval/wdl/edit.ts";
import type { Picture } from "../../../eval/pictures/picture.ts";
import type { WdlFindings } from "../../../eval/wdl/findings.ts";
import { wdlOptions } from "../../../models/wdl/options.ts";
import { setUpWdl } from "../../../models/wdl/setup.ts";
import type { ImageDataset } from "../../../src/data/dataset.ts";
import { resolveOptions } from "../../../src/options.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

beforeAll(async () => void (await useBackend("cpu")));

const SIDE = 20;
const PIXELS = SIDE * SIDE;
const ENDS = [5, 14] as const;

/** A bump whose middle lies in this column. */
function bump(column: number): Float64Array {
  return Float64Array.from({ length: PIXELS }, (_, pixel) => {
    const [y, x] = [Math.floor(pixel / SIDE) - 10, (pixel % SIDE) - column];
    return Math.round(2 + 250 * Math.exp(-(x * x + y * y) / 8));
  });
}

/** Bumps on a line, and a dictionary of those at its ends. */
async function findings(): Promise<WdlFindings> {
  const shares = [0, 0.5, 1, 0.2];
  const columns = shares.map((share) => (1 - share) * ENDS[0] + share * ENDS[1]);
  const values = ndarray(Float64Array.from(columns.flatMap((column) => Array.from(bump(column)))), [4, SIDE, SIDE]);
  const dataset: ImageDataset = { kind: "images", name: "bumps", values, names: ["a", "b", "c", "d"] };
  const options = resolveOptions(wdlOptions, { atoms: 2, sinkhornIterations: 200 });
  const setup = await setUpWdl(options, dataset);
  const histograms = setup.histograms.data;
  const factors = {
    atoms: Float64Array.of(...histograms.slice(0, PIXELS), ...histograms.slice(2 * PIXELS, 3 * PIXELS)),
    weights: Float64Array.from(shares.flatMap((share) => [1 - share, share])),
  };
  const { operator } = setup.problem;
  const baselines = fitBaselines(values, options.atoms);
  const { methods, inputs } = await compareDictionary({ setup, options, dataset, factors, operator, baselines });
  const { names } = dataset;
  return { setup, options, factors, sinkhornIterations: 200, methods, inputs, names, notes: [], history: [] };
}

const truth: Truth = (from, to, share) => {
  const columns = [5, 9.5, 14, 6.8];
  return Promise.resolve(bump((1 - share) * columns[from] + share * columns[to]));
};

describe("between two data points", () => {
  it("a barycenter moves what linear methods fade: measured against the truth, pair after pair", async () => {
    const { pairs, psnr } = await compareMidpoints(await findings(), truth);
    expect(pairs).toBe(4);
    expect(Object.keys(psnr)).toEqual(["wdl", "pca", "pca_same_count", "nmf", "cross_fade"]);
    const { wdl, ...others } = psnr as Record<string, number>;
    expect(wdl).toBeGreaterThan(Math.max(...Object.values(others)) + 3);
  });

  it("the blend of two images is their mean", async () => {
    const found = await findings();
    const mean: Truth = (from, to, share) => {
      const [first, second] = [from, to].map((row) => found.inputs.data.slice(row * PIXELS, (row + 1) * PIXELS));
      return Promise.resolve(first.map((value, i) => Math.round((1 - share) * value + share * second[i])));
    };
    const { psnr } = await compareMidpoints(found, mean);
    expect(psnr["cross_fade"]).toBe("Infinity"); // no error at all
  });

  it("draws a row a method, and one of the truth where it is known", async () => {
    const found = await findings();
    const heights = await Promise.all(
      [found, { ...found, truth }].map(async (each) => {
        const picture = await betweenPicture(each);
        return picture.kind === "png" ? picture.height : 0;
      }),
    );
    expect(heights[1]).toBeGreaterThan(heights[0] + 100);
    expect(heights[0]).toBeGreaterThan(300);
  });

  it("a truth that fails costs the picture, by its message", async () => {
    const fails: Truth = () => Promise.reject(new Error("no rasteriser"));
    await expect(betweenPicture({ ...(await findings()), truth: fails })).rejects.toThrow("no rasteriser");
  });
});

/** Of the image in a row and column of a montage: the column of the bump, on the data's grid. */
async function bumpIn(picture: Picture, row: number, column: number): Promise<number> {
  if (picture.kind !== "png") throw new Error(`a ${picture.kind}`);
  const cell = Math.round(192 / SIDE) * SIDE;
  const [gap, rows, columns] = [12, 3, 3];
  const left = picture.width - (columns - column) * (cell + gap) + gap;
  const top = picture.height - (rows - row) * (cell + gap) + gap;
  const cut = sharp(picture.png).extract({ left, top, width: cell, height: cell });
  const gray = await cut.removeAlpha().toColourspace("b-w").raw().toBuffer();
  let [moment, mass] = [0, 0];
  gray.forEach((value, index) => {
    if (value < 40) return;
    moment += value * (((index % cell) + 0.5) / (cell / SIDE) - 0.5);
    mass += value;
  });
  return moment / mass;
}

describe("edits", () => {
  it("move the data point with the most even weights halfway towards each atom, where a cross-fade shows both", async () => {
    const picture = await editPicture(await findings());
    expect(await bumpIn(picture, 1, 0)).toBeCloseTo(9.5, 0); // "b", between the atoms
    expect(await bumpIn(picture, 1, 1)).toBeCloseTo(0.75 * 5 + 0.25 * 14, 0);
    expect(await bumpIn(picture, 1, 2)).toBeCloseTo(0.25 * 5 + 0.75 * 14, 0);
    expect(await bumpIn(picture, 0, 2)).toBeCloseTo(14, 0);
  });
});
