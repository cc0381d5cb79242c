import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { embedOptions } from "../../../models/embed/options.ts";
import { completeEmbed, type EmbedOptions } from "../../../models/embed/presets.ts";
import { loadOwnPair, setUpEmbed, type EmbedSetup } from "../../../models/embed/setup.ts";
import { completeTarget } from "../../../models/embed/target-option.ts";
import { writeNpy } from "../../../src/data/npy.ts";
import { encodeNpz } from "../../../src/data/npz.ts";
import type { PairDataset } from "../../../src/data/pair.ts";
import { resolveOptions } from "../../../src/options.ts";
import { meanVarianceOf } from "../../../src/spaces/mixture.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { Random } from "../../../src/tensor/random.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const sideOf = (rows: number[][]): PairDataset["x"] => {
  const values = ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);
  return { source: { kind: "points", values }, names: rows.map((_, i) => String(i)) };
};
const pair: PairDataset = {
  kind: "pair",
  name: "test",
  x: sideOf([[0, 0], [1, 0], [3, 0], [4, 2]]), // prettier-ignore
  y: sideOf([[5], [2], [2.5], [9]]),
  paired: true,
};
const setUp = async (given: Partial<EmbedOptions> = {}, dataset = pair): Promise<EmbedSetup> =>
  setUpEmbed(completeEmbed(resolveOptions(embedOptions, { neighbors: 0, ...given })), dataset);
const targetOf = async (given: Partial<EmbedOptions>) => (await setUp(given)).problem.target;

describe("the target", () => {
  it.each([
    ["plane", 20 * 20],
    ["sphere", 30 * 30],
    ["torus", 30 * 30],
    ["circle", 360],
  ])("may be a %s, whose largest distance is one as that of the sets", async (name, most) => {
    const target = await targetOf({ target: name });
    expect(target.name).toBe(name);
    expect(target.metric.points).toBeLessThanOrEqual(most);
    expect(target.metric.points).toBeGreaterThan(0.9 * most);
    expect(target.metric.largest).toBeCloseTo(1, 12);
  });

  it("is a plane where nothing is said, and of another resolution where asked", async () => {
    expect((await targetOf({})).name).toBe("plane");
    const { metric } = await targetOf({ resolution: 3, keepUnits: true });
    expect(metric.points).toBe(9);
    expect(metric.largest).toBeCloseTo(Math.SQRT2, 15); // of a square of side one
  });

  it("may be one of the inputs, as it has been made", async () => {
    const { problem, x, y } = await setUp({ target: "x" });
    expect(problem.target.name).toBe("x");
    expect(problem.target.metric.matrix()).toEqual(x.space.metric.matrix());
    expect(problem.target.coordinates).toEqual(x.coordinates);
    const other = (await setUp({ target: "y", keepUnits: true })).problem.target;
    expect(other.metric.largest).toBe(7);
    expect(other.metric.points).toBe(y.space.metric.points);
  });

  it.each(["z.npy", "z.npz"])("may be the distances of %s", async (name) => {
    const path = join(await temporaryFolder(), name);
    const distances = ndarray(Float64Array.of(0, 2, 4, 2, 0, 3, 4, 3, 0), [3, 3]);
    if (name === "z.npy") await writeNpy(path, distances);
    else await writeFile(path, encodeNpz([["distances", distances]]));
    const options = completeTarget({ target: path });
    expect(Array.from((await targetOf(options)).metric.matrix().data)).toEqual([0, 0.5, 1, 0.5, 0, 0.75, 1, 0.75, 0]);
    expect((await targetOf({ ...options, keepUnits: true })).metric.matrix()).toEqual(distances);
  });

  it("of mixtures has Gaussians of their mean variance, in their unit", async () => {
    const random = Random.fromSeed(1);
    const cloud = (scale: number) =>
      sideOf(Array.from({ length: 60 }, (_, i) => [scale * random.normal() + 9 * (i % 3), scale * random.normal()]));
    const dataset = { ...pair, x: cloud(1), y: cloud(0.4) };
    const { problem, x, y, paired } = await setUp({ target: "gaussians", mixture: 3, resolution: 4 }, dataset);
    const variance = (meanVarianceOf(x.mixture!) + meanVarianceOf(y.mixture!)) / 2;
    const { coordinates } = problem.target;
    expect(coordinates!.shape[1]).toBe(5);
    const [first, , third] = coordinates!.data.subarray(2, 5);
    expect([0.5 * variance, variance].some((value) => Math.abs(value - first) < 1e-12)).toBe(true);
    expect([0.5 * variance, variance].some((value) => Math.abs(value - third) < 1e-12)).toBe(true);
    expect(paired).toBe(false);
    expect(problem.x.weights).toEqual(x.mixture!.weights);
  });

  it.each([
    [{ target: "matrix" }, "targetDistances: expected a file of distances with target matrix, got none"],
    [{ target: "matrix", targetDistances: "nowhere.npy" }, "nowhere.npy: does not exist"],
    [{ target: "elsewhere" }, "target: expected one of plane, sphere"],
  ])("is refused: %o", async (options, message) => {
    await expect(setUp(options)).rejects.toThrow(message);
  });

  it("is refused by the name of its file", async () => {
    const path = join(await temporaryFolder(), "z.npy");
    await writeNpy(path, ndarray(Float64Array.of(0, 2, 4, 0), [2, 2]));
    await expect(setUp(completeTarget({ target: path }))).rejects.toThrow(`${path}: distances: not symmetric`);
  });
});

describe("pairs", () => {
  it("are kept while points are, and not where other things are embedded", async () => {
    expect((await setUp()).paired).toBe(true);
    expect((await setUp({ subsample: 9 })).paired).toBe(true); // all points
    expect((await setUp({ subsample: 2 })).paired).toBe(false);
    expect((await setUp({ mixture: 1, keepUnits: true })).paired).toBe(false);
    expect((await setUp({}, { ...pair, paired: false })).paired).toBe(false);
  });
});

it("leaves the units of sets that are made for those of the targets", async () => {
  const { x, problem } = await setUp({}, { ...pair, inTargetUnits: true });
  expect(x.space.metric.largest).toBeCloseTo(Math.hypot(4, 2), 12);
  expect(problem.target.metric.largest).toBeCloseTo(Math.SQRT2, 12);
});

it("names the set that does not fit", async () => {
  const dataset = { ...pair, y: sideOf([[2], [2]]) };
  await expect(setUp({}, dataset)).rejects.toThrow("y: all 2 points are in one place");
});

describe("completeTarget", () => {
  it("makes two options of a file, and leaves the others", () => {
    expect(completeTarget({ target: "a/z.npy", lambda: 3 })).toEqual({
      target: "matrix",
      targetDistances: "a/z.npy",
      lambda: 3,
    });
    const complete = { target: "matrix", targetDistances: "a/z.npy" };
    for (const options of [{}, { target: "torus" }, complete]) expect(completeTarget(options)).toEqual(options);
  });

  it.each([
    [
      { target: "z.csv" },
      /^target: expected one of plane, sphere, torus, circle, gaussians, x, y or an \.npy file of distances, got "z\.csv"$/,
    ],
    [
      { target: "plane", targetDistances: "z.npy" },
      /^targetDistances: only with target matrix; name the file as the target/,
    ],
    [{ targetDistances: "z.npy" }, /^targetDistances: only with target matrix/],
  ])("refuses %o", (options, message) => {
    expect(() => completeTarget(options)).toThrow(message);
  });
});

describe("loadOwnPair", () => {
  it("reads both sets as the options say", async () => {
    const folder = await temporaryFolder();
    const at = (name: string): string => join(folder, name);
    await writeFile(at("x.csv"), "0.5,1\n1.5,0\n");
    await writeNpy(at("d.npy"), ndarray(Float64Array.of(0, 1, 1, 0), [2, 2]));
    await writeFile(at("labels.txt"), "a\nb\n");
    const points = await loadOwnPair({ x: at("x.csv"), y: at("d.npy"), paired: true, labelsY: at("labels.txt") });
    expect(points).toMatchObject({ name: "x.csv and d.npy", paired: true, y: { labels: ["a", "b"] } });
    expect([points!.x.source.kind, points!.y.source.kind]).toEqual(["points", "points"]);
    expect(points!.x.labels).toBeUndefined();
    const matrices = await loadOwnPair({ x: at("d.npy"), y: at("d.npy"), matrices: true, labelsX: at("labels.txt") });
    expect(matrices).toMatchObject({ paired: false, x: { source: { kind: "distances" }, labels: ["a", "b"] } });
  });

  it("is nothing without x and y", async () => {
    expect(await loadOwnPair({ lambda: 1 })).toBeUndefined();
  });

  it.each([
    [{ x: "a.csv" }, "y: expected both sets, x and y, got one of them"],
    [{ y: "a.csv" }, "x: expected both sets, x and y, got one of them"],
    [{ labelsX: "a.txt" }, "labelsX: only with x and y; leave it out"],
    [{ labelsY: "a.txt" }, "labelsY: only with x and y; leave it out"],
    [{ paired: true }, "paired: only with x and y; leave it out"],
    [{ matrices: true }, "matrices: only with x and y; leave it out"],
  ])("refuses %o", async (options, message) => {
    await expect(loadOwnPair(options)).rejects.toThrow(message);
  });
});

describe("setUpEmbed", () => {
  it("makes the spaces of a data set once for training and evaluation, and anew for other options", async () => {
    const first = await setUp({ resolution: 3 });
    expect(await setUp({ resolution: 3, lambda: 7 })).toBe(first);
    expect(await setUp({ resolution: 3 }, { ...pair })).not.toBe(first);
    expect((await setUp({ resolution: 4 })).problem.target.metric.points).toBe(16);
  });
});
