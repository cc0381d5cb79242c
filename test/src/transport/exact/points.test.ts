import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import type { PointCost } from "../../../../src/geometry/geometry.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { Random } from "../../../../src/tensor/random.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { nativeStatus } from "../../../../src/native/loader.ts";
import { formsCosts } from "../../../../src/transport/exact/choose.ts";
import { emd } from "../../../../src/transport/exact/emd.ts";
import { pointCosts } from "../../../../src/transport/exact/point-costs.ts";
import { costMatrix, exactEngines, expectOptimal } from "../../../support/exact.ts";
import { randomHistogram } from "../../../support/problems.ts";

const COSTS: readonly PointCost[] = ["squared-euclidean", "euclidean", "manhattan", "cosine"];

const cloud = (count: number, dimension: number, seed: number, coordinate?: (u: number) => number) => {
  const random = Random.fromSeed(seed);
  const at = coordinate ?? ((u: number) => u - 0.3);
  return ndarray(
    Float64Array.from({ length: count * dimension }, () => at(random.uniform())),
    [count, dimension],
  );
};

type Points = ReturnType<typeof cloud>;

const distance = (cost: PointCost, x: Float64Array, y: Float64Array): number => {
  const norm = (v: Float64Array) => Math.sqrt(v.reduce((sum, entry) => sum + entry * entry, 0));
  if (cost === "cosine") return 1 - x.reduce((sum, entry, k) => sum + entry * y[k], 0) / (norm(x) * norm(y));
  if (cost === "manhattan") return x.reduce((sum, entry, k) => sum + Math.abs(entry - y[k]), 0);
  const apart = norm(x.map((entry, k) => entry - y[k]));
  return cost === "euclidean" ? apart : apart ** 2;
};

/** The matrix, and the same as points. */
const problemOf = (x: Points, y: Points, cost: PointCost) => {
  const d = x.shape[1];
  const row = (points: Points, k: number) => points.data.subarray(k * d, (k + 1) * d);
  const matrix = costMatrix(x.shape[0], y.shape[0], (i, j) => distance(cost, row(x, i), row(y, j)));
  const largest = matrix.data.reduce((most, entry) => Math.max(most, entry), 0);
  return { matrix, ...pointCosts({ x, y, cost }, largest) };
};

describe.each(exactEngines)("$name, costs formed from points", ({ engine }) => {
  it.each(COSTS)("%s: optimal, with the value of the matrix, from 1 to 20 dimensions", (cost) => {
    for (const [n, m, d] of [
      [1, 1, 1],
      [37, 23, 1],
      [30, 41, 2],
      [25, 26, 3],
      [18, 33, 4],
      [40, 21, 7],
      [29, 30, 20],
      [1, 70, 9],
    ]) {
      const [a, b] = [randomHistogram(n, d, n > 5 ? 0.3 : 0), randomHistogram(m, 50 + d, m > 5 ? 0.2 : 0)];
      const { matrix, points } = problemOf(cloud(n, d, 3 * d), cloud(m, d, 7 * d), cost);
      const result = engine({ a, b, cost: points, maxPivots: 1e6 });
      expectOptimal(result, a, b, matrix);
      const { value } = engine({ a, b, cost: matrix.data, maxPivots: 1e6 });
      expect([result.value]).toBeAllclose([value], { absolute: 1e-14 * points.largest, relative: 1e-13 });
    }
  });

  it.each(COSTS.slice(0, 3))("%s: duplicates and equal masses, where nearly every pivot is degenerate", (cost) => {
    for (const d of [1, 2, 6]) {
      const whole = (u: number) => Math.floor(3 * u);
      const { matrix, points } = problemOf(cloud(60, d, d, whole), cloud(60, d, 9 + d, whole), cost);
      const equal = new Float64Array(60).fill(1 / 60);
      expectOptimal(engine({ a: equal, b: equal, cost: points, maxPivots: 1e6 }), equal, equal, matrix);
    }
  });

  it("all points at one place, and a cloud against itself, cost nothing", () => {
    const [place, other] = [cloud(20, 3, 1, () => 0.7), cloud(31, 5, 2)];
    const [a, b, c] = [randomHistogram(20, 1), randomHistogram(20, 2), randomHistogram(31, 3)];
    const maxPivots = 1e6;
    expect(engine({ a, b, cost: problemOf(place, place, "euclidean").points, maxPivots }).value).toBe(0);
    expect(engine({ a: c, b: c, cost: problemOf(other, other, "manhattan").points, maxPivots }).value).toBe(0);
  });

  it("more points than a coarser start is needed for: optimal, and 10 pivots are not enough", () => {
    const [n, m] = [1100, 1050];
    const { matrix, points } = problemOf(cloud(n, 2, 11), cloud(m, 2, 12), "squared-euclidean");
    const [a, b] = [randomHistogram(n, 13, 0.01), randomHistogram(m, 14, 0.01)];
    const result = engine({ a, b, cost: points, maxPivots: 1e6 });
    expectOptimal(result, a, b, matrix);
    const stopped = engine({ a, b, cost: points, maxPivots: 10 });
    expect(stopped.status).toBe("max-iterations");
    expect(stopped.pivots).toBe(10);
    expect(stopped.value).toBeGreaterThan(result.value);
  });

  it.each(["points", "matrix"] as const)("starts from potentials, %s: optimal whatever they are", (form) => {
    const [n, m] = [60, 45];
    const { matrix, points } = problemOf(cloud(n, 2, 21), cloud(m, 2, 22), "squared-euclidean");
    const cost = form === "points" ? points : matrix.data;
    const [a, b] = [randomHistogram(n, 23, 0.2), randomHistogram(m, 24, 0.2)];
    const cold = engine({ a, b, cost, maxPivots: 1e6 });
    const random = Random.fromSeed(25);
    const pivots = [0, 1e-4, 1e-2, 1, 1e12].map((noise) => {
      const start = cold.g.map((potential) => potential + 7 + noise * (random.uniform() - 0.5));
      const warm = engine({ a, b, cost, start, maxPivots: 1e6 });
      expectOptimal(warm, a, b, matrix);
      return warm.pivots;
    });
    expect(pivots[0]).toBe(0);
    expect(pivots[1]).toBeLessThan(cold.pivots / 4);
    expect(pivots[2]).toBeLessThan(cold.pivots);
  });

  it("starts from potentials of assignments and of whole masses with ties: optimal", () => {
    for (const entry of [(i: number, j: number) => (i * j) % 3, () => 1, (i: number, j: number) => -Math.abs(i - j)]) {
      const matrix = costMatrix(30, 30, entry);
      const whole = Float64Array.from({ length: 30 }, (_, k) => 1 + (k % 3));
      for (const a of [new Float64Array(30).fill(1), whole]) {
        const { g } = engine({ a, b: a, cost: matrix.data, maxPivots: 1e6 });
        for (const start of [g, g.map((_, k) => k % 4), new Float64Array(30)]) {
          expectOptimal(engine({ a, b: a, cost: matrix.data, start, maxPivots: 1e6 }), a, a, matrix);
        }
      }
    }
  });
});

describe("emd", () => {
  it("both engines have one value in many dimensions", () => {
    const { points } = problemOf(cloud(150, 12, 31), cloud(140, 12, 32), "euclidean");
    const [a, b] = [randomHistogram(150, 33), randomHistogram(140, 34)];
    const values = exactEngines.map(({ engine }) => engine({ a, b, cost: points, maxPivots: 1e6 }).value);
    expect(values).toBeAllclose(
      values.map(() => values[0]),
      { relative: 1e-12, absolute: 0 },
    );
  });

  it.each([1, 1e-120, 1e145])("a grid of spacing %d has the transport of its matrix", (spacing) => {
    const geometry = grid({ size: [6, 7], spacing });
    const [a, b] = [randomHistogram(42, 41, 0.3), randomHistogram(42, 42, 0.3)];
    const unit = grid({ size: [6, 7] }).costMatrix();
    const result = emd(a, b, geometry);
    const scaled = (values: Float64Array) => values.map((value) => value / spacing / spacing);
    const cost = ndarray(unit.data, [42, 42]);
    const back = { ...result, value: result.value / spacing / spacing, f: scaled(result.f), g: scaled(result.g) };
    expectOptimal(back, a, b, cost);
  });

  it("starts from the potentials of another solution", () => {
    const cost = costMatrix(20, 30, (i, j) => Math.sin(i * 31 + j * 17));
    const [a, b] = [randomHistogram(20, 51, 0.2), randomHistogram(30, 52, 0.2)];
    const cold = emd(a, b, cost);
    const warm = emd(a, b, cost, { potentials: cold });
    expect(warm.pivots).toBe(0);
    expect([warm.value]).toBeAllclose([cold.value], { absolute: 1e-15 });
    for (const scale of [1e-200, 1e200]) {
      const scaled = costMatrix(20, 30, (i, j) => scale * cost.data[30 * i + j]);
      const potentials = { f: cold.f.map((v) => v * scale), g: cold.g.map((v) => v * scale) };
      expect(emd(a, b, scaled, { potentials }).pivots).toBeLessThan(cold.pivots / 4);
    }
    const empty = cold.g.map((potential, j) => (b[j] === 0 ? -Infinity : potential));
    expect(emd(a, b, cost, { potentials: { g: empty } }).pivots).toBe(0);
    expectOptimal(emd(a, b, cost, { potentials: { g: [...cold.f, ...cold.f].slice(0, 30) } }), a, b, cost);
  });

  it.each([
    ["another length", new Float64Array(3), /potentials g: expected 2 numbers, got 3/],
    ["NaN", Float64Array.of(0, NaN), /potentials g: expected numbers, got NaN at index 1/],
    ["what is no array", 5 as unknown as Float64Array, /potentials g: expected an array of numbers/],
  ])("refuses potentials of %s", (_, g, message) => {
    const run = () =>
      emd(
        [1, 1],
        [1, 1],
        costMatrix(2, 2, (i, j) => i + j),
        { potentials: { g } },
      );
    expect(run).toThrow(InputError);
    expect(run).toThrow(message);
  });
});

describe("formsCosts", () => {
  const lazy = (count: number, dimension: number) =>
    pointCloud(cloud(count, dimension, 61), cloud(count, dimension, 62), { lazy: true });

  it("wants no matrix that has more than 256 MiB, and keeps one that is there", () => {
    expect(formsCosts(lazy(5800, 2))).toBe(true);
    expect(formsCosts(lazy(5800, 9))).toBe(true);
    expect(formsCosts(lazy(9, 9))).toBe(false);
    expect(formsCosts(pointCloud(cloud(8, 2, 61), cloud(9, 2, 62), { lazy: false }))).toBe(false);
    expect(formsCosts(grid({ size: [5, 5] }))).toBe(nativeStatus().addon !== undefined);
  });

  it.each(COSTS)("emd of a lazy cloud is that of its matrix: %s", (cost) => {
    for (const dimension of [2, 9]) {
      const [x, y] = [cloud(40, dimension, 63), cloud(30, dimension, 64)];
      const [a, b] = [randomHistogram(40, 65, 0.2), randomHistogram(30, 66)];
      const dense = pointCloud(x, y, { cost, lazy: false });
      const result = emd(a, b, pointCloud(x, y, { cost, lazy: true }));
      expectOptimal(result, a, b, dense.cost);
      expect([result.value]).toBeAllclose([emd(a, b, dense).value], { relative: 1e-13, absolute: 1e-15 });
    }
  });
});
