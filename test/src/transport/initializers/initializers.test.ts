import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import type { Geometry } from "../../../../src/geometry/geometry.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import type { Numbers } from "../../../../src/tensor/ndarray.ts";
import { Random } from "../../../../src/tensor/random.ts";
import { gaussian, gaussianTimesNu } from "../../../../src/transport/initializers/gaussian.ts";
import type { HostInitializer } from "../../../../src/transport/initializers/initializer.ts";
import { ones } from "../../../../src/transport/initializers/ones.ts";
import { previousSolution } from "../../../../src/transport/initializers/previous.ts";
import { sorting } from "../../../../src/transport/initializers/sorting.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";
import { hilbertMetric, marginalViolation } from "../../../../src/transport/sinkhorn/metrics.ts";
import { entropicValues } from "../../../../src/transport/sinkhorn/objective.ts";
import { points, randomHistogram } from "../../../support/problems.ts";
import { reference } from "../../../support/reference.ts";

interface InitializerReference {
  readonly side: number;
  readonly epsilon: number;
  readonly pairs: readonly {
    readonly mu: number[];
    readonly nu: number[];
    /** [784], or every k-th entry of it. */
    readonly gaussianG: number[];
    readonly convergedLogV: number[];
    readonly transportCost: number;
    readonly objectiveKL: number;
    readonly starts: Readonly<
      Record<
        "ones" | "gaussian" | "gaussianTimesNu",
        {
          readonly iterationsToRelativeError: number;
          readonly iterationsToViolation: number;
          readonly relativeErrors: number[];
          readonly violations: number[];
          readonly hilbertToConverged: number;
        }
      >
    >;
  }[];
}

const { side, epsilon, pairs } = reference<InitializerReference>("initializers");
const geometry = unitGrid([side, side]);
const normalised = (masses: number[]): Float64Array => {
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return Float64Array.from(masses, (mass) => mass / total);
};

describe.each(pairs)("28 x 28 images, epsilon 0.01", (pair) => {
  const a = normalised(pair.mu);
  const b = normalised(pair.nu);
  const stride = (side * side) / pair.gaussianG.length;
  const thinned = (values: Float64Array): Float64Array => values.filter((_, index) => index % stride === 0);

  it("the Gaussian potential is the reference's", () => {
    const g = gaussian.hostPotential({ geometry, a, b, epsilon });
    expect(thinned(g)).toBeAllclose(pair.gaussianG, { absolute: 1e-12 });
  });

  it.each([ones, gaussian, gaussianTimesNu])("$name: errors and counts are the reference's", (initializer) => {
    const stored = pair.starts[initializer.name as keyof typeof pair.starts];
    const relativeErrors: number[] = [];
    const violations: number[] = [];
    sinkhornHost(a, b, geometry, {
      epsilon,
      initializer,
      tolerance: 0,
      maxIterations: Math.max(stored.iterationsToRelativeError, stored.iterationsToViolation),
      onIteration({ potentials }) {
        const { transportCost, marginals } = entropicValues(a, b, geometry, potentials());
        relativeErrors.push(Math.abs(transportCost - pair.transportCost) / pair.transportCost);
        violations.push(marginalViolation(a, b, marginals).violation);
      },
    });
    const first = (values: number[]): number => values.findIndex((value) => value <= 0.01) + 1;
    expect(first(relativeErrors)).toBe(stored.iterationsToRelativeError);
    expect(first(violations)).toBe(stored.iterationsToViolation);
    const shown = Math.min(violations.length, stored.violations.length);
    expect(violations.slice(0, shown)).toBeAllclose(stored.violations.slice(0, shown), { absolute: 1e-12 });
    expect(relativeErrors.slice(0, shown)).toBeAllclose(stored.relativeErrors.slice(0, shown), { absolute: 1e-11 });
  });

  it("the Gaussian needs fewer iterations than ones, times nu no more than the Gaussian", () => {
    const count = (initializer: HostInitializer): number =>
      sinkhornHost(a, b, geometry, { epsilon, initializer, tolerance: 0.02 }).iterations;
    expect(count(gaussian)).toBeLessThan(count(ones));
    expect(count(gaussianTimesNu)).toBeLessThanOrEqual(count(gaussian));
  });

  it("the converged scaling and values are the reference's", () => {
    const result = sinkhornHost(a, b, geometry, { epsilon, initializer: gaussianTimesNu, tolerance: 1e-12 });
    const logV = result.g.map((value) => value / epsilon);
    expect(hilbertMetric(thinned(logV), pair.convergedLogV)).toBeLessThan(1e-8);
    const values = entropicValues(a, b, geometry, result);
    expect([values.transportCost, values.objective]).toBeAllclose([pair.transportCost, pair.objectiveKL], {
      absolute: 0,
    });
    const start = gaussian.hostPotential({ geometry, a, b, epsilon });
    const distance = hilbertMetric(
      start.map((value) => value / epsilon),
      logV,
    );
    expect([distance]).toBeAllclose([pair.starts.gaussian.hilbertToConverged]);
  });
});

describe("previous solution", () => {
  const a = randomHistogram(20, 1);
  const b = randomHistogram(20, 2, 0.2);
  const small = unitGrid([5, 4]);
  const solved = sinkhornHost(a, b, small, { epsilon: 0.02 });

  it("converges at once on the same problem, and sooner on one nearby", () => {
    const initializer = previousSolution(solved.g);
    expect(sinkhornHost(a, b, small, { epsilon: 0.02, initializer }).iterations).toBe(1);
    const moved = normalised(Array.from(a, (mass, index) => mass * (1 + 1e-3 * Math.sin(index))));
    const cold = sinkhornHost(moved, b, small, { epsilon: 0.02, tolerance: 1e-5 });
    const warm = sinkhornHost(moved, b, small, { epsilon: 0.02, tolerance: 1e-5, initializer });
    expect(warm.iterations).toBeLessThan(cold.iterations);
  });

  it("names both lengths where they differ", () => {
    const initializer = previousSolution(new Float64Array(3));
    expect(() => sinkhornHost(a, b, small, { epsilon: 0.02, initializer })).toThrow(/\[20\] \(like b\), got \[3\]/);
  });
});

describe("sorting", () => {
  const equalPair = Float64Array.of(0.5, 0.5);
  const shuffled = (count: number, seed: number): number[][] =>
    Array.from(randomHistogram(count, seed), (value) => [value * count]);
  const a = randomHistogram(40, 3, 0.2);
  const b = randomHistogram(30, 4, 0.2);

  it.each(["squared-euclidean", "euclidean"] as const)("is a feasible, optimal dual for %s costs", (cost) => {
    const line = pointCloud(points(shuffled(40, 1)), points(shuffled(30, 2)), { cost });
    const tiny = 1e-9; // so that epsilon log b does not matter, where there is mass
    const g = sorting.hostPotential({ geometry: line, a, b, epsilon: tiny });
    const { data } = line.costMatrix();
    const f = Array.from(a, (_, row) =>
      Math.min(...Array.from(b, (mass, j) => (mass > 0 ? data[row * 30 + j] - g[j] : Infinity))),
    );
    const dual =
      f.reduce((sum, value, row) => sum + value * a[row], 0) +
      b.reduce((sum, mass, j) => sum + (mass > 0 ? mass * g[j] : 0), 0);
    const entropic = sinkhornHost(a, b, line, {
      epsilon: 1e-3,
      tolerance: 1e-7,
      initializer: sorting,
      maxIterations: 50_000,
    });
    const { transportCost, dual: entropicDual } = entropicValues(a, b, line, entropic);
    expect(dual).toBeLessThanOrEqual(transportCost + 1e-6); // weak duality
    expect(dual).toBeGreaterThan(entropicDual - 1e-3 * Math.log(40 * 30)); // within the entropic bias of the optimum
  });

  const count = (
    initializer: HostInitializer,
    line: Geometry,
    epsilon: number,
    tolerance: number,
    a: Numbers,
    b: Numbers,
  ) => sinkhornHost(a, b, line, { epsilon, initializer, tolerance }).iterations;

  it("needs fewer iterations than ones", () => {
    const line = pointCloud(points(shuffled(40, 1)), points(shuffled(30, 2)));
    expect(count(sorting, line, 0.01, 1e-2, a, b)).toBeLessThan(count(ones, line, 0.01, 1e-2, a, b) / 2);
  });

  it("starts in the middle of the optima, where equal masses leave many", () => {
    const half = Float64Array.of(0.5, 0.5);
    const two = pointCloud([[0], [0.5]], [[0], [0.51]]);
    expect(count(sorting, two, 0.02, 1e-3, half, half)).toBeLessThanOrEqual(count(ones, two, 0.02, 1e-3, half, half));
    const equal = new Float64Array(50).fill(1 / 50);
    for (const seed of [0, 1, 2]) {
      const random = Random.fromSeed(seed);
      const side = (scale: number, shift: number) =>
        points(Array.from({ length: 50 }, () => [random.normal() * scale + shift]));
      const line = pointCloud(side(1, 0), side(0.5, 1));
      for (const epsilon of [0.05, 0.01]) {
        const needed = count(ones, line, epsilon, 1e-3, equal, equal);
        expect(count(sorting, line, epsilon, 1e-3, equal, equal)).toBeLessThan(needed / 2);
      }
    }
  });

  it("a cosine cost is none of x - y", () => {
    const line = pointCloud([[1], [2]], [[1], [2]], { cost: "cosine" });
    const run = () => sorting.hostPotential({ geometry: line, a: equalPair, b: equalPair, epsilon: 1 });
    expect(run).toThrow(/a convex function of x - y, got cost cosine/);
  });
});

it("the Gaussian start stands degenerate histograms", () => {
  const line = unitGrid([5, 5]);
  const row = Float64Array.from({ length: 25 }, (_, index) => (index < 5 ? 0.2 : 0));
  const point = Float64Array.from({ length: 25 }, (_, index) => (index === 12 ? 1 : 0));
  for (const [a, b] of [
    [row, point],
    [point, row],
    [row, row],
    [point, point],
  ] as const) {
    expect(gaussian.hostPotential({ geometry: line, a, b, epsilon: 1 }).every(Number.isFinite)).toBe(true);
    const result = sinkhornHost(a, b, line, { epsilon: 0.05, initializer: gaussianTimesNu });
    expect(result.status).toBe("converged");
  }
});

it.each([
  [gaussian, denseGeometry(Float64Array.of(0, 1, 1, 0), [2, 2]), /a cost matrix without points/],
  [gaussian, pointCloud(points([[0], [1]]), points([[0], [1]]), { cost: "manhattan" }), /got cost manhattan/],
  [sorting, unitGrid([1, 2]), /on a line, got dimension 2/],
] as const)("a start that does not fit says why", (initializer, wrong, message) => {
  const half = Float64Array.of(0.5, 0.5);
  const run = (): unknown => sinkhornHost(half, half, wrong, { epsilon: 1, initializer });
  expect(run).toThrow(InputError);
  expect(run).toThrow(message);
});
