import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { arraysOf, shapeOf, shapeText, takeFirst } from "../../../src/data/dataset.ts";
import { loadPair, type LoadPairOptions } from "../../../src/data/load-pair.ts";
import { writeNpy } from "../../../src/data/npy.ts";
import { InputError } from "../../../src/errors.ts";
import { temporaryFolder } from "../../support/temporary.ts";

let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(at("x.csv"), "cell,a,b\nc1,1,2\nc2,3,4\nc3,5,7\n");
  await writeFile(at("y.tsv"), "1\t2\t3\n4\t5\t6\n");
  await writeFile(at("labels.txt"), "T\nB\nT\n");
  await writeFile(at("square.off"), "OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2\n3 0 2 3\n");
  await writeNpy(at("d.npy"), { shape: [3, 3], data: Float32Array.of(0, 1, 2, 1, 0, 3, 2, 3, 0) });
});

describe("a pair of a person's files", () => {
  it("may be tables, with names and labels", async () => {
    const pair = await loadPair(at("x.csv"), at("y.tsv"), { x: { labels: at("labels.txt") } });
    expect(pair).toMatchObject({ kind: "pair", name: "x.csv and y.tsv", paired: false });
    expect(pair.x).toEqual({
      source: { kind: "points", values: { shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 7) } },
      names: ["c1", "c2", "c3"],
      labels: ["T", "B", "T"],
    });
    expect(pair.y.names).toEqual(["0", "1"]);
    expect(shapeText(pair)).toBe("[3, 2] and [2, 3]");
    expect(shapeOf(pair)).toEqual([3, 2, 2, 3]);
  });

  it("may be meshes, and distances where the options say so, which stay float32", async () => {
    const pair = await loadPair(at("square.off"), at("d.npy"), { y: { distances: true } });
    expect(shapeText(pair)).toBe("mesh [4, 3] and distances [3, 3]");
    expect(pair.y.source).toMatchObject({
      kind: "distances",
      values: { data: Float32Array.of(0, 1, 2, 1, 0, 3, 2, 3, 0) },
    });
    expect(arraysOf(pair).map(({ shape }) => shape)).toEqual([
      [4, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it("takes a square matrix as points unless told otherwise", async () => {
    const { x } = await loadPair(at("d.npy"), at("y.tsv"));
    expect(x.source.kind).toBe("points");
  });

  it("may be cut short, but no mesh", async () => {
    const options = { x: { labels: at("labels.txt") }, y: { distances: true } };
    const pair = takeFirst(await loadPair(at("x.csv"), at("d.npy"), options), 2);
    expect(pair.x).toMatchObject({ names: ["c1", "c2"], labels: ["T", "B"] });
    expect(pair.x.source).toMatchObject({ values: { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) } });
    expect(pair.y.source).toMatchObject({ values: { shape: [2, 2], data: Float32Array.of(0, 1, 1, 0) } });
    const mesh = await loadPair(at("square.off"), at("x.csv"));
    expect(takeFirst(mesh, 4)).toEqual(mesh);
    expect(() => takeFirst(mesh, 3)).toThrow("limit: not for a mesh, whose first vertices are no sample of it");
  });

  const distances = { distances: true };
  it.each<[string, string, string, LoadPairOptions, RegExp]>([
    [
      "pairs of other numbers",
      "x.csv",
      "y.tsv",
      { paired: true },
      /x.csv and y.tsv: expected as many rows on both sides, since they are pairs, got 3 and 2$/,
    ],
    [
      "labels of another number",
      "x.csv",
      "y.tsv",
      { y: { labels: "labels.txt" } },
      /labels.txt: expected 2 labels \(one per sample\), got 3$/,
    ],
    [
      "points as distances",
      "x.csv",
      "y.tsv",
      { x: distances },
      /x.csv: distances: expected a square matrix \[n, n\], got shape \[3, 2\]$/,
    ],
    [
      "a matrix that is not symmetric",
      "skew.csv",
      "y.tsv",
      { x: distances },
      /skew.csv: distances: not symmetric: 1 at \[0, 1\], 2 at \[1, 0\]; give one distance to a pair$/,
    ],
    [
      "distances that are NaN",
      "nan.npy",
      "y.tsv",
      { x: distances },
      /nan.npy: distances: expected finite entries >= 0 .*, got NaN at \[0, 1\]$/,
    ],
    ["points that are NaN", "nan.npy", "y.tsv", {}, /nan.npy: sample 0, at \[1\]: expected a finite number, got NaN$/],
    [
      "a mesh as distances",
      "square.off",
      "y.tsv",
      { x: distances },
      /square.off: expected a matrix of distances, in one of .npy/,
    ],
    ["a broken mesh", "broken.off", "y.tsv", {}, /broken.off: face 0: expected vertices from 0 to 2, got 7$/],
    [
      "an empty label",
      "x.csv",
      "y.tsv",
      { x: { labels: "gap.txt" } },
      /gap.txt: line 2: expected a label, got an empty line$/,
    ],
    ["another kind of file", "gap.png", "y.tsv", {}, /gap.png: expected data: a folder of counts or one of .npy/],
    ["a folder without counts", ".", "y.tsv", {}, /: expected data: a folder of counts or one of .npy/],
    ["a file that is not there", "none.csv", "y.tsv", {}, /none.csv: does not exist/],
  ])("refuses %s in one line", async (_, x, y, options, message) => {
    await writeFile(at("skew.csv"), "0,1\n2,0\n");
    await writeNpy(at("nan.npy"), { shape: [2, 2], data: Float64Array.of(0, NaN, NaN, 0) });
    await writeFile(at("broken.off"), "OFF\n3 1 0\n0 0 0\n1 0 0\n1 1 0\n3 0 1 7\n");
    await writeFile(at("gap.txt"), "a\n\nb\n");
    await writeFile(at("gap.png"), "");
    const located = Object.fromEntries(
      Object.entries(options).map(([side, value]) => [
        side,
        typeof value === "object" && value.labels ? { ...value, labels: at(value.labels) } : value,
      ]),
    );
    const error = await loadPair(at(x), at(y), located).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(message);
    expect((error as InputError).message).not.toContain("\n");
  });
});
