import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { pointCloud, type PointCloudOptions } from "../../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { emd } from "../../../../src/transport/exact/emd.ts";
import { lowRankSinkhorn } from "../../../../src/transport/low-rank/low-rank.ts";
import { reference } from "../../../support/reference.ts";
import { dot, randomHistogram, randomNormal } from "../../../support/problems.ts";

/** Values of OTT-JAX by initialiser, and the exact cost. */
interface LowRankReference {
  readonly exact: number;
  readonly ranks: readonly { readonly rank: number; readonly ott: Readonly<Record<string, number>> }[];
}
const { exact, ranks } = reference<LowRankReference>("low_rank");

const equal = (count: number): Float64Array => new Float64Array(count).fill(1 / count);

describe("against OTT-JAX on its points", () => {
  const cloud = (count: number, step: number, low: number) =>
    ndarray(
      Float64Array.from({ length: 2 * count }, (_, i) => low + (1 - low) * (((i + 1) * step) % 1)),
      [count, 2],
    );
  const geometry = pointCloud(cloud(60, 0.6180339887498949, 0), cloud(50, 0.7548776662466927, 0.2));

  // its marginals are off by 5e-4, ours are exact
  it.each(ranks)("rank $rank costs at most 1% more than the best of its starts", ({ rank, ott }) => {
    const { value, status } = lowRankSinkhorn(equal(60), equal(50), geometry, { rank });
    expect(status).toBe("converged");
    expect(value).toBeLessThan(1.01 * Math.min(...Object.values(ott)));
    expect(value).toBeGreaterThan(exact);
  });

  it("falls to the exact value as the rank grows", () => {
    const values = [1, 3, 8, 20].map(
      (rank) => lowRankSinkhorn(equal(60), equal(50), geometry, { rank, starts: 1 }).value,
    );
    for (let k = 1; k < values.length; k++) expect(values[k]).toBeLessThan(values[k - 1]);
    expect(values[3] / exact - 1).toBeLessThan(0.015);
    // rank one is the product of the marginals
    const cost = geometry.costMatrix().data;
    expect(values[0]).toBeCloseTo(cost.reduce((sum, entry) => sum + entry, 0) / cost.length, 12);
  });
});

const [N, M, D] = [24, 20, 3];
const x = ndarray(randomNormal(N * D, 1), [N, D]);
const y = ndarray(randomNormal(M * D, 2), [M, D]);
const [a, b] = [randomHistogram(N, 3, 0.2), randomHistogram(M, 4, 0.2)];
const cloudOf = (options: PointCloudOptions) => pointCloud(x, y, options);
const geometries = {
  "squared Euclidean points": cloudOf({}),
  "a cloud without a matrix": cloudOf({ lazy: true }),
  "cosine points": cloudOf({ cost: "cosine" }),
  "Euclidean points": cloudOf({ cost: "euclidean" }),
  "a cost matrix": denseGeometry(cloudOf({ cost: "manhattan" }).costMatrix()),
};

describe.each(Object.entries(geometries))("%s", (_, geometry) => {
  const result = lowRankSinkhorn(a, b, geometry, { rank: 4 });
  const { q, r, g, value } = result;
  const plan = Array.from({ length: N }, (_row, i) =>
    Array.from({ length: M }, (_column, j) =>
      Array.from(g, (weight, k) => (q.data[i * 4 + k] * r.data[j * 4 + k]) / weight).reduce(
        (sum, part) => sum + part,
        0,
      ),
    ),
  );

  it("meets the marginals exactly", () => {
    const [first, second] = result.marginals();
    expect(first).toBeAllclose(a, { absolute: 1e-14 });
    expect(second).toBeAllclose(b, { absolute: 1e-14 });
    expect(plan.map((row) => row.reduce((sum, entry) => sum + entry, 0))).toBeAllclose(a, { absolute: 1e-14 });
    expect(q.data.every((entry) => entry >= 0) && r.data.every((entry) => entry >= 0)).toBe(true);
  });

  it("has the value of its plan, between the exact one and that of the product", () => {
    const cost = geometry.costMatrix().data;
    expect(value).toBeCloseTo(dot(cost, plan.flat()), 12);
    const product = cost.reduce((sum, entry, at) => sum + entry * a[Math.floor(at / M)] * b[at % M], 0);
    expect(value).toBeGreaterThan(emd(a, b, geometry).value);
    expect(value).toBeLessThan(product);
  });

  it("applies its plan and the transpose", () => {
    const [z, w] = [randomNormal(M, 5), randomNormal(N, 6)];
    expect(result.apply(z)).toBeAllclose(
      plan.map((row) => dot(row, z)),
      { absolute: 1e-13 },
    );
    const columns = Array.from(b, (_mass, j) => plan.reduce((sum, row, i) => sum + row[j] * w[i], 0));
    expect(result.applyTranspose(w)).toBeAllclose(columns, { absolute: 1e-13 });
    expect(() => result.apply(w)).toThrow(/expected 20 numbers, got 24/);
  });

  it("never raises its objective", () => {
    for (let step = 1; step < result.costs.length; step++) {
      expect(result.costs[step]).toBeLessThan(result.costs[step - 1]);
    }
  });
});

it("the same with a matrix and without, and for the same seed", () => {
  const solve = (lazy: boolean, seed: number) => lowRankSinkhorn(a, b, cloudOf({ lazy }), { rank: 3, seed }).value;
  expect(solve(true, 1)).toBeCloseTo(solve(false, 1), 12);
  expect(solve(true, 1)).toBe(solve(true, 1));
});

it("totals may be other than one", () => {
  const geometry = cloudOf({ lazy: false });
  const scaled = lowRankSinkhorn(
    a.map((mass) => 5 * mass),
    b.map((mass) => 5 * mass),
    geometry,
    { rank: 3 },
  );
  expect(scaled.value / lowRankSinkhorn(a, b, geometry, { rank: 3 }).value).toBeCloseTo(5, 6);
});

it("entropy spreads the factors", () => {
  const entropyOf = (epsilon: number): number =>
    lowRankSinkhorn(a, b, geometries["a cost matrix"], { rank: 4, epsilon, starts: 1 }).q.data.reduce(
      (sum, entry) => (entry > 0 ? sum - entry * Math.log(entry) : sum),
      0,
    );
  expect(entropyOf(1)).toBeGreaterThan(entropyOf(0.01) + 0.1);
});

it("a grid has factors", () => {
  const { value } = lowRankSinkhorn(equal(30), randomHistogram(30, 7), grid({ size: [5, 6] }), { rank: 25 });
  expect(value / emd(equal(30), randomHistogram(30, 7), grid({ size: [5, 6] })).value).toBeLessThan(1.2);
});

it.each([
  [{ rank: 0 }, /^rank: expected an integer from 1 to 20, got 0/],
  [{ rank: 21 }, /^rank: expected an integer from 1 to 20, got 21/],
  [{ rank: 2, gamma: 0 }, /^gamma: expected a positive finite number/],
  [{ rank: 2, epsilon: -1 }, /^epsilon: expected a finite number >= 0/],
  [{ rank: 2, start: "best" as never }, /^start: expected auto, kmeans or random/],
  [{ rank: 2, start: "kmeans" }, /^start: kmeans needs points/],
  [{ rank: 2, maxIterations: 0 }, /^maxIterations/],
  [{ rank: 2, seed: 0.5 }, /^seed/],
] as const)("refuses %o", (options, message) => {
  const solve = () => lowRankSinkhorn(a, b, geometries["a cost matrix"], options);
  expect(solve).toThrow(InputError);
  expect(solve).toThrow(message);
});

it("a cloud whose cost has no factors and no matrix is refused", () => {
  const solve = () => lowRankSinkhorn(a, b, cloudOf({ cost: "euclidean", lazy: true }), { rank: 2 });
  expect(solve).toThrow(
    /the euclidean cost has no factors, so it needs its matrix; make the geometry with lazy: false/,
  );
});
