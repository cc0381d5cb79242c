import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { isOnHost } from "../../../../src/tensor/placement.ts";
import { barycenter } from "../../../../src/transport/barycenter/barycenter.ts";
import { hostBarycenter } from "../../../../src/transport/barycenter/host/barycenter.ts";
import { solveBarycenter } from "../../../../src/transport/barycenter/solve.ts";
import { backends } from "../../../support/backends.ts";
import { randomProblem } from "../../../support/barycenter.ts";

const square = grid({ size: [4, 3] });
const rectangle = denseGeometry(
  Float64Array.from({ length: 35 }, (_, k) => (Math.floor(k / 5) / 6 - (k % 5) / 4) ** 2),
  [7, 5],
);

describe.each(backends)("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  const cases = [
    ["a grid", square, 2],
    ["other points than the atoms'", rectangle, 0.1],
  ] as const;
  it.each(backend === "webgpu" ? cases.slice(1) : cases)("%s: until the tolerance", async (_, geometry, epsilon) => {
    const problem = randomProblem(geometry, 3, 4, 0);
    const given = {
      geometry,
      atoms: tf.tensor2d(Float32Array.from(problem.atoms.data), problem.atoms.shape as [number, number]),
      weights: tf.tensor2d(Float32Array.from(problem.weights.data), problem.weights.shape as [number, number]),
    };
    const options = { epsilon, iterations: 60, tolerance: 1e-4 };
    const before = tf.memory().numTensors;
    const solved = await solveBarycenter(given, options);
    const exact = hostBarycenter(problem, { epsilon, iterations: 500, tolerance: 1e-10 });
    expect(solved.status).toEqual(["converged", "converged", "converged"]);
    expect(Math.max(...solved.errors)).toBeLessThanOrEqual(1e-4);
    expect(Math.max(...solved.iterations)).toBeLessThan(60);
    if (!isOnHost()) expect(new Set(solved.iterations).size).toBe(1);
    expect(solved.barycenters.shape).toEqual(exact.barycenters.shape);
    expect(await solved.barycenters.data()).toBeAllclose(exact.barycenters.data, { relative: 1e-2, absolute: 1e-4 });

    const few = await solveBarycenter({ ...given, start: solved.logScalings }, { epsilon, iterations: 2 });
    expect(few.status).toEqual(["max-iterations", "max-iterations", "max-iterations"]);
    expect(Math.max(...few.errors)).toBeLessThanOrEqual(2e-4);
    tf.dispose([solved.barycenters, solved.logScalings, few.barycenters, few.logScalings]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([given.atoms, given.weights]);
  });

  it("debiased: 8 + 4 iterations are the host's 12, and leave nothing behind", async () => {
    const problem = randomProblem(square, 3, 4, 0);
    const given = {
      geometry: square,
      atoms: tf.tensor2d(Float32Array.from(problem.atoms.data), [3, 12]),
      weights: tf.tensor2d(Float32Array.from(problem.weights.data), [3, 3]),
    };
    const options = { epsilon: 2, debiased: true };
    const exact = hostBarycenter(problem, { ...options, iterations: 12 });
    const before = tf.memory().numTensors;
    const first = await solveBarycenter(given, { ...options, iterations: 8 });
    expect(first.logScalings.shape).toEqual([3, 1, 4, 12]);
    const rest = await solveBarycenter({ ...given, start: first.logScalings }, { ...options, iterations: 4 });
    expect(await rest.barycenters.data()).toBeAllclose(exact.barycenters.data, { relative: 1e-4, absolute: 1e-6 });
    expect(await rest.logScalings.data()).toBeAllclose(exact.logScalings.data, { relative: 1e-4, absolute: 1e-4 });
    expect(rest.errors).toBeAllclose(exact.errors, { relative: 1e-3, absolute: 1e-5 });
    tf.dispose([first.barycenters, first.logScalings, rest.barycenters, rest.logScalings]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([given.atoms, given.weights]);
  });

  it("is refused by the operation that the tape records", () => {
    const [atoms, weights] = [tf.fill([2, 12], 1 / 12), tf.fill([1, 2], 0.5)] as [tf.Tensor2D, tf.Tensor2D];
    expect(() =>
      barycenter({ geometry: square, atoms, weights }, { epsilon: 2, iterations: 5, tolerance: 1e-3 }),
    ).toThrow(/^tolerance: gradients/);
    tf.dispose([atoms, weights]);
  });
});
