import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { OptionError } from "../../../../src/errors.ts";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import type { Geometry } from "../../../../src/geometry/geometry.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { gaussian } from "../../../../src/transport/initializers/gaussian.ts";
import type { HostInitializer, HostProblem } from "../../../../src/transport/initializers/initializer.ts";
import { previousSolution } from "../../../../src/transport/initializers/previous.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";
import { sinkhorn } from "../../../../src/transport/sinkhorn/sinkhorn.ts";
import { solve } from "../../../../src/transport/solve/solve.ts";
import { backends } from "../../../support/backends.ts";
import { points, randomHistogram } from "../../../support/problems.ts";
import { rounded, rowsTensor } from "../../../support/sinkhorn.ts";

const grid = unitGrid([6, 5]);
const { x } = grid.coordinates;
const GEOMETRIES: readonly (readonly [string, Geometry, string])[] = [
  ["a grid", grid, "gaussian"],
  ["a cloud", pointCloud(x, x, { lazy: true }), "gaussian"],
  ["a dense cost of points", pointCloud(x, x), "gaussian"],
  ["a dense cost", denseGeometry(grid.costMatrix()), "ones"],
  ["Manhattan distances", pointCloud(x, x, { cost: "manhattan" }), "ones"],
];
const epsilon = 0.05;
const pairs = [1, 2, 3].map((seed) => ({
  a: rounded(randomHistogram(30, seed, 0.2)),
  b: rounded(randomHistogram(30, seed + 10, 0.2)),
}));

/** The solution for the pairs that `isGood` names, a potential that leads far away for the others. */
function guess(isGood: (pair: number) => boolean): HostInitializer {
  return {
    name: "guess",
    guarded: true,
    hostPotential(problem: HostProblem) {
      const pair = pairs.findIndex(({ a }) => a.every((mass, at) => Math.abs(mass - problem.a[at]) < 1e-6));
      if (!isGood(pair)) return problem.b.map((_, at) => 3 * Math.cos((Math.PI * at) / 30));
      return sinkhornHost(problem.a, problem.b, problem.geometry, { epsilon: problem.epsilon, tolerance: 1e-8 }).g;
    },
  };
}

describe.each(GEOMETRIES)("the guard under %s", (_, geometry, rival) => {
  describe.each(backends)("on %s", (backend) => {
    beforeAll(async () => void (await useBackend(backend)));

    it("keeps the good starts and drops the bad ones, each pair by itself", async () => {
      const [a, b] = [rowsTensor(pairs.map((pair) => pair.a)), rowsTensor(pairs.map((pair) => pair.b))];
      const initializer = guess((pair) => pair !== 1);
      const options = { epsilon, tolerance: 1e-4, checkEvery: 1 };
      const guarded = await sinkhorn(a, b, geometry, { ...options, initializer });
      expect(guarded.starts).toEqual({ guess: 2, [rival]: 1 });
      expect(guarded.status).toBe("converged");
      const unguarded = await sinkhorn(a, b, geometry, { ...options, initializer, guard: false });
      expect(unguarded.starts).toEqual({ guess: 3 });
      if (rival === "gaussian") expect(guarded.iterations).toBeLessThan(unguarded.iterations);
      const hosts = pairs.map((pair) => sinkhornHost(pair.a, pair.b, geometry, { ...options, initializer }));
      expect(hosts.map(({ start }) => start)).toEqual(["guess", rival, "guess"]);
      expect(Math.abs(guarded.iterations - Math.max(...hosts.map(({ iterations }) => iterations)))).toBeLessThanOrEqual(
        1,
      );
      tf.dispose([a, b, guarded.f, guarded.g, unguarded.f, unguarded.g]);
    });

    it("stands a start that is not finite, and leaves no tensors behind", async () => {
      const [a, b] = [rowsTensor(pairs.map((pair) => pair.a)), rowsTensor(pairs.map((pair) => pair.b))];
      const initializer = {
        name: "broken",
        guarded: true,
        tensorPotential: ({ b: masses }: { b: tf.Tensor }) => tf.fill(masses.shape, NaN),
      };
      const before = tf.memory().numTensors;
      const { f, g, ...report } = await sinkhorn(a, b, geometry, { epsilon, initializer, tolerance: 1e-3 });
      expect(report.status).toBe("converged"); // some kernels take a NaN for a finite number, from which they converge, too
      tf.dispose([f, g]);
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([a, b]);
    });
  });

  it("on the host goes on from what it compared: as many iterations as from the winner alone", () => {
    const [{ a, b }] = pairs;
    const options = { epsilon, tolerance: 1e-6 };
    const seen: number[] = [];
    const kept = sinkhornHost(a, b, geometry, {
      ...options,
      initializer: guess(() => true),
      onIteration: ({ iteration }) => seen.push(iteration),
    });
    const alone = sinkhornHost(a, b, geometry, { ...options, initializer: guess(() => true), guard: false });
    expect(kept.iterations).toBe(alone.iterations);
    expect(seen).toEqual(kept.errors.map((_, index) => index + 1));
    expect(kept.f).toBeAllclose(alone.f, { absolute: 1e-9 });
    const dropped = sinkhornHost(a, b, geometry, { ...options, initializer: guess(() => false) });
    const closed = rival === "gaussian" ? { initializer: gaussian } : {};
    const plain = sinkhornHost(a, b, geometry, { ...options, ...closed });
    expect(dropped).toMatchObject({ start: rival, iterations: plain.iterations });
    expect(dropped.g).toBeAllclose(plain.g, { absolute: 1e-9 });
  });
});

describe("who is guarded", () => {
  const [{ a, b }] = pairs;
  const bad = previousSolution(b.map((_, at) => 3 * Math.cos((Math.PI * at) / 30)));

  it("closed forms and earlier solutions are taken as they are, unless the option says otherwise", () => {
    expect(sinkhornHost(a, b, grid, { epsilon, initializer: bad }).start).toBe("previous");
    expect(sinkhornHost(a, b, grid, { epsilon, initializer: bad, guard: true }).start).toBe("gaussian");
    expect(sinkhornHost(a, b, grid, { epsilon, initializer: gaussian }).start).toBe("gaussian");
    expect(sinkhornHost(a, b, grid, { epsilon }).start).toBe("ones");
  });

  it("with scaled epsilons the first stage is", () => {
    const options = { epsilon, initializer: guess(() => false), epsilonScaling: { from: 4 * epsilon } };
    expect(sinkhornHost(a, b, grid, options).start).toBe("gaussian");
    expect(sinkhornHost(a, b, grid, { ...options, guard: false }).start).toBe("guess");
  });

  it("solve passes the option on", async () => {
    const solved = await solve(a, b, grid, { epsilon, initializer: guess(() => false) });
    expect(solved.start).toBe("gaussian");
    expect((await solve(a, b, grid, { epsilon, initializer: guess(() => false), guard: false })).start).toBe("guess");
    expect((await solve(a, b, grid)).start).toBeUndefined();
  });

  it("unbalanced problems are not: their dual values hold the constant of the start", () => {
    const options = { epsilon, rho: 1, initializer: guess(() => false) };
    expect(sinkhornHost(a, b, grid, options).start).toBe("guess");
    expect(() => sinkhornHost(a, b, grid, { ...options, guard: true })).toThrow(OptionError);
    expect(() => sinkhornHost(a, b, grid, { epsilon, guard: "yes" as never })).toThrow(/true or false, got yes/);
  });

  it("in many dimensions the rival is ones", () => {
    const cloud = points(Array.from({ length: 30 }, (_, at) => Array.from(randomHistogram(20, at))));
    expect(sinkhornHost(a, b, pointCloud(cloud, cloud), { epsilon, initializer: bad, guard: true }).start).toBe("ones");
  });
});
