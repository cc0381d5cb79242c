import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../../../src/errors.ts";
import { grid } from "../../../../../src/geometry/grid.ts";
import { useBackend } from "../../../../../src/tensor/backend.ts";
import { hostDebiasedBarycenter } from "../../../../../src/transport/barycenter/debiased/host.ts";
import { debiasedBarycenter } from "../../../../../src/transport/barycenter/debiased/barycenter.ts";
import { debiasedBarycenterComposed } from "../../../../../src/transport/barycenter/debiased/tensor.ts";
import { hostBarycenter } from "../../../../../src/transport/barycenter/host/barycenter.ts";
import { relativeNorm } from "../../../../support/allclose.ts";
import { backends } from "../../../../support/backends.ts";
import { barycenterCases, geometries, randomProblem } from "../../../../support/barycenter.ts";
import { dot, points, randomNormal } from "../../../../support/problems.ts";
import { reference, type DebiasedReference } from "../../../../support/reference.ts";

const cases = reference<DebiasedReference>("debiased_barycenter").cases.map((expected) => {
  const { size, atoms, weights } = barycenterCases.find(({ name }) => name === expected.name)!;
  return { ...expected, geometry: grid({ size }), atoms, weights };
});
const image = cases.find(({ name }) => name === "grid-8x8")!;

describe("on the host", () => {
  it.each(cases)("$name after a fixed number of iterations", ({ geometry, atoms, weights, epsilon, fixed }) => {
    const { barycenters, iterations, status } = hostDebiasedBarycenter(
      { geometry, atoms: points(atoms), weights: points([weights]) },
      { epsilon, maxIterations: fixed.iterations, tolerance: 0 },
    );
    expect(relativeNorm(barycenters.data, fixed.p)).toBeLessThan(1e-9);
    expect({ iterations, status }).toEqual({ iterations: [fixed.iterations], status: ["max-iterations"] });
  });

  it("converges to what POT finds", () => {
    const { geometry, atoms, weights, epsilon, converged } = image;
    const { barycenters, errors, status } = hostDebiasedBarycenter(
      { geometry, atoms: points(atoms), weights: points([weights]) },
      { epsilon, tolerance: 1e-9, maxIterations: 10_000 },
    );
    expect(status).toEqual(["converged"]);
    expect(errors[0]).toBeLessThan(1e-9);
    expect(relativeNorm(barycenters.data, converged!)).toBeLessThan(1e-6); // slow convergence: the last changes are small
  });

  it("gives an atom of weight 1 back, where the plain barycenter blurs it", () => {
    const bump = Array.from({ length: 20 }, (_, i) => Math.exp(-((i - 9) ** 2) / 8));
    const other = [...bump].reverse();
    const mass = bump.reduce((sum, value) => sum + value, 0);
    const problem = {
      geometry: grid({ size: [20] }),
      atoms: points([bump, other].map((row) => row.map((value) => value / mass))),
      weights: points([[1, 0]]),
    };
    const { barycenters } = hostDebiasedBarycenter(problem, { epsilon: 2, maxIterations: 5000 });
    const expected = problem.atoms.data.subarray(0, 20);
    expect(relativeNorm(barycenters.data, expected)).toBeLessThan(0.01);
    expect(relativeNorm(hostBarycenter(problem, { epsilon: 2, iterations: 100 }).barycenters.data, expected)).toBeGreaterThan(0.05); // prettier-ignore
  });

  it("stays finite where scalings would not: distant spikes at small epsilon", () => {
    const spikes = points([5, 34].map((at) => Array.from({ length: 40 }, (_, i) => (i === at ? 1 : 0))));
    const problem = { geometry: grid({ size: [40] }), atoms: spikes, weights: points([[0.5, 0.5]]) };
    const { barycenters } = hostDebiasedBarycenter(problem, { epsilon: 0.3, maxIterations: 50 });
    expect(barycenters.data.every(Number.isFinite)).toBe(true);
    expect(barycenters.data[19] + barycenters.data[20]).toBeGreaterThan(0.5);
  });

  it("needs a symmetric cost", () => {
    const [, geometry] = geometries.find(([name]) => name === "dense")!;
    expect(() => hostDebiasedBarycenter(randomProblem(geometry, 2, 1), { epsilon: 1 })).toThrow(InputError);
  });
});

describe.each(backends)("on %s", (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(["scaling", "log"] as const)("a fixed number of iterations, domain %s", async (domain) => {
    const { geometry, atoms, weights, epsilon, fixed } = image;
    const kernel = geometry.kernel(epsilon);
    const problem = { geometry, kernel, atoms: tf.tensor2d(atoms), weights: tf.tensor2d([weights]) };
    const p = debiasedBarycenterComposed(problem, { epsilon, iterations: fixed.iterations, domain });
    expect(relativeNorm(await p.data(), fixed.p)).toBeLessThan(1e-5);
    kernel.dispose();
  });

  it("meets the host's after as many iterations", async () => {
    const { geometry, atoms, weights, epsilon } = image;
    const kernel = geometry.kernel(epsilon);
    const problem = { geometry, kernel, atoms: tf.tensor2d(atoms), weights: tf.tensor2d([weights, weights]) };
    const { barycenters, iterations, error } = await debiasedBarycenter(problem, {
      epsilon,
      maxIterations: 12,
      tolerance: 0,
    });
    const given = { geometry, atoms: points(atoms), weights: points([weights, weights]) };
    const expected = hostDebiasedBarycenter(given, { epsilon, maxIterations: 12, tolerance: 0 });
    expect(iterations).toBe(12);
    expect(relativeNorm(await barycenters.data(), expected.barycenters.data)).toBeLessThan(1e-5);
    expect([error]).toBeAllclose([Math.max(...expected.errors)], { relative: 1e-3, absolute: 1e-6 });
    tf.dispose([barycenters, problem.atoms, problem.weights]);
    kernel.dispose();
  });

  it("converges, and leaves no tensor behind", async () => {
    const { geometry, atoms, weights, epsilon, converged } = image;
    const before = tf.memory().numTensors;
    const kernel = geometry.kernel(epsilon);
    const problem = { geometry, kernel, atoms: tf.tensor2d(atoms), weights: tf.tensor2d([weights]) };
    const options = { epsilon, tolerance: 3e-2, maxIterations: 200, domain: "scaling" as const };
    const { barycenters, status, error } = await debiasedBarycenter(problem, options);
    expect(status).toBe("converged");
    expect(error).toBeLessThan(3e-2);
    expect(relativeNorm(await barycenters.data(), converged!)).toBeLessThan(0.2); // the tolerance, not the precision
    tf.dispose([barycenters, problem.atoms, problem.weights]);
    kernel.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

it("has a gradient on the tape that agrees with central differences", async () => {
  await useBackend("cpu");
  const { geometry, atoms, weights } = randomProblem(grid({ size: [8] }), 2, 3, 0);
  const options = { epsilon: 2, iterations: 6 };
  const upstream = randomNormal(24, 4);
  const direction = randomNormal(16, 5).map((value, i) => value * atoms.data[i]);
  const step = 1e-5;
  const loss = (sign: number): number => {
    const data = direction.map((value, i) => atoms.data[i] + sign * step * value);
    const moved = { geometry, weights, atoms: { shape: atoms.shape, data } };
    const fixed = { epsilon: options.epsilon, maxIterations: options.iterations, tolerance: 0 };
    return dot(hostDebiasedBarycenter(moved, fixed).barycenters.data, upstream);
  };
  const kernel = geometry.kernel(options.epsilon);
  const gradient = tf.grad((now: tf.Tensor) => {
    const problem = { geometry, kernel, atoms: now as tf.Tensor2D, weights: tf.tensor2d([...weights.data], [3, 2]) };
    return tf.sum(tf.mul(debiasedBarycenterComposed(problem, options), tf.tensor2d([...upstream], [3, 8])));
  })(tf.tensor2d([...atoms.data], [2, 8]));
  const expected = (loss(1) - loss(-1)) / (2 * step);
  expect(dot(gradient.dataSync(), direction)).toBeCloseTo(expected, 4);
  kernel.dispose();
});
