import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { gaussian } from "../../../../src/transport/initializers/gaussian.ts";
import { solve } from "../../../../src/transport/solve/solve.ts";
import type { CostInput, MassInput } from "../../../../src/transport/solve/problem.ts";
import { backends } from "../../../support/backends.ts";
import { points, randomHistogram, randomNormal } from "../../../support/problems.ts";
import { reference, type SolveReference, type UnbalancedReference } from "../../../support/reference.ts";

const { problems, auto } = reference<SolveReference>("solve");
const tight = { tolerance: 1e-13, maxIterations: 100_000 };
const times = (plan: number[][], v: ArrayLike<number>): number[] =>
  plan.map((row) => row.reduce((sum, mass, j) => sum + mass * v[j], 0));
const transposed = (plan: number[][]): number[][] => plan[0].map((_, j) => plan.map((row) => row[j]));

describe.each(problems)("against POT: $name", ({ cost, a, b, epsilon, plan, value, transportCost, exact }) => {
  it("entropic: values, plan, products and marginals", async () => {
    const solution = await solve(a, b, cost, { epsilon, ...tight });
    expect(solution.status).toBe("converged");
    expect([solution.value, solution.dualValue, solution.transportCost]).toBeAllclose([value, value, transportCost]);
    expect(solution.plan().data).toBeAllclose(plan);
    expect([...solution.marginals[0], ...solution.marginals[1]]).toBeAllclose([...a, ...b]);
    expect(solution.epsilon).toBe(epsilon);
    const [ofB, ofA] = [randomNormal(b.length, 1), randomNormal(a.length, 2)];
    expect(solution.apply(ofB)).toBeAllclose(times(plan, ofB));
    expect(solution.applyTranspose(ofA)).toBeAllclose(times(transposed(plan), ofA));
    const columns = Array.from(ofB, (entry, j) => [entry, j]);
    const both = solution.apply(columns);
    expect(both.shape).toEqual([a.length, 2]);
    expect(both.data.filter((_, at) => at % 2 === 0)).toBeAllclose(times(plan, ofB));
    expect(both.data.filter((_, at) => at % 2 === 1)).toBeAllclose(times(plan, Array.from(ofB.keys())));
    const { rows, columns: at, masses } = solution.plan({ sparse: true, threshold: 0.01 });
    const total = plan.flat().filter((mass) => mass >= 0.01);
    expect(masses).toBeAllclose(total);
    masses.forEach((mass, k) => expect(mass).toBeCloseTo(plan[rows[k]][at[k]], 9));
  });

  it("exact: value, duals, plan and products", async () => {
    const solution = await solve(a, b, cost);
    expect([solution.value, solution.dualValue, solution.transportCost]).toBeAllclose([exact, exact, exact]);
    const { data, shape } = solution.plan();
    const dense = Array.from({ length: shape[0] }, (_, i) =>
      Array.from(data.subarray(i * shape[1], (i + 1) * shape[1])),
    );
    expect([data.reduce((sum, mass, k) => sum + mass * cost.flat()[k], 0)]).toBeAllclose([exact]);
    expect(solution.marginals[0]).toBeAllclose(a);
    expect(solution.marginals[1]).toBeAllclose(b);
    const [ofB, ofA] = [randomNormal(b.length, 1), randomNormal(a.length, 2)];
    expect(solution.apply(ofB)).toBeAllclose(times(dense, ofB));
    expect(solution.applyTranspose(ofA)).toBeAllclose(times(transposed(dense), ofA));
    expect(solution.plan({ sparse: true }).masses.length).toBeLessThan(a.length + b.length);
    expect(solution.epsilon).toBeUndefined();
  });
});

describe("against OTT", () => {
  const { x, y, runs } = auto;
  it.each(runs)(
    "scaled by $scale, epsilon from the standard deviation",
    async ({ scale, epsilon, inverse, value, cost }) => {
      const scaleCost = scale === "none" ? 1 : scale === "max_cost" ? "max" : scale;
      const chosen = await solve(undefined, undefined, { x, y }, { epsilon: "auto", scaleCost, ...tight });
      expect([chosen.epsilon!, chosen.value, chosen.transportCost]).toBeAllclose(
        [epsilon / inverse, value / inverse, cost / inverse],
        { relative: 1e-8 },
      );
      const given = await solve(undefined, undefined, { x, y }, { epsilon, scaleCost, ...tight });
      expect([given.epsilon!, given.value]).toBeAllclose([epsilon / inverse, value / inverse], { relative: 1e-8 });
    },
  );

  it("unbalanced", async () => {
    const { problems: all } = reference<UnbalancedReference>("unbalanced");
    for (const { cost, a, b, epsilon, rho, plan, objective } of all.filter((problem) => problem.cost)) {
      const strength = { a: rho.a ?? Infinity, b: rho.b ?? Infinity };
      const options = { epsilon: epsilon / 2, scaleCost: 2, rho: { a: strength.a / 2, b: strength.b / 2 }, ...tight };
      const solution = await solve(a, b, cost!, options);
      expect([solution.value]).toBeAllclose([objective], { relative: 1e-8 });
      expect(solution.plan().data).toBeAllclose(plan, { relative: 1e-7, absolute: 1e-8 });
    }
  });
});

describe("inputs", () => {
  beforeAll(() => useBackend("cpu"));
  const cost = [[0, 1, 4], [1, 0, 1]]; // prettier-ignore
  const flat = cost.flat();
  const half = [0.5, 0.5];
  const thirds = [0.25, 0.25, 0.5];
  const costs: Readonly<Record<string, () => CostInput>> = {
    rows: () => cost,
    "typed rows": () => cost.map((row) => Float32Array.from(row)),
    "numbers with a shape": () => ndarray(Int32Array.from(flat), [2, 3]),
    "numbers whose shape the masses say": () => flat,
    "typed numbers": () => Float32Array.from(flat),
    "a tensor": () => tf.tensor2d(cost),
    "a geometry": () => denseGeometry(cost),
    points: () => ({ x: [[0], [1]], y: [[0], [1], [2]] }),
    "points as tensors": () => ({ x: tf.tensor2d([[0], [1]]), y: tf.tensor2d([[0], [1], [2]]) }),
    "a cost function": () => ({ x: [[0], [1]], y: [[0], [1], [2]], cost: (u, v) => (u[0] - v[0]) ** 2 }),
    "a point cloud": () => pointCloud([[0], [1]], [[0], [1], [2]]),
  };
  it.each(Object.entries(costs))("a cost as %s", async (_, make) => {
    expect((await solve(half, thirds, make())).value).toBe(0.75);
    expect((await solve(half, thirds, make(), { epsilon: 0.05 })).value).toBeCloseTo(0.78, 1);
  });

  const masses: Readonly<Record<string, () => MassInput>> = {
    "a plain array": () => thirds,
    Float32Array: () => Float32Array.from(thirds),
    "an NdArray": () => ndarray(Float64Array.from(thirds), [3]),
    "a tensor": () => tf.tensor1d(thirds),
    "integers of another total": () => Int32Array.of(1, 1, 2),
  };
  it.each(Object.entries(masses))("masses as %s", async (_, make) => {
    const b = make();
    const { value, b: used } = await solve(undefined, b, cost);
    const total = used.reduce((sum, mass) => sum + mass, 0);
    expect([value]).toBeAllclose([0.75 * total]);
  });

  it("are computed with in float64", async () => {
    const [a, b] = [randomHistogram(2, 1), randomHistogram(3, 2)].map((exact) => Float32Array.from(exact));
    const { b: used } = await solve(undefined, b, cost, { epsilon: 0.1 });
    expect(used).toBeInstanceOf(Float64Array);
    const options = { epsilon: 0.1, tolerance: 1e-12 };
    const single = await solve(a, b, cost, options);
    const double = await solve(Float64Array.from(a), Float64Array.from(b), cost, options);
    expect(single.value).toBe(double.value);
    expect(single.status).toBe("converged");
  });

  it.each(backends)("are tensors of %s", async (backend) => {
    await useBackend(backend);
    const solution = await solve(tf.tensor1d(half), undefined, tf.tensor2d(cost), { epsilon: 0.5, tolerance: 1e-12 });
    const expected = await solve(half, undefined, cost, { epsilon: 0.5, tolerance: 1e-12 });
    expect([solution.value]).toBeAllclose([expected.value]);
  });

  it.each<[MassInput, MassInput, unknown, object, RegExp]>([
    ["0.5" as never, undefined, cost, {}, /^masses a: expected an array of numbers \(Float64Array\), got a string$/],
    [BigInt64Array.of(1n, 1n) as never, undefined, cost, {}, /^masses a: .* got a BigInt64Array$/],
    [[0.5, NaN], undefined, cost, {}, /^masses a: .*got NaN at index 1$/],
    [[0.5, null] as never, undefined, cost, {}, /^masses a: .*got null at index 1$/],
    [[[0.5], [0.5]] as never, undefined, cost, {}, /^masses a: .*got an Array at index 0$/],
    [[1], undefined, cost, {}, /^masses a: expected 2/],
    [half, [1, 1, 1], cost, {}, /^masses: a sums to 1, b to 3/],
    [null as never, undefined, cost, {}, /^masses a: .* got null$/],
    [undefined, undefined, flat, {}, /^ground cost: got 6 numbers without a shape/],
    [undefined, undefined, "cost", {}, /^ground cost: expected a matrix .* got a string$/],
    [undefined, undefined, undefined, {}, /^ground cost: .* got undefined$/],
    [undefined, undefined, 3, {}, /^ground cost: .* got the number 3$/],
    [undefined, undefined, {}, {}, /^ground cost: .* got an object$/],
    [undefined, undefined, () => 0, {}, /^ground cost: .* got a function$/],
    [undefined, undefined, [[0, 1], [2]], {}, /^ground cost: expected rows of equal length/],
    [undefined, undefined, [[0, "1"]], {}, /^ground cost \[0\]: .*got a string at index 1$/],
    [undefined, undefined, [[0, NaN]], {}, /^ground cost: expected finite entries, got NaN at \[0, 1\]$/],
    [undefined, undefined, tf.zeros.bind(tf), {}, /^ground cost: .* got a function$/],
    [undefined, undefined, { x: [[0, 1]], y: [[0]] }, {}, /dimension 2, y of 1/],
    [undefined, undefined, cost, { reg: 1 }, /^reg: unknown; known are epsilon/],
    [undefined, undefined, cost, { epsilon: 0 }, /^epsilon: expected a positive finite number/],
    [undefined, undefined, cost, { epsilon: "big" }, /^epsilon: .* got big/],
    [undefined, undefined, cost, { epsilon: 1, scaleCost: "std" }, /^scaleCost: .* got std/],
    [undefined, undefined, cost, { epsilon: 1, scaleCost: -1 }, /^scaleCost: /],
    [undefined, undefined, cost, { epsilon: 1, rho: -1 }, /^rho: /],
    [undefined, undefined, cost, { epsilon: 1, domain: "dual" }, /^domain: /],
    [undefined, undefined, cost, { rho: 1 }, /^rho: is of entropic transport; give epsilon/],
    [undefined, undefined, cost, { tolerance: 1 }, /^tolerance: is of entropic transport/],
    [undefined, undefined, cost, { epsilon: 1, initializer: "best" }, /^initialiser best: unknown/],
    [undefined, undefined, cost, null as never, /^options: expected an object .* got null/],
  ])("bad input is one line: case %#", async (a, b, given, options, message) => {
    const run = solve(a, b, given as CostInput, options);
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(message);
  });

  it("a batch of tensors is none of its problems", async () => {
    await expect(solve(tf.ones([2, 2]), undefined, cost)).rejects.toThrow(
      /^masses a: expected numbers \[n\], got shape \[2, 2\]/,
    );
  });
});

describe("transport", () => {
  const x = [[0, 0], [1, 0], [0, 2]]; // prettier-ignore
  const y = [[5, 0], [6, 1], [5, 2], [7, 0]]; // prettier-ignore

  it("is the barycentric projection of the source, entropic and exact", async () => {
    for (const options of [{ epsilon: 0.7, tolerance: 1e-12 }, {}]) {
      const solution = await solve(undefined, undefined, { x, y }, options);
      const { data } = solution.plan();
      const expected = x.flatMap((_, i) =>
        [0, 1].map((axis) => y.reduce((sum, to, j) => sum + data[i * 4 + j] * to[axis], 0) / solution.marginals[0][i]),
      );
      expect(solution.transport().data).toBeAllclose(expected);
      expect(solution.transport(x).data).toBeAllclose(expected);
    }
  });

  it("follows the entropic map between the points, and the nearest one's step by exact transport", async () => {
    const between = [[0.4, 0.9]];
    const entropic = await solve(undefined, undefined, { x, y, cost: "euclidean" }, { epsilon: 0.7 });
    const weights = y.map((to, j) =>
      Math.exp((entropic.g[j] - Math.hypot(between[0][0] - to[0], between[0][1] - to[1])) / 0.7),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mean = [0, 1].map((axis) => y.reduce((sum, to, j) => sum + (weights[j] * to[axis]) / total, 0));
    expect(entropic.transport(between).data).toBeAllclose(mean);
    const given = await solve(
      undefined,
      undefined,
      { x, y, cost: (u, v) => Math.hypot(u[0] - v[0], u[1] - v[1]) },
      { epsilon: 0.7 },
    );
    expect(given.transport(between).data).toBeAllclose(mean);
    const exact = await solve(undefined, undefined, { x, y });
    const [moved, from] = [exact.transport().data, x[0]];
    expect(exact.transport(between).data).toBeAllclose(
      [0, 1].map((axis) => between[0][axis] + moved[axis] - from[axis]),
    );
  });

  it("a point without mass goes with its neighbours", async () => {
    const exact = await solve([0.5, 0, 0.5], undefined, { x, y });
    expect([...exact.transport().data].every(Number.isFinite)).toBe(true);
    const entropic = await solve([0.5, 0, 0.5], undefined, { x, y }, { epsilon: 1 });
    expect([...entropic.transport().data].every(Number.isFinite)).toBe(true);
  });

  it("works on a grid, and says where there are no points", async () => {
    const grid = await solve(randomHistogram(12, 1), randomHistogram(12, 2), unitGrid([4, 3]), { epsilon: 0.1 });
    expect(grid.transport().shape).toEqual([12, 2]);
    const matrix = await solve(undefined, undefined, [[0, 1]]);
    expect(() => matrix.transport()).toThrow(/transport: the cost was given as a matrix, without points/);
    expect(() => matrix.apply([1])).toThrow(/apply: expected 2 numbers, got 1/);
  });
});

describe("starts", () => {
  const [x, y] = [points([[0], [0.4], [1]]), points([[0.1], [0.5]])];
  it("by name, by object and from tensors give the same solution", async () => {
    const plain = await solve(undefined, undefined, { x, y }, { epsilon: 0.1, ...tight });
    const fromTensors = { name: "tensors", tensorPotential: ({ b }: { b: tf.Tensor }) => tf.mul(b, 0.1) };
    for (const initializer of ["sorting", gaussian, fromTensors]) {
      const solution = await solve(undefined, undefined, { x, y }, { epsilon: 0.1, initializer, ...tight });
      expect([solution.value]).toBeAllclose([plain.value]);
    }
    const staged = await solve(undefined, undefined, { x, y }, { epsilon: 0.1, epsilonScaling: {}, ...tight });
    expect([staged.value]).toBeAllclose([plain.value]);
  });
});
