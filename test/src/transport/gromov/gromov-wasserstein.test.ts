import { describe, expect, it } from "vitest";
import { matrixMetric } from "../../../../src/spaces/metric-matrix.ts";
import { squaredEuclideanMetric } from "../../../../src/spaces/metric-squared-euclidean.ts";
import { metricSpace, type Space } from "../../../../src/spaces/space.ts";
import { gromovWasserstein } from "../../../../src/transport/gromov/gromov-wasserstein.ts";
import type { GromovOptions } from "../../../../src/transport/gromov/options.ts";
import type { GromovResult } from "../../../../src/transport/gromov/result.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
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
    ...PRECISE,
    ...(isSlow(stored) && { tolerance: 1e-7, innerTolerance: 1e-9 }),
  };
}

/** Plans become permutations, on the way to which Sinkhorn's iteration is slow. */
const isSlow = (stored: Record<string, unknown>) => stored["regularization"] === "proximal" && !("rho" in stored);

const PRECISE = { tolerance: 1e-12, innerTolerance: 1e-13, maxIterations: 20_000, innerMaxIterations: 20_000 } as const;

/** What holds at every result. */
function expectSound(
  result: GromovResult,
  [x, y]: readonly [Space, Space],
  rho: readonly number[] = [Infinity, Infinity],
) {
  expect(result.status).toBe("converged");
  expect(result.value).toBeGreaterThanOrEqual(0);
  expect(result.plan.data.every((mass) => mass >= 0)).toBe(true);
  expect(result.iterations).toBe(result.history.length);
  [x, y].forEach((_, side) => {
    if (rho[side] === Infinity) expect(result.errors[side]).toBeLessThan(1e-9);
  });
}

describe("gromovWasserstein", () => {
  it.each(cases)("$label: POT's plan", ({ problem, solution }) => {
    const [x, y] = spaces(problem);
    const options = optionsOf(problem, solution.options);
    const result = gromovWasserstein(x, y, options);
    expectSound(result, [x, y], options.rho as number[] | undefined);
    const absolute = isSlow(solution.options) ? 2e-6 : 1e-8;
    expect([result.value]).toBeAllclose([solution.value], { absolute, relative: 0 });
    expect(result.plan.data).toBeAllclose(solution.plan, { absolute, relative: 0 });
    if (solution.objective !== undefined) {
      expect([result.objective]).toBeAllclose([solution.objective], { absolute: 1e-9, relative: 0 });
    }
  });

  const [first] = problems;
  const [x, y] = spaces(first);
  const [n, m] = [x.metric.points, y.metric.points];

  it("factored squared distances and their matrix give one result", () => {
    const dense = [x, y].map(({ metric, weights }) => metricSpace(matrixMetric(metric.matrix()), weights));
    const options = { epsilon: 0.02, ...PRECISE };
    const [factored, matrices] = [gromovWasserstein(x, y, options), gromovWasserstein(dense[0], dense[1], options)];
    expect(factored.plan.data).toBeAllclose(matrices.plan.data, { absolute: 1e-12, relative: 0 });
  });

  it("the objective falls, and is the value with the entropy", () => {
    const { history, objective, value, plan, potentials } = gromovWasserstein(x, y, { epsilon: 0.02, ...PRECISE });
    history.slice(1).forEach((step, at) => expect(step.objective).toBeLessThanOrEqual(history[at].objective + 1e-12));
    let entropy = 0;
    plan.data.forEach((mass, at) => {
      entropy += mass * Math.log(mass / (x.weights[Math.floor(at / m)] * y.weights[at % m]));
    });
    expect([objective, history.at(-1)!.objective]).toBeAllclose([value + 0.02 * entropy, objective], {
      relative: 1e-11,
    });
    expect([potentials.f.length, potentials.g.length]).toEqual([n, m]);
    const exact = gromovWasserstein(x, y).history;
    exact.slice(1).forEach((step, at) => expect(step.objective).toBeLessThanOrEqual(exact[at].objective + 1e-15));
    expect(exact.at(-1)!.residual).toBeLessThan(1e-9);
  });

  it("unbalanced problems tend to the balanced one, and their objective too", () => {
    const balanced = gromovWasserstein(x, y, { epsilon: 0.05, ...PRECISE });
    const near = gromovWasserstein(x, y, { epsilon: 0.05, rho: 1e6, ...PRECISE, tolerance: 1e-10 });
    expect(near.plan.data).toBeAllclose(balanced.plan.data, { absolute: 1e-6, relative: 0 });
    expect([near.objective]).toBeAllclose([balanced.objective], { absolute: 1e-6, relative: 0 });
    const oneSided = gromovWasserstein(x, y, { epsilon: 0.05, rho: [Infinity, 1e6], ...PRECISE });
    expect(oneSided.plan.data).toBeAllclose(balanced.plan.data, { absolute: 1e-6, relative: 0 });
    expect(oneSided.errors[0]).toBeLessThan(1e-12);
  });

  it("a free marginal on either side: transposed problems have transposed plans", () => {
    for (const options of [{}, { epsilon: 0.05 }]) {
      const second = gromovWasserstein(x, y, { rho: [Infinity, 0], ...options, ...PRECISE });
      const reversed = gromovWasserstein(y, x, { rho: [0, Infinity], ...options, ...PRECISE });
      const transposed = second.plan.data.map((_, at) => second.plan.data[(at % n) * m + Math.floor(at / n)]);
      expect(reversed.plan.data).toBeAllclose(transposed, { absolute: 1e-12, relative: 0 });
      expect(second.errors[0]).toBeLessThan(1e-12);
    }
  });

  it("several starts: the best is kept, the same for one seed, and none is worse than the first", () => {
    const options = { starts: 5, seed: 3 };
    const [one, again] = [gromovWasserstein(x, y, options), gromovWasserstein(x, y, options)];
    expect(one.objectives).toEqual(again.objectives);
    expect(one.objectives.length).toBe(5);
    expect(one.objective).toBe(Math.min(...one.objectives));
    expect([one.objectives[0]]).toBeAllclose([gromovWasserstein(x, y).objective]);
    expect(new Set(one.objectives.map((value) => value.toFixed(9))).size).toBeGreaterThan(1);
  });

  it("a space against itself, from the identity, has distance zero and not less", () => {
    const start = ndarray(new Float64Array(n * n), [n, n]);
    for (let i = 0; i < n; i++) start.data[i * (n + 1)] = x.weights[i];
    const { value, status } = gromovWasserstein(x, x, { start });
    expect(status).toBe("converged");
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThan(1e-14);
  });

  it("points without weight take no part", () => {
    const weights = first.p.map((weight, at) => (at === 2 ? 0 : weight));
    const some = metricSpace(x.metric, weights);
    for (const options of [
      {},
      { epsilon: 0.05 },
      { epsilon: 0.05, rho: 0.5 },
      { epsilon: 0.05, rho: [0, Infinity] as const },
    ]) {
      const { plan, status, value } = gromovWasserstein(some, y, options);
      expect(status).toBe("converged");
      expect(value).toBeGreaterThan(0);
      expect(plan.data.subarray(2 * m, 3 * m)).toEqual(new Float64Array(m));
    }
  });

  it("says where it stopped early, and never calls what is not finite converged", () => {
    expect(gromovWasserstein(x, y, { epsilon: 0.01, maxIterations: 1 }).status).toBe("max-iterations");
    expect(gromovWasserstein(x, y, { epsilon: 1e-3, innerMaxIterations: 1, maxIterations: 3 }).status).toBe(
      "max-iterations",
    );
    const broken = { ...x.metric, product: (v: Float64Array) => v.slice(0, n * m).fill(NaN) };
    for (const options of [{}, { epsilon: 0.1 }, { epsilon: 0.1, rho: 1 }]) {
      const { status, iterations } = gromovWasserstein({ ...x, metric: broken }, y, options);
      expect([status, iterations]).toEqual(["non-finite", 0]);
    }
    // sound at the start alone
    const later = (v: Float64Array, columns: number) =>
      v[0] === v[m] ? x.metric.product(v, columns) : v.slice().fill(NaN);
    const { status, iterations } = gromovWasserstein({ ...x, metric: { ...x.metric, product: later } }, y, {
      epsilon: 0.1,
    });
    expect([status, iterations]).toEqual(["non-finite", 1]);
  });

  const bad = ndarray(new Float64Array(n * m).fill(1), [n, m]);
  it.each([
    [{ epsilon: 0 }, "epsilon: expected a positive finite number (in cost units), got 0"],
    [{ alpha: 0.5 }, "alpha: 0.5 leaves a share to features: give features too"],
    [{ alpha: 2, features: bad }, "alpha: expected a number in [0, 1], got 2"],
    [{ rho: 1 }, "rho: relaxed marginals (1, 1) need an entropy: give epsilon too"],
    [{ rho: -1, epsilon: 1 }, /^rho: expected a number >= 0/],
    [{ rho: 0, epsilon: 1 }, "rho: expected one marginal at least that is not free, got 0 for both"],
    [{ regularization: "proximal" }, /^regularization: proximal steps need epsilon/],
    [{ regularization: "l2" as "entropy" }, "regularization: expected entropy or proximal, got l2"],
    [{ starts: 0 }, /^starts: expected a positive integer/],
    [{ start: bad }, /^start: expected the weights as its first marginal, got one that differs by \d/],
    [
      {
        start: ndarray(
          bad.data.map(() => -1),
          [n, m],
        ),
      },
      "start: expected masses >= 0, got -1 at [0, 0]",
    ],
    [
      {
        features: ndarray(
          bad.data.map(() => NaN),
          [n, m],
        ),
      },
      "features: expected finite numbers, got NaN at [0, 0]",
    ],
    [{ features: ndarray(new Float64Array(4), [2, 2]) }, /^features: expected \[14, 13\], .*, got \[2, 2\]$/],
    [{ epsilon: 1e-7, rho: 1e-9 }, /^rho: at .* leaving all mass costs less than moving it/],
  ] as const)("refuses %o", (options, message) => {
    expect(() => gromovWasserstein(x, y, options)).toThrow(message);
  });
});
