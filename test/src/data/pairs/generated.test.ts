import { describe, expect, it } from "vitest";
import { samplesOf, type Dataset } from "../../../../src/data/dataset.ts";
import type { PairDataset, PairSide } from "../../../../src/data/pair.ts";
import { circlePair, vonMises } from "../../../../src/data/pairs/circle.ts";
import { loadDataset } from "../../../../src/data/registry.ts";
import { matrixMetric } from "../../../../src/spaces/metric-matrix.ts";

function pairOf(dataset: Dataset): PairDataset {
  if (dataset.kind !== "pair") throw new Error(`${dataset.name} is no pair`);
  return dataset;
}

/** Distances [n, n] and places in space. */
function surfaceOf({ source }: PairSide) {
  if (source.kind !== "distances" || !source.coordinates) throw new Error("no surface");
  const { data } = source.coordinates;
  const n = source.values.shape[0];
  const d = (i: number, j: number): number => source.values.data[i * n + j];
  const place = (i: number): number[] => [...data.slice(3 * i, 3 * i + 3)];
  const straight = (i: number, j: number): number => Math.hypot(...place(i).map((value, k) => value - place(j)[k]));
  return { metric: matrixMetric(source.values), n, d, place, straight };
}

const SURFACES = ["shapes", "shapes-hole", "shapes-one-hole", "sphere-parts", "torus-parts"];

describe.each(SURFACES)("%s", (name) => {
  it("has geodesics that are not shorter than straight lines, nor than ways over other points; the same for a seed", async () => {
    const pair = pairOf(await loadDataset(name, { size: "40", seed: 7 }));
    expect(pair.paired).toBe(false);
    for (const side of [pair.x, pair.y]) {
      const { n, d, straight } = surfaceOf(side);
      expect(n).toBe(40);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          expect(d(i, j)).toBeGreaterThanOrEqual(straight(i, j) * (1 - 1e-9));
          expect(d(i, j)).toBeLessThanOrEqual(d(i, (7 * i + j) % n) + d((7 * i + j) % n, j) + 1e-9);
        }
      }
    }
    expect(await loadDataset(name, { size: "40", seed: 7 })).toEqual(pair);
    expect(await loadDataset(name, { size: "40", seed: 8 })).not.toEqual(pair);
  });
});

describe("bent sheets", () => {
  it("are bent, not stretched: what is close has its distance in space", async () => {
    const pair = pairOf(await loadDataset("shapes", { size: "300" }));
    for (const side of [pair.x, pair.y]) {
      const { n, d, straight, metric } = surfaceOf(side);
      expect(metric.largest).toBeLessThanOrEqual(Math.hypot(1, 0.5));
      let near = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) {
          if (d(i, j) > 0.03) continue;
          near++;
          expect(straight(i, j) / d(i, j)).toBeGreaterThan(0.98);
        }
      }
      expect(near).toBeGreaterThan(20);
    }
  });

  it("have a hole that geodesics go round", async () => {
    const { y } = pairOf(await loadDataset("shapes-one-hole", { size: "300" }));
    const whole = pairOf(await loadDataset("shapes", { size: "300" }));
    const detour = (side: PairSide): number => {
      const { n, d, place } = surfaceOf(side);
      // two points on both sides of the middle line, as far apart across the sheet as the hole is wide
      let most = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) most = Math.max(most, d(i, j) / Math.max(0.3, Math.abs(place(i)[1] - place(j)[1])));
      }
      return most;
    };
    expect(detour(y)).toBeGreaterThan(detour(whole.y));
  });
});

describe("parts of spheres and tori", () => {
  it("lie on them", async () => {
    const sphere = pairOf(await loadDataset("sphere-parts", { size: "30" }));
    for (const side of [sphere.x, sphere.y]) {
      const { n, place } = surfaceOf(side);
      for (let i = 0; i < n; i++) expect(Math.hypot(...place(i))).toBeCloseTo(1, 12);
    }
    const torus = pairOf(await loadDataset("torus-parts", { size: "30" }));
    for (const side of [torus.x, torus.y]) {
      const { n, place } = surfaceOf(side);
      for (let i = 0; i < n; i++) {
        const [x, y, z] = place(i);
        expect(Math.hypot(Math.hypot(x, y) - 1, z)).toBeCloseTo(0.5, 12);
      }
    }
  });

  it("have great circles where these stay inside", async () => {
    const { d, n, place } = surfaceOf(pairOf(await loadDataset("sphere-parts", { size: "100" })).y);
    let near = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const angle = Math.acos(
          Math.min(
            1,
            place(i).reduce((sum, value, k) => sum + value * place(j)[k], 0),
          ),
        );
        if (angle > 0.25 || [i, j].some((k) => place(k)[2] > 0.75 || place(k)[2] < 0.55)) continue;
        near++;
        expect(d(i, j) / angle).toBeGreaterThan(1 - 1e-6);
        expect(d(i, j) / angle).toBeLessThan(1.01);
      }
    }
    expect(near).toBeGreaterThan(10);
  });
});

describe("circles", () => {
  it("have von Mises weights, uniform at concentration 0, of any concentration without overflow", () => {
    expect(vonMises(4, 0)).toBeAllclose([0.25, 0.25, 0.25, 0.25]);
    const weights = vonMises(6, 3);
    expect(weights[0] / weights[3]).toBeCloseTo(Math.exp(6), 9);
    expect(vonMises(5, 1e6)).toBeAllclose([1, 0, 0, 0, 0]);
    expect(() => vonMises(5, -1)).toThrow("kappa: expected a concentration of 0 or more, got -1");
  });

  it("have arc lengths, and weights on one side", async () => {
    const pair = circlePair(12, 1);
    expect(surfaceLargest(pair.x)).toBeCloseTo(Math.PI, 14);
    expect(pair.x.weights).toBeUndefined();
    expect(pair.y.weights).toEqual(vonMises(12, 1));
    expect(await loadDataset("circle-von-mises", { size: "12" })).toEqual(circlePair(12, 2));
  });

  const surfaceLargest = ({ source }: PairSide): number =>
    source.kind === "distances" ? matrixMetric(source.values).largest : NaN;
});

describe.each(["blobs", "moons"])("%s", (name) => {
  it("are points and their images under an affine map, with classes", async () => {
    const { x, y, paired } = pairOf(await loadDataset(name, { size: "60", seed: 3 }));
    expect(paired).toBe(true);
    expect(new Set(x.labels).size).toBe(name === "blobs" ? 3 : 2);
    if (x.source.kind !== "points" || y.source.kind !== "points") throw new Error("no points");
    const [p, q] = [x.source.values.data, y.source.values.data];
    // A and b from three points, then they must map the others
    const column = (data: Float64Array, i: number): number[] => [data[2 * i] - data[0], data[2 * i + 1] - data[1]];
    const [a, b, c, d] = [...column(p, 1), ...column(p, 2)];
    const determinant = a * d - b * c;
    for (let i = 3; i < 60; i++) {
      const [u, v] = column(p, i);
      const [first, second] = [(u * d - v * c) / determinant, (v * a - u * b) / determinant];
      const expected = column(q, 1).map((value, k) => first * value + second * column(q, 2)[k]);
      expect(column(q, i)).toBeAllclose(expected, { relative: 1e-6, absolute: 1e-9 });
    }
  });
});

it.each([
  ["shapes", "2", 'size: expected a number of points from 3 to 1000, got "2"'],
  ["torus-parts", "10x10", 'size: expected a number of points from 3 to 600, got "10x10"'],
])("%s refuses size %s", async (name, size, message) => {
  await expect(loadDataset(name, { size })).rejects.toThrow(message);
});

it("other components refuse a pair in one line", async () => {
  const pair = await loadDataset("blobs", { size: "5" });
  expect(() => samplesOf(pair)).toThrow(
    "blobs: a pair of data sets, which only a joint embedding takes; expected one data set",
  );
});
