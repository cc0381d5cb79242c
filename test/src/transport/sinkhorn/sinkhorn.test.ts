import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { LOG_ZERO } from "../../../../src/geometry/log-sum.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { gaussianTimesNu } from "../../../../src/transport/initializers/gaussian.ts";
import { ones } from "../../../../src/transport/initializers/ones.ts";
import { previousSolution } from "../../../../src/transport/initializers/previous.ts";
import { entropicCost } from "../../../../src/transport/entropic-cost.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";
import { marginalViolation } from "../../../../src/transport/sinkhorn/metrics.ts";
import { entropicValues } from "../../../../src/transport/sinkhorn/objective.ts";
import { sinkhorn, type SinkhornTensorResult } from "../../../../src/transport/sinkhorn/sinkhorn.ts";
import { planTransportCost, sinkhornUnrolled } from "../../../../src/transport/sinkhorn/unrolled.ts";
import { relativeNorm } from "../../../support/allclose.ts";
import { backends } from "../../../support/backends.ts";
import { dot, points, randomHistogram, randomNormal } from "../../../support/problems.ts";
import { withoutNative } from "../../../support/sinkhorn.ts";
import { centred, reference, type SinkhornReference } from "../../../support/reference.ts";

const { problems } = reference<SinkhornReference>("sinkhorn");
const GRADIENT = 1e-4;
const VALUE = { relative: 1e-5, absolute: 0 };
/** Iterations to convergence as far as float32 can tell, by epsilon. */
const ITERATIONS: Readonly<Record<number, number>> = { 0.5: 10, 0.05: 70, 0.005: 250 };

/** A tensor from float64 values. */
const tensor = (values: ArrayLike<number>, shape?: number[]): tf.Tensor => tf.tensor(Float32Array.from(values), shape);

describe.each(backends)("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  for (const problem of problems) {
    const geometry = pointCloud(points(problem.x), points(problem.y));
    // The larger problems need a thousand iterations at the smallest epsilon: the first one stands for them. It is the only
    // one where webgpu runs through its slow software adapter.
    const isFirst = problem === problems[0];
    const solutions = problem.solutions.filter(({ epsilon }) => isFirst || (epsilon > 0.01 && backend !== "webgpu"));
    if (solutions.length === 0) continue;

    it.each(solutions)(`${problem.name}: value and envelope gradients at epsilon $epsilon`, async (solution) => {
      const kernel = geometry.kernel(solution.epsilon);
      const a = tensor(problem.a);
      const b = tensor(problem.b);
      const { value, grads } = tf.valueAndGrads((p: tf.Tensor, q: tf.Tensor) =>
        entropicCost(p, q, kernel, { iterations: ITERATIONS[solution.epsilon] }),
      )([a, b]);
      expect(await value.data()).toBeAllclose([solution.objective], VALUE);
      const [gradientA, gradientB] = await Promise.all(grads.map((gradient) => gradient.data()));
      expect(relativeNorm(centred(gradientA), centred(solution.fKL))).toBeLessThan(GRADIENT);
      expect(relativeNorm(centred(gradientB), centred(solution.gKL))).toBeLessThan(GRADIENT);
      kernel.dispose();
      tf.dispose([a, b, value, grads]);
    });
  }

  it.each(["log", "scaling"] as const)("%s domain: a batch with zero masses equals the host", async (domain) => {
    const geometry = unitGrid([6, 5]);
    const epsilon = backend === "webgpu" ? 2 : 0.06;
    const rows = [1, 2, 3, 4].map((seed) => randomHistogram(30, seed, 0.3));
    const others = [5, 6, 7, 8].map((seed) => randomHistogram(30, seed, 0.3));
    const a = tensor(
      rows.flatMap((row) => [...row]),
      [2, 2, 30],
    );
    const b = tensor(
      others.flatMap((row) => [...row]),
      [2, 2, 30],
    );
    const result = await sinkhorn(a, b, geometry, { epsilon, domain, tolerance: 2e-6, checkEvery: 4 });
    expect(result).toMatchObject({ status: "converged", domain });
    const [f, g] = [await result.f.data(), await result.g.data()];
    rows.forEach((row, index) => {
      const host = sinkhornHost(row, others[index], geometry, { epsilon });
      const mine = f.slice(index * 30, (index + 1) * 30);
      expect(Array.from(mine, (value) => value === Math.fround(LOG_ZERO))).toEqual(
        Array.from(row, (mass) => mass === 0),
      );
      const present = (values: ArrayLike<number>): number[] =>
        centred(Array.from(values, (v, i) => (row[i] > 0 ? v : null)));
      expect(present(mine)).toBeAllclose(present(host.f), { absolute: 2e-6 });
      const potentials = {
        f: Float64Array.from(mine),
        g: Float64Array.from(g.slice(index * 30, (index + 1) * 30)),
        epsilon,
      };
      expect([entropicValues(row, others[index], geometry, potentials).transportCost]).toBeAllclose(
        [entropicValues(row, others[index], geometry, host).transportCost],
        VALUE,
      );
    });
    const kernel = geometry.kernel(epsilon);
    const cost = planTransportCost(kernel, result);
    expect(cost.shape).toEqual([2, 2]);
    const expected = rows.map((row, index) => {
      const host = sinkhornHost(row, others[index], geometry, { epsilon });
      return entropicValues(row, others[index], geometry, host).transportCost;
    });
    expect(await cost.data()).toBeAllclose(expected, { relative: 2e-5 }); // <P, C> is of first order in the potentials
    kernel.dispose();
    tf.dispose([a, b, cost, result.f, result.g]);
  });

  it.each(["log", "scaling"] as const)(
    "%s domain: the unrolled gradient is the derivative of the iterations",
    async (domain) => {
      const geometry = unitGrid([4, 3]);
      const epsilon = 0.1;
      const iterations = 4;
      const a = randomHistogram(12, 1, 0.3);
      const b = randomHistogram(12, 2, 0.3);
      const g0 = randomNormal(12, 3).map((value) => 0.1 * value);
      const inputs = [a, b, g0];
      const directions = [a, b, g0].map((_, index) => randomNormal(12, 10 + index));
      // Masses move in proportion, so that zeros stay, and their total is kept.
      for (const [index, masses] of [a, b].entries()) {
        const mean = dot(directions[index], masses);
        directions[index] = directions[index].map((value, point) => (value - mean) * masses[point]);
      }
      const hostValue = (moved: readonly Float64Array[]): number => {
        const initializer = previousSolution(moved[2]);
        const options = { epsilon, tolerance: 0, maxIterations: iterations, initializer };
        return entropicValues(moved[0], moved[1], geometry, sinkhornHost(moved[0], moved[1], geometry, options))
          .transportCost;
      };
      const kernel = geometry.kernel(epsilon);
      const { value, grads } = tf.valueAndGrads((p: tf.Tensor, q: tf.Tensor, start: tf.Tensor) => {
        const potentials = sinkhornUnrolled(p, q, kernel, { iterations, domain, initializer: previousSolution(start) });
        return tf.sum(planTransportCost(kernel, potentials));
      })(inputs.map((input) => tensor(input)));
      expect(await value.data()).toBeAllclose([hostValue(inputs)], VALUE);
      const step = 1e-5;
      for (const [index, gradient] of grads.entries()) {
        const moved = (sign: number): Float64Array[] =>
          inputs.map((input, other) =>
            other === index ? input.map((entry, point) => entry + sign * step * directions[index][point]) : input,
          );
        const slope = (hostValue(moved(1)) - hostValue(moved(-1))) / (2 * step);
        const data = await gradient.data();
        expect(data.every(Number.isFinite)).toBe(true);
        const scale = Math.hypot(...data) * Math.hypot(...directions[index]);
        expect(Math.abs(dot(data, directions[index]) - slope)).toBeLessThan(GRADIENT * scale);
      }
      kernel.dispose();
      tf.dispose([value, grads]);
    },
  );

  it("leaves no tensor behind but its result", async () => {
    const geometry = unitGrid([4, 3]);
    const a = tensor(randomHistogram(12, 1));
    const b = tensor(randomHistogram(12, 2));
    const before = tf.memory().numTensors;
    const options = { epsilon: 0.2, momentum: 1.2, epsilonScaling: { from: 0.4 }, initializer: gaussianTimesNu };
    const { f, g } = await sinkhorn(a, b, geometry, options);
    expect(tf.memory().numTensors - before).toBe(2);
    const kernel = geometry.kernel(0.2);
    const { value, grads } = tf.valueAndGrads((p: tf.Tensor, q: tf.Tensor) =>
      entropicCost(p, q, kernel, { iterations: 5 }),
    )([a, b]);
    kernel.dispose();
    expect(tf.memory().numTensors - before).toBe(5);
    tf.dispose([a, b, f, g, value, grads]);
  });
});

describe.each([
  { engine: "native where the addon is", geometry: unitGrid([8, 8]) },
  { engine: "without it", geometry: withoutNative(unitGrid([8, 8])) },
])("asynchronous solver, $engine", ({ geometry }) => {
  const epsilon = 0.005;
  const a = randomHistogram(64, 3);
  const b = randomHistogram(64, 4, 0.1);
  let host: Float64Array;
  beforeAll(async () => {
    await useBackend("cpu");
    host = sinkhornHost(a, b, geometry, { epsilon, tolerance: 1e-8 }).f;
  });
  const solve = (options: object): Promise<SinkhornTensorResult> =>
    sinkhorn(tensor(a), tensor(b), geometry, { epsilon, checkEvery: 5, ...options });

  it.each([
    ["momentum", { momentum: 1.5 }],
    ["epsilon scaling", { epsilonScaling: { factor: 0.25 } }],
    ["a host initialiser", { initializer: gaussianTimesNu }],
    ["a tensor initialiser", { initializer: ones }],
  ])("%s leads to the same potentials", async (_, options) => {
    const result = await solve(options);
    expect(result.status).toBe("converged");
    expect(result.errors.at(-1)).toBeLessThanOrEqual(1e-4);
    expect(result.errors.length).toBe(result.iterations / 5);
    expect(centred(await result.f.data())).toBeAllclose(centred(host), { absolute: 5e-4 });
  });

  it("starts where a previous solution ended", async () => {
    const first = await solve({});
    const second = await solve({ initializer: previousSolution(first.g) });
    expect(second.iterations).toBe(5);
    expect(first.iterations).toBeGreaterThan(100);
  });

  it("says when it stopped early and when values are not finite", async () => {
    expect(await solve({ maxIterations: 7 })).toMatchObject({ status: "max-iterations", iterations: 7 });
    const far = pointCloud(points([[0]]), points([[10]]));
    const one = tf.tensor1d([1]);
    expect(await sinkhorn(one, one, far, { epsilon: 0.1, domain: "scaling" })).toMatchObject({ status: "non-finite" });
    expect(await sinkhorn(one, one, far, { epsilon: 0.1 })).toMatchObject({ status: "converged", domain: "log" });
  });

  it.each([1e-30, 1e-9, 1e9, 1e30])("a total mass of %d needs as many iterations as a total of one", async (mass) => {
    const one = await solve({});
    const scaled = (masses: Float64Array) => tensor(masses.map((value) => value * mass));
    const [p, q] = [scaled(a), scaled(b)];
    const other = await sinkhorn(p, q, geometry, { epsilon, checkEvery: 5 });
    expect(one.iterations).toBeGreaterThan(100);
    expect(other).toMatchObject({ status: "converged", iterations: one.iterations });
    expect(other.errors).toBeAllclose(one.errors, { absolute: 1e-5 });
    expect(centred(await other.g.data())).toBeAllclose(centred(await one.g.data()), { absolute: 5e-5 });
    // at exit the second marginal is the caller's
    const [f, g] = [await other.f.data(), await other.g.data()];
    const [, second] = entropicValues(await p.data(), await q.data(), geometry, { f, g, epsilon }).marginals;
    const relative = second.map((value) => value / mass);
    expect(relative).toBeAllclose(b, { absolute: 1e-3 });
    expect([relative.reduce((sum, value) => sum + value, 0)]).toBeAllclose([1], { absolute: 1e-3 });
  });

  it("pairs of different totals in one batch have each their own", async () => {
    const totals = [1, 4, 0.001];
    const stacked = (masses: Float64Array) =>
      tensor(
        totals.flatMap((total) => Array.from(masses, (mass) => total * mass)),
        [3, 64],
      );
    const { f, g, status } = await sinkhorn(stacked(a), stacked(b), geometry, { epsilon, tolerance: 1e-4 });
    expect(status).toBe("converged");
    const [rows, columns] = [await f.data(), await g.data()];
    totals.forEach((total, pair) => {
      const part = (values: ArrayLike<number>) => Array.prototype.slice.call(values, 64 * pair, 64 * (pair + 1));
      const potentials = { f: part(rows) as number[], g: part(columns) as number[], epsilon };
      const scaled = (masses: Float64Array) => masses.map((mass) => mass * total);
      const { marginals } = entropicValues(scaled(a), scaled(b), geometry, potentials);
      const { second } = marginalViolation(scaled(a), scaled(b), marginals);
      expect(second / total).toBeLessThan(1e-3);
    });
  });

  it("integers as masses are those numbers", async () => {
    const counts = tf.tensor1d(
      Array.from({ length: 64 }, (_, index) => index % 5),
      "int32",
    );
    const result = await sinkhorn(counts, tf.reverse(counts), geometry, { epsilon: 0.05 });
    const same = tf.cast(counts, "float32");
    const expected = await sinkhorn(same, tf.reverse(same), geometry, { epsilon: 0.05 });
    expect(result.status).toBe("converged");
    expect(await result.f.data()).toEqual(await expected.f.data());
  });

  it.each([
    [{ epsilon: -1 }, a, /epsilon/],
    [{ checkEvery: 0 }, a, /checkEvery/],
    [{ checkEvery: 2 ** 31 }, a, /checkEvery/],
    [{ maxIterations: 2 ** 31 }, a, /maxIterations/],
    [{ maxIterations: NaN }, a, /maxIterations/],
    [{ tolerance: NaN }, a, /tolerance/],
    [{ epsilon: NaN }, a, /epsilon/],
    [{ epsilon: 1e40 }, a, /epsilon: .* leave the range of float32/],
    [{ epsilon: 1e-40 }, a, /epsilon: .* leave the range of float32/],
    [{ epsilonScaling: { from: 1e40 } }, a, /leave the range of float32/],
    [{ initializer: "toString" }, a, /initialiser toString: unknown/],
    [{}, a.map((mass) => 2 * mass), /normalise both/],
    [{}, a.map((mass) => -mass), />= 0/],
    [{}, a.slice(1), /a \[\.\.\., 64\]/],
  ])("rejects %j", async (options, masses, message) => {
    const run = sinkhorn(tensor(masses), tensor(b), geometry, { epsilon, ...options });
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(message);
  });

  it("synchronous forms reject shapes and counts that do not fit", () => {
    const kernel = geometry.kernel(epsilon);
    expect(() => sinkhornUnrolled(tensor(a), tf.zeros([2, 64]), kernel)).toThrow(InputError);
    expect(() =>
      sinkhornUnrolled(tensor(a), tensor(b), kernel, { initializer: previousSolution(tf.zeros([3])) }),
    ).toThrow(/like b/);
    const host = gaussianTimesNu as unknown as typeof ones;
    expect(() => sinkhornUnrolled(tensor(a), tensor(b), kernel, { initializer: host })).toThrow(/works on tensors/);
    for (const iterations of [0, NaN, 2 ** 31]) {
      expect(() => entropicCost(tensor(a), tensor(b), kernel, { iterations })).toThrow(/iterations/);
    }
    expect(() => entropicCost(tensor(a), tensor(b), kernel, { domain: "toString" as "log" })).toThrow(/domain/);
    kernel.dispose();
  });
});
