import { describe, expect, it } from "vitest";
import { matrixMetric } from "../../../../src/spaces/metric-matrix.ts";
import { squaredEuclideanMetric } from "../../../../src/spaces/metric-squared-euclidean.ts";
import { metricSpace, type Space } from "../../../../src/spaces/space.ts";
import { gromovWasserstein } from "../../../../src/transport/gromov/gromov-wasserstein.ts";
import type { GromovOptions } from "../../../../src/transport/gromov/options.ts";
import type { GromovResult } from "../../../../src/transport/gromov/result.ts";
import { reference } from "../../../support/reference.ts";
import { distancesOf, matrixFromRows } from "../../../support/spaces.ts";

interface SolverReference {
  readonly problems: readonly {
    readonly x: number[][];
    readonly y: number[][];
    readonly p: number[];
    readonly q: number[];
    readonly squared: boolean;
    readonly features: number[][];
    readonly solutions: readonly {
      readonly name: string;
      readonly options: Record<string, unknown>;
      readonly value: number;
      readonly objective?: number;
      readonly plan: number[];
    }[];
  }[];
}

const { problems } = reference<SolverReference>("gromov_solvers");
const cases = problems.flatMap((problem, index) =>
  problem.solutions.map((solution) => ({ label: `problem ${index}, ${solution.name}`, problem, solution })),
);
type Problem = (typeof problems)[number];

function spaces({ x, y, p, q, squared }: Problem): [Space, Space] {
  const space = (points: number[][], weights: number[]) => {
    const given = matrixFromRows(points);
    return metricSpace(squared ? squaredEuclideanMetric(given) : matrixMetric(distancesOf(given)), weights);
  };
  return [space(x, p), space(y, q)];
}

function optionsOf({ features }: Problem, stored: Record<string, unknown>): GromovOptions {
  const { rho, ...rest } = stored as { rho?: (number | "Infinity")[] };
  return {
    ...rest,
    ...(rho && { rho: rho.map(Number) as [number, number] }),
    ...("alpha" in stored && { features: matrixFromRows(features) }),
    tolerance: 1e-12,
    innerTolerance: 1e-13,
    maxIterations: 20_000,
  };
}

/** What holds at every result. */
function expectSound(result: GromovResult, [x, y]: readonly [Space, Space], rho: readonly number[] = [Infinity, Infinity]) {
  expect(result.status).toBe("converged");
  expect(result.value).toBeGreaterThanOrEqual(0);
  expect(result.plan.data.every((mass) => mass >= 0)).toBe(true);
  expect(result.iterations).toBe(result.history.length);
  [x, y].forEach((_, side) => {
    if (rho[side] === Infinity) expect(result.errors[side]).toBeLessThan(1e-12);
  });
}

describe("gromovWasserstein", () => {
  it.each(cases)("$label: POT's plan", ({ problem, solution }) => {
    const [x, y] = spaces(problem);
    const options = optionsOf(problem, solution.options);
    const result = gromovWasserstein(x, y, options);
    expectSound(result, [x, y], options.rho as number[] | undefined);
    expect([result.value]).toBeAllclose([solution.value], { absolute: 1e-8, relative: 0 });
    expect(result.plan.data).toBeAllclose(solution.plan, { absolute: 1e-8, relative: 0 });
    if (solution.objective !== undefined) {
      expect([result.objective]).toBeAllclose([solution.objective], { absolute: 1e-9, relative: 0 });
    }
  });
});
