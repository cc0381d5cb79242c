import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import type { Geometry, PointCost } from "../../../src/geometry/geometry.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { hostPlan } from "../../../src/geometry/host-plan.ts";
import type { CostDirection, PlanSums, PlanWeights } from "../../../src/geometry/plan.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { randomMasses, randomNormal } from "../../support/problems.ts";

const [N, M, D] = [5, 6, 2];
const EPSILON = 0.7;
const STEP = 1e-5;
const normal = (count: number, seed: number): Float64Array => randomNormal(count, seed);
const cloudOf = (x: Float64Array, y: Float64Array, cost: PointCost): Geometry =>
  pointCloud(ndarray(x, [N, D]), ndarray(y, [M, D]), { cost });

const [x, y] = [normal(N * D, 1), normal(M * D, 2)];
const matrix = randomMasses(N * M, 3);
const geometries: Record<string, Geometry> = {
  "a cost matrix": denseGeometry(matrix, [N, M]),
  "squared Euclidean points": cloudOf(x, y, "squared-euclidean"),
  "Euclidean points": cloudOf(x, y, "euclidean"),
  "Manhattan points": cloudOf(x, y, "manhattan"),
  "cosine points": cloudOf(x, y, "cosine"),
  "a grid": grid({ size: [3, 4], spacing: [0.5, 0.4] }),
};

/** With absent mass on both sides. */
function scalings([n, m]: readonly [number, number]): { u: Float64Array; v: Float64Array } {
  const [u, v] = [normal(n, 5), normal(m, 6)];
  u[1] = v[2] = v[0] = -Infinity;
  return { u, v };
}

/** P, entry by entry from the cost matrix. */
function naivePlan(geometry: Geometry, u: Float64Array, v: Float64Array): number[][] {
  const { data } = geometry.costMatrix();
  return Array.from(u, (ui, i) => Array.from(v, (vj, j) => Math.exp(ui + vj - data[i * v.length + j] / EPSILON)));
}

describe.each(Object.entries(geometries))("%s", (_, geometry) => {
  const [n, m] = geometry.shape;
  const { u, v } = scalings([n, m]);
  const plan = hostPlan(geometry, EPSILON, u, v);
  const entries = naivePlan(geometry, u, v);
  const cost = geometry.costMatrix().data;

  it("applies the plan and its transpose to several vectors of any sign", () => {
    const [z, w] = [normal(3 * m, 7), normal(3 * n, 8)];
    const rows = [0, 1, 2].flatMap((k) => entries.map((row) => row.reduce((sum, p, j) => sum + p * z[k * m + j], 0)));
    const columns = [0, 1, 2].flatMap((k) =>
      Array.from(v, (_entry, j) => entries.reduce((sum, row, i) => sum + row[j] * w[k * n + i], 0)),
    );
    expect(plan.apply(z, new Float64Array(3 * n).fill(9))).toBeAllclose(rows, { absolute: 1e-12 });
    expect(plan.applyTranspose(w, new Float64Array(3 * m).fill(9))).toBeAllclose(columns, { absolute: 1e-12 });
  });

  it("sums weighted entries over rows and columns", () => {
    const [alpha, beta, gamma] = [normal(n, 9), normal(m, 10), -0.3];
    alpha[1] = beta[2] = -Infinity; // potentials where there is no mass
    const weight = (i: number, j: number): number =>
      entries[i][j] === 0 ? 0 : entries[i][j] * (alpha[i] + beta[j] + gamma * cost[i * m + j]);
    const rows = Array.from(u, (_entry, i) => Array.from(v, (_other, j) => weight(i, j)).reduce((a, b) => a + b));
    const columns = Array.from(v, (_entry, j) => Array.from(u, (_other, i) => weight(i, j)).reduce((a, b) => a + b));
    const sums = plan.reduce({ alpha, beta, gamma });
    expect(sums.rows).toBeAllclose(rows, { absolute: 1e-12 });
    expect(sums.columns).toBeAllclose(columns, { absolute: 1e-12 });
    expect(sums.points ?? sums.cost).toBeUndefined();
  });

  it("is exactly zero where there is no mass", () => {
    expect(plan.apply(normal(m, 7), new Float64Array(n))[1]).toBe(0);
    const { rows, columns } = plan.reduce({ alpha: normal(n, 8) });
    expect([rows[1], columns[2], columns[0]]).toEqual([0, 0, 0]);
  });
});

describe.each(["squared-euclidean", "euclidean", "manhattan", "cosine"] as const)(
  "derivatives of %s points",
  (cost) => {
    const { u, v } = scalings([N, M]);
    const along = { x: normal(N * D, 11), y: normal(M * D, 12) };
    const [alpha, beta] = [normal(N, 13), normal(M, 14)];
    const planAt = (first: Float64Array, second: Float64Array) => hostPlan(cloudOf(first, second, cost), EPSILON, u, v);
    const plan = planAt(x, y);
    const moved = (step: number) =>
      planAt(
        x.map((value, at) => value + step * along.x[at]),
        y.map((value, at) => value + step * along.y[at]),
      );
    /** Of sums that are linear in the weights, at a step along the direction. */
    const difference = (weights: PlanWeights, of: (sums: PlanSums) => Float64Array): Float64Array => {
      const [after, before] = [moved(STEP), moved(-STEP)].map((at) => of(at.reduce(weights)));
      return after.map((value, at) => (value - before[at]) / (2 * STEP));
    };

    it("slopes are those of the sum of the plan", () => {
      // d(sum P)/dx = -(1 / epsilon) sum_j P_ij dC_ij/dx_i
      const { points } = plan.reduce({ beta: new Float64Array(M).fill(-1 / EPSILON), slopes: true });
      const total = (at: ReturnType<typeof planAt>): number =>
        at.reduce({ alpha: new Float64Array(N).fill(1) }).rows.reduce((sum, value) => sum + value, 0);
      const gradient = (side: Float64Array, rebuilt: (points: Float64Array) => ReturnType<typeof planAt>) =>
        Array.from(side, (_, at) => {
          const shifted = (step: number) => total(rebuilt(side.map((value, k) => (k === at ? value + step : value))));
          return (shifted(STEP) - shifted(-STEP)) / (2 * STEP);
        });
      const near = { relative: 1e-7, absolute: 1e-8 };
      expect(points!.x).toBeAllclose(
        gradient(x, (first) => planAt(first, y)),
        near,
      );
      expect(points!.y).toBeAllclose(
        gradient(y, (second) => planAt(x, second)),
        near,
      );
      expect(Array.from(points!.x.subarray(D, 2 * D))).toEqual([0, 0]); // no mass at point 1
    });

    it("delta weighs by the derivative of the cost along a direction", () => {
      // d/dt sum_j P_ij = -(1 / epsilon) sum_j P_ij dC_ij
      const ones = new Float64Array(N).fill(1);
      const { rows, columns } = plan.reduce({ delta: -1 / EPSILON, direction: along });
      const near = { relative: 1e-7, absolute: 1e-8 };
      expect(rows).toBeAllclose(
        difference({ alpha: ones }, (sums) => sums.rows),
        near,
      );
      expect(columns).toBeAllclose(
        difference({ alpha: ones }, (sums) => sums.columns),
        near,
      );
    });

    it("delta and curvature make the change of the slopes", () => {
      // d/dt of sum_j P_ij dC_ij/dx_i, in which P changes by -P dC / epsilon and the slopes by the curvature
      const { points } = plan.reduce({ delta: -1 / EPSILON, direction: along, curvature: 1, slopes: true });
      const ones = new Float64Array(N).fill(1);
      const near = { relative: 1e-6, absolute: 1e-7 };
      for (const side of ["x", "y"] as const) {
        expect(points![side]).toBeAllclose(
          difference({ alpha: ones, slopes: true }, (sums) => sums.points![side]),
          near,
        );
      }
    });

    it("all weights add up", () => {
      const all = { alpha, beta, gamma: 0.4, delta: -0.2, direction: along, curvature: 0.6, slopes: true } as const;
      const parts: PlanWeights[] = [
        { alpha, slopes: true },
        { beta, slopes: true },
        { gamma: 0.4, slopes: true },
        { delta: -0.2, direction: along, slopes: true },
        { direction: along, curvature: 0.6, slopes: true },
      ];
      const flat = ({ rows, columns, points }: PlanSums) => [...rows, ...columns, ...points!.x, ...points!.y];
      const sum = parts
        .map((part) => flat(plan.reduce(part)))
        .reduce((left, right) => left.map((value, at) => value + right[at]));
      expect(flat(plan.reduce(all))).toBeAllclose(sum, { absolute: 1e-12 });
    });
  },
);

it("sums of a cost matrix are the weighted entries, its direction one of entries", () => {
  const { u, v } = scalings([N, M]);
  const [alpha, change] = [normal(N, 15), normal(N * M, 16)];
  const entries = naivePlan(geometries["a cost matrix"], u, v).flat();
  const plan = hostPlan(geometries["a cost matrix"], EPSILON, u, v);
  const { cost, rows } = plan.reduce({ alpha, delta: 0.5, direction: { cost: change }, slopes: true });
  const expected = entries.map((entry, at) => entry * (alpha[Math.floor(at / M)] + 0.5 * change[at]));
  expect(cost!).toBeAllclose(expected, { absolute: 1e-13 });
  expect(rows).toBeAllclose(
    Array.from({ length: N }, (_, i) => expected.slice(i * M, (i + 1) * M).reduce((sum, value) => sum + value, 0)),
  );
});

const dense = geometries["a cost matrix"];
const points = geometries["Euclidean points"];
const planOf = (geometry: Geometry) =>
  hostPlan(geometry, EPSILON, new Float64Array(geometry.shape[0]), new Float64Array(geometry.shape[1]));
const someCost: CostDirection = { cost: matrix };
const somePoints: CostDirection = { x, y };

it.each([
  [() => hostPlan(dense, 0, normal(N, 1), normal(M, 1)), /^epsilon/],
  [() => hostPlan(dense, 1, normal(M, 1), normal(M, 1)), /log-scalings u: expected 5 numbers, got 6/],
  [() => planOf(dense).apply(normal(N, 1), normal(N, 1)), /expected z \[k, 6\] and out \[k, 5\]/],
  [() => planOf(dense).reduce({ alpha: normal(M, 1) }), /alpha: expected 5 numbers, got 6/],
  [() => planOf(dense).reduce({ delta: 1 }), /need a direction/],
  [() => planOf(dense).reduce({ delta: 1, direction: somePoints }), /expected a direction { cost }/],
  [() => planOf(points).reduce({ delta: 1, direction: someCost }), /expected a direction { x, y }/],
  [() => planOf(points).reduce({ delta: 1, direction: { x: y, y: x } }), /direction x: expected 10 numbers, got 12/],
  [() => planOf(geometries["a grid"]).reduce({ slopes: true }), /points of a grid do not move; use pointCloud/],
])("rejects bad input with one line: case %#", (make, message) => {
  expect(make).toThrow(InputError);
  expect(make).toThrow(message);
});
