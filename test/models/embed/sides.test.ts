import { describe, expect, it } from "vitest";
import { embedOptions } from "../../../models/embed/options.ts";
import { completeEmbed, type EmbedOptions } from "../../../models/embed/presets.ts";
import { embedSide, type EmbedSide } from "../../../models/embed/sides.ts";
import { numbered } from "../../../src/data/dataset.ts";
import type { PairSide } from "../../../src/data/pair.ts";
import { resolveOptions } from "../../../src/options.ts";
import { buresWasserstein } from "../../../src/spaces/bures-wasserstein.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { Random } from "../../../src/tensor/random.ts";

/** Points [n, d] as a side, with names and labels. */
function pointsSide(...rows: number[][]): PairSide {
  const values = ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);
  return {
    source: { kind: "points", values },
    names: rows.map((_, i) => `p${i}`),
    labels: rows.map((_, i) => `l${i}`),
  };
}

/** A strip of triangles whose vertices lie at these places along both of its sides. */
function stripSide(...places: number[]): PairSide {
  const vertices = places.flatMap((place) => [place, 0, 0, place, 0.1, 0]);
  const faces = places.slice(1).flatMap((_, i) => [2 * i, 2 * i + 1, 2 * i + 2, 2 * i + 1, 2 * i + 2, 2 * i + 3]);
  const mesh = {
    vertices: ndarray(Float64Array.from(vertices), [vertices.length / 3, 3]),
    faces: ndarray(Int32Array.from(faces), [faces.length / 3, 3]),
  };
  return { source: { kind: "mesh", mesh }, names: numbered(vertices.length / 3) };
}

const sideOf = (side: PairSide, given: Partial<EmbedOptions> = {}): Promise<EmbedSide> =>
  embedSide(side, completeEmbed(resolveOptions(embedOptions, given)), "x");
const distancesOf = ({ space }: EmbedSide): number[] => Array.from(space.metric.matrix().data);
const fromFirst = ({ space: { metric } }: EmbedSide): number[] =>
  Array.from(metric.matrix().data.slice(0, metric.points));

const line = pointsSide([0], [1], [3], [10]);

describe("a set of points", () => {
  it("may have a share of them as neighbours", async () => {
    const steps = async (neighbors: number) => distancesOf(await sideOf(line, { neighbors, hops: true }));
    expect(await steps(0.4)).toEqual(await steps(2)); // 0.4 of 4 points
    expect(await steps(0.4)).not.toEqual(await steps(1));
  });

  it("has the distances asked for, divided by the largest unless they are to keep their units", async () => {
    const side = await sideOf(line, { neighbors: 0 });
    expect(distancesOf(side)).toEqual(
      [0, 1, 3, 10, 1, 0, 2, 9, 3, 2, 0, 7, 10, 9, 7, 0].map((distance) => distance / 10),
    );
    expect(fromFirst(await sideOf(line, { neighbors: 0, keepUnits: true }))).toEqual([0, 1, 3, 10]);
    expect(side).toMatchObject({ names: ["p0", "p1", "p2", "p3"], labels: ["l0", "l1", "l2", "l3"], warnings: [] });
    expect(side.coordinates!.data).toEqual(Float64Array.of(0, 1, 3, 10));
    expect(side.indices).toBeUndefined();
    expect(Array.from(side.space.weights)).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it("is preprocessed before distances are taken", async () => {
    const points = pointsSide([3, 4], [6, 8], [0, 5]);
    const side = await sideOf(points, { neighbors: 0, keepUnits: true, preprocess: "l2" });
    expect(fromFirst(side)).toBeAllclose([0, 0, Math.hypot(0.6, 0.2)], { absolute: 1e-15 });
    expect(Array.from(side.coordinates!.data)).toBeAllclose([0.6, 0.8, 0.6, 0.8, 0, 1]);
  });

  it("has other kinds of distances", async () => {
    const points = pointsSide([1, 0], [0, 2], [-3, 0]);
    const side = await sideOf(points, { neighbors: 0, keepUnits: true, distance: "cosine" });
    expect(fromFirst(side)).toBeAllclose([0, 1, 2], { absolute: 1e-15 });
  });

  it("has geodesics along the graph of neighbours, by their lengths or by steps", async () => {
    const bent = pointsSide([0, 0], [1, 0], [1, 1.5]);
    expect(fromFirst(await sideOf(bent, { neighbors: 1, keepUnits: true }))).toEqual([0, 1, 2.5]);
    expect(fromFirst(await sideOf(bent, { neighbors: 1, keepUnits: true, hops: true }))).toEqual([0, 1, 2]);
    expect(fromFirst(await sideOf(bent, { neighbors: 1, hops: true }))).toEqual([0, 0.5, 1]);
  });

  it("warns of a graph in parts, which it joins, and of rows without a direction", async () => {
    const apart = await sideOf(pointsSide([0], [1], [8], [9]), { neighbors: 1, keepUnits: true });
    expect(apart.warnings).toEqual([
      "x: the graph of 1 nearest neighbours had 2 parts, now joined by their shortest edges; distances between parts are guesses",
    ]);
    expect(fromFirst(apart)).toEqual([0, 1, 8, 9]);
    const constant = pointsSide([1, 2, 3], [2, 2, 2], [3, 1, 2]);
    for (const neighbors of [0, 1]) {
      const { warnings } = await sideOf(constant, { neighbors, distance: "correlation" });
      expect(warnings[0]).toBe("x: 1 rows are constant, at correlation distance 1 from all others");
    }
  });

  it("may be thinned out, each point the farthest from those before; names, labels and weights go with them", async () => {
    const weights = Float64Array.of(1, 5, 7, 3);
    const side = await sideOf({ ...line, weights }, { neighbors: 0, keepUnits: true, subsample: 3 });
    expect(Array.from(side.indices!)).toEqual([0, 3, 2]); // 2 is 3 away from 0, where 1 is only 1
    expect(distancesOf(side)).toEqual([0, 10, 3, 10, 0, 7, 3, 7, 0]);
    expect(side).toMatchObject({ names: ["p0", "p3", "p2"], labels: ["l0", "l3", "l2"] });
    expect(Array.from(side.coordinates!.data)).toEqual([0, 10, 3]);
    expect(Array.from(side.space.weights)).toBeAllclose([1 / 11, 3 / 11, 7 / 11]);
    expect((await sideOf(line, { neighbors: 0, subsample: 9 })).indices).toBeUndefined();
  });

  it("may be weighted", async () => {
    const side = await sideOf({ ...line, weights: Float64Array.of(1, 1, 2, 4) }, { neighbors: 0 });
    expect(Array.from(side.space.weights)).toEqual([0.125, 0.125, 0.25, 0.5]);
  });

  it.each([0, 2])("has float32 distances from 5000 points on, with %d neighbours", async (neighbors) => {
    const n = 5000;
    const values = ndarray(
      Float64Array.from({ length: n }, (_, i) => i),
      [n, 1],
    );
    const side = await sideOf({ source: { kind: "points", values }, names: numbered(n) }, { neighbors });
    expect(side.warnings.join()).toContain("distances between 5000 points are float32");
    const row = fromFirst(side);
    expect(row.every((distance) => Math.fround(distance) === distance)).toBe(true);
    expect(row).toBeAllclose(
      Array.from({ length: n }, (_, i) => i / (n - 1)),
      { relative: 1e-6 },
    );
  });

  it.each([
    ["all in one place", pointsSide([2, 1], [2, 1]), { neighbors: 0 }, "x: all 2 points are in one place"],
    ["alone", pointsSide([2, 1]), {}, "x: expected at least two points, got one"],
    ["fewer than the neighbours", line, { neighbors: 4 }, "neighbors: expected a whole number from 1 to 3"],
    ["NaN", pointsSide([1], [NaN], [2]), { neighbors: 0 }, "x: at [1, 0]: expected a finite number, got NaN"],
    [
      "NaN of a graph",
      pointsSide([1], [NaN], [2]),
      { neighbors: 1 },
      "x: at [1, 0]: expected a finite number, got NaN",
    ],
  ] as const)("is refused: %s", async (_, side, given, message) => {
    await expect(sideOf(side, given)).rejects.toThrow(message);
  });
});

describe("given distances", () => {
  const values = ndarray(Float32Array.of(0, 2, 4, 2, 0, 4, 4, 4, 0), [3, 3]);
  const given: PairSide = { source: { kind: "distances", values }, names: ["a", "b", "c"] };

  it("are taken as they are, up to their unit, whatever is said of points", async () => {
    const options = { neighbors: 1, hops: true, distance: "cosine", preprocess: "zscore" } as const;
    expect(distancesOf(await sideOf(given, options))).toEqual([0, 0.5, 1, 0.5, 0, 1, 1, 1, 0]);
    expect(values.data[2]).toBe(4); // not changed
    expect(distancesOf(await sideOf(given, { keepUnits: true }))).toEqual(Array.from(values.data));
    expect((await sideOf(given)).coordinates).toBeUndefined();
  });

  it("may have coordinates for pictures, which are thinned out with them", async () => {
    const coordinates = ndarray(Float64Array.of(0, 0, 2, 0, 1, 4), [3, 2]);
    const side = await sideOf({ ...given, source: { kind: "distances", values, coordinates } }, { subsample: 2 });
    expect(side).toMatchObject({ names: ["a", "c"], labels: undefined });
    expect(Array.from(side.coordinates!.data)).toEqual([0, 0, 1, 4]);
    expect(distancesOf(side)).toEqual([0, 1, 1, 0]);
  });

  it("have no Gaussians to fit", async () => {
    await expect(sideOf(given, { mixture: 2 })).rejects.toThrow(
      "mixture: Gaussians are fitted to points, and x has dist",
    );
  });
});

describe("a mesh", () => {
  it("has geodesics along its edges between farthest vertices", async () => {
    const side = await sideOf(stripSide(0, 1, 2, 4), { subsample: 2, keepUnits: true });
    expect(Array.from(side.indices!)).toEqual([0, 7]);
    expect(distancesOf(side)[1]).toBeCloseTo(4 + 0.1, 12); // no diagonal leads the right way
    expect(side.names).toEqual(["0", "7"]);
    expect(Array.from(side.coordinates!.data)).toEqual([0, 0, 0, 4, 0.1, 0]);
  });

  it("has all its vertices, or 256 of them, where nothing else is said", async () => {
    const places = Array.from({ length: 200 }, (_, i) => i);
    expect((await sideOf(stripSide(...places.slice(0, 5)))).space.metric.points).toBe(10);
    expect((await sideOf(stripSide(...places.slice(0, 5)), { subsample: 50 })).space.metric.points).toBe(10);
    expect((await sideOf(stripSide(...places))).space.metric.points).toBe(256);
  });

  it("warns of parts", async () => {
    const { source, names } = stripSide(0, 1, 2, 3, 4);
    if (source.kind !== "mesh") throw new Error("no mesh");
    const faces = ndarray(Int32Array.from([...source.mesh.faces.data.subarray(0, 6), ...source.mesh.faces.data.subarray(18)]), [4, 3]); // prettier-ignore
    const { warnings } = await sideOf({ source: { kind: "mesh", mesh: { ...source.mesh, faces } }, names });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^x: the mesh had 4 parts, now joined by their shortest edges/);
  });

  it("has no Gaussians to fit", async () => {
    const message = "mixture: Gaussians are fitted to points, and x has mesh; leave it out";
    await expect(sideOf(stripSide(0, 1), { mixture: 2 })).rejects.toThrow(message);
  });
});

describe("a mixture of Gaussians", () => {
  const random = Random.fromSeed(2);
  const clumps = pointsSide(
    ...Array.from({ length: 80 }, (_, i) => [random.normal() + (i % 4 === 0 ? 40 : 0), 2 * random.normal()]),
  );

  it("has its Gaussians for points, with their weights, under Bures-Wasserstein distances", async () => {
    const kept = await sideOf(clumps, { mixture: 2, keepUnits: true });
    expect(kept).toMatchObject({ names: ["0", "1"], labels: undefined, coordinates: undefined, warnings: [] });
    expect(Array.from(kept.space.weights).sort()).toBeAllclose([0.25, 0.75], { absolute: 1e-9 });
    expect(distancesOf(kept)).toEqual(Array.from(buresWasserstein(kept.mixture!).data));
    expect(kept.mixture!.weights).toEqual(kept.space.weights);
  });

  it("is in the unit of its largest distance, means and covariances too", async () => {
    const kept = await sideOf(clumps, { mixture: 2, keepUnits: true });
    const side = await sideOf(clumps, { mixture: 2 });
    const [, unit] = distancesOf(kept);
    expect(unit).toBeGreaterThan(30);
    expect(distancesOf(side)).toEqual([0, 1, 1, 0]);
    expect(Array.from(buresWasserstein(side.mixture!).data)).toBeAllclose([0, 1, 1, 0], { absolute: 1e-9 });
    const [means, covariances] = [kept.mixture!.means, kept.mixture!.covariances];
    expect(Array.from(side.mixture!.means.data)).toBeAllclose(Array.from(means.data, (mean) => mean / unit));
    expect(Array.from(side.mixture!.covariances.data)).toBeAllclose(Array.from(covariances.data, (v) => v / unit ** 2));
  });

  it("is of the preprocessed points", async () => {
    const { mixture } = await sideOf(clumps, { mixture: 1, preprocess: "zscore" });
    expect(Array.from(mixture!.means.data)).toBeAllclose([0, 0], { absolute: 1e-12 });
    expect(mixture!.covariances.data[0]).toBeCloseTo(1, 4);
  });

  it("has no more Gaussians than points", async () => {
    await expect(sideOf(line, { mixture: 5 })).rejects.toThrow("mixture: expected at most 4, the points of x, got 5");
  });
});
