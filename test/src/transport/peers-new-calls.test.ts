import { describe, expect, it } from "vitest";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import type { PointCost } from "../../../src/geometry/geometry.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { freeSupportBarycenter } from "../../../src/transport/barycenter/free-support/free-support.ts";
import { partialTransport } from "../../../src/transport/exact/partial.ts";
import { emd1d } from "../../../src/transport/line/emd1d.ts";
import { entropicPartialTransport } from "../../../src/transport/sinkhorn/partial.ts";
import { maxSlicedWasserstein, slicedWasserstein } from "../../../src/transport/sliced/sliced.ts";
import { solve } from "../../../src/transport/solve/solve.ts";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import { points } from "../../support/problems.ts";
import { reference } from "../../support/reference.ts";

interface Reference {
  readonly partial: {
    readonly cost: number[][];
    readonly a: number[];
    readonly b: number[];
    readonly solutions: readonly {
      readonly mass: number;
      readonly entropic: {
        readonly epsilon: number;
        readonly transportCost: number;
        readonly rowSums: number[];
        readonly columnSums: number[];
      };
    }[];
    readonly lagrange: {
      readonly solutions: readonly {
        readonly lambda_: number;
        readonly mass: number;
        readonly transportCost: number;
      }[];
    };
    readonly line: { readonly x: number[]; readonly y: number[]; readonly cumulated: number[] };
  };
  readonly sliced: {
    readonly x: number[][];
    readonly y: number[][];
    readonly a: number[];
    readonly b: number[];
    readonly projections: number[][];
    readonly values: readonly { readonly p: number; readonly sliced: number; readonly max: number }[];
    readonly gradientX: { readonly value: number[][] };
  };
  readonly line: {
    readonly sharedSupport: {
      readonly x: number[];
      readonly a: number[];
      readonly b: number[];
      readonly wasserstein1: number;
      readonly translationByOneSquared: number;
    };
  };
  readonly solve: {
    readonly x: number[][];
    readonly y: number[][];
    readonly a: number[];
    readonly b: number[];
    readonly squaredEuclidean: readonly {
      readonly options: { readonly epsilon?: number };
      readonly value: number;
      readonly linear: number;
    }[];
    readonly unbalanced: readonly {
      readonly options: { readonly epsilon: number; readonly rho: number };
      readonly linear: number;
      readonly mass: number;
    }[];
  };
  readonly freeSupport: {
    readonly diracs: {
      readonly x: number[][][];
      readonly start: number[][];
      readonly points: number[][];
    };
    readonly points: number[][][];
    readonly masses: number[][];
    readonly start: number[][];
    readonly barycenter: number[][];
    readonly objective: number;
  };
  readonly costs: {
    readonly x: number[][];
    readonly y: number[][];
    readonly matrices: Readonly<Record<PointCost, number[][]>>;
    readonly defaultEpsilon: number;
  };
}

// Problems of the test suites of POT and ott-jax, with the values that these have.
const { partial, sliced, line, solve: problems, freeSupport, costs } = reference<Reference>("peers-new-subjects");
const sumOf = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0);

describe("the peers' suites, calls with many forms", () => {
  it("partial: where leaving mass behind has a price, and on a line match by match", () => {
    const totals = sumOf(partial.a) + sumOf(partial.b);
    for (const { lambda_, mass, transportCost } of partial.lagrange.solutions) {
      const penalty = lambda_ / 2; // min <P, C - lambda> leaves half of lambda on either side
      const result = partialTransport(partial.a, partial.b, partial.cost, { penalty });
      const charged = penalty * (totals - 2 * result.mass);
      expect([result.mass, result.value - charged]).toBeAllclose([mass, transportCost], { absolute: 1e-10 });
    }
    const { x, y, cumulated } = partial.line;
    const geometry = pointCloud(points(x.map((at) => [at])), points(y.map((at) => [at])), { cost: "euclidean" });
    const uniform = x.map(() => 1);
    const values = cumulated.map((_, k) => partialTransport(uniform, uniform, geometry, { mass: k + 1 }).value);
    expect(values).toBeAllclose(cumulated, { relative: 1e-10 });
  });

  it("partial: entropic", () => {
    for (const { mass, entropic } of partial.solutions) {
      const result = entropicPartialTransport(partial.a, partial.b, denseGeometry(partial.cost), {
        mass,
        epsilon: entropic.epsilon,
        tolerance: 1e-12,
        maxIterations: 100_000,
      });
      expect(result.status).toBe("converged");
      expect([result.transportCost]).toBeAllclose([entropic.transportCost], { relative: 1e-6 });
      expect(result.marginals[0]).toBeAllclose(entropic.rowSums, { absolute: 1e-7 });
      expect(result.marginals[1]).toBeAllclose(entropic.columnSums, { absolute: 1e-7 });
    }
  });

  it("sliced: distances and the gradient along given directions", () => {
    const { x, y, a, b, projections, values, gradientX } = sliced;
    const [dimension, count] = [projections.length, projections[0].length];
    const directions = Array.from({ length: count }, (_, k) => projections.map((row) => row[k]));
    for (const { p, sliced: mean, max } of values) {
      const options = { p, a, b, directions: points(directions) };
      expect([slicedWasserstein(x, y, options).distance]).toBeAllclose([mean], { relative: 1e-10 });
      expect([maxSlicedWasserstein(x, y, options).distance]).toBeAllclose([max], { relative: 1e-10 });
    }
    const result = slicedWasserstein(x, y, { p: 2, a, b, directions: points(directions) });
    const ofRoot = result.gradients().x.map((slope) => slope / (2 * result.distance));
    expect(dimension).toBe(3);
    expect(ofRoot).toBeAllclose(gradientX.value.flat(), { absolute: 1e-10 });
  });

  it("on a line: two histograms of one support, and a translation", () => {
    const { x, a, b, wasserstein1, translationByOneSquared } = line.sharedSupport;
    expect([emd1d(x, x, { a, b }).value]).toBeAllclose([wasserstein1], { relative: 1e-12 });
    const moved = x.map((at) => at + 1);
    expect([emd1d(x, moved, { a, b: a, p: 2 }).value]).toBeAllclose([translationByOneSquared], { relative: 1e-12 });
  });

  it("one call: exact, entropic, unbalanced", async () => {
    const { x, y, a, b } = problems;
    for (const { options, value, linear } of problems.squaredEuclidean) {
      const result = await solve(a, b, { x, y }, { ...options, ...(options.epsilon && { tolerance: 1e-12 }) });
      expect([result.value, result.transportCost]).toBeAllclose([value, linear], { relative: 1e-8 });
    }
    for (const { options, linear, mass } of problems.unbalanced) {
      const result = await solve(a, b, { x, y }, { ...options, tolerance: 1e-12 });
      expect([result.transportCost, sumOf(result.marginals[0])]).toBeAllclose([linear, mass], { relative: 1e-8 });
    }
  });

  it("free support: two Diracs meet in the middle; given starts go where POT's go", () => {
    const { diracs } = freeSupport;
    const middle = freeSupportBarycenter(diracs.x.map(points), { support: points(diracs.start) });
    expect(middle.support.data).toBeAllclose(diracs.points.flat(), { absolute: 1e-12 });
    const found = freeSupportBarycenter(freeSupport.points.map(points), {
      masses: freeSupport.masses,
      support: points(freeSupport.start),
      tolerance: 1e-12,
    });
    expect(found.support.data).toBeAllclose(freeSupport.barycenter.flat(), { absolute: 1e-6 });
    expect([found.objectives.at(-1)!]).toBeAllclose([freeSupport.objective], { relative: 1e-6 });
  });

  it("costs of points, and the epsilon that is chosen from them", async () => {
    const [x, y] = [points(costs.x), points(costs.y)];
    for (const [cost, matrix] of Object.entries(costs.matrices)) {
      const geometry = pointCloud(x, y, { cost: cost as PointCost });
      const absolute = cost === "cosine" ? 1e-7 : 1e-12; // OTT's has 1e-8 added to the norms
      expect(geometry.costMatrix().data).toBeAllclose(matrix.flat(), { absolute });
    }
    const matrix = ndarray(Float64Array.from(costs.matrices["squared-euclidean"].flat()), [9, 7]);
    const { epsilon } = await solve(undefined, undefined, matrix, { epsilon: "auto" });
    expect([epsilon!]).toBeAllclose([costs.defaultEpsilon], { relative: 1e-10 });
  });
});
