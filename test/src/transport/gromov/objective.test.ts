import { describe, expect, it } from "vitest";
import { matrixMetric } from "../../../../src/spaces/metric-matrix.ts";
import { squaredEuclideanMetric } from "../../../../src/spaces/metric-squared-euclidean.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { gromovCost, gromovObjective } from "../../../../src/transport/gromov/objective.ts";
import { reference } from "../../../support/reference.ts";
import { distancesOf, matrixFromRows, randomMatrix } from "../../../support/spaces.ts";

interface ObjectiveReference {
  readonly dX: number[][];
  readonly dY: number[][];
  readonly product: { readonly objective: number; readonly gradient: number[][] };
  readonly local: { readonly objective: number; readonly plan: number[][] };
}

describe("the Gromov-Wasserstein objective", () => {
  const { dX, dY, product, local } = reference<ObjectiveReference>("gromov_objective");
  const [x, y] = [matrixMetric(matrixFromRows(dX)), matrixMetric(matrixFromRows(dY))];
  const uniform = ndarray(new Float64Array(15 * 18).fill(1 / (15 * 18)), [15, 18]);
  const exact = { absolute: 1e-14, relative: 1e-13 };

  it("and its gradient have the reference's values", () => {
    expect([gromovObjective(x, y, uniform)]).toBeAllclose([product.objective], exact);
    expect([gromovObjective(x, y, matrixFromRows(local.plan))]).toBeAllclose([local.objective], exact);
    expect(gromovCost(x, y, uniform).data.map((entry) => 2 * entry)).toBeAllclose(product.gradient, exact);
  });

  it("of a plan of any mass is the sum over four indices", () => {
    const [n, m] = [6, 5];
    const plan = ndarray(randomMatrix(n, m, 1).data.map(Math.abs), [n, m]);
    const [distancesX, distancesY] = [distancesOf(randomMatrix(n, 2, 2), 2), distancesOf(randomMatrix(m, 3, 3))];
    let sum = 0;
    for (let i = 0; i < n * n * m * m; i++) {
      const [i1, i2] = [Math.floor(i / (n * m * m)), Math.floor(i / (m * m)) % n];
      const [j1, j2] = [Math.floor(i / m) % m, i % m];
      const difference = distancesX.data[i1 * n + i2] - distancesY.data[j1 * m + j2];
      sum += difference ** 2 * plan.data[i1 * m + j1] * plan.data[i2 * m + j2];
    }
    const factored = squaredEuclideanMetric(randomMatrix(n, 2, 2));
    expect([gromovObjective(matrixMetric(distancesX), matrixMetric(distancesY), plan)]).toBeAllclose([sum], exact);
    expect([gromovObjective(factored, matrixMetric(distancesY), plan)]).toBeAllclose([sum], exact);
  });

  it("is zero, not below, for a space against itself", () => {
    const metric = squaredEuclideanMetric(randomMatrix(30, 2, 5));
    const plan = ndarray(new Float64Array(900), [30, 30]);
    for (let i = 0; i < 30; i++) plan.data[31 * i] = 1 / 30;
    const value = gromovObjective(metric, metric, plan);
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThan(1e-15);
  });

  it("refuses a plan of another size", () => {
    const plan = ndarray(new Float64Array(18 * 15), [18, 15]);
    expect(() => gromovCost(x, y, plan)).toThrow(
      "plan: expected [15, 18], a row a point of X and a column a point of Y, got [18, 15]",
    );
  });
});
