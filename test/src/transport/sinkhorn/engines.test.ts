import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { Geometry, TensorKernel } from "../../../../src/geometry/geometry.ts";
import { grid, unitGrid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { nativeStatus } from "../../../../src/native/loader.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { isOnHost } from "../../../../src/tensor/placement.ts";
import { chooseDifferentiable, chooseSinkhorn } from "../../../../src/transport/sinkhorn/choose.ts";
import type { SinkhornEngine } from "../../../../src/transport/sinkhorn/engine.ts";
import { hostEngine } from "../../../../src/transport/sinkhorn/engine-host.ts";
import { nativeEngine } from "../../../../src/transport/sinkhorn/engine-native.ts";
import { tensorEngine } from "../../../../src/transport/sinkhorn/engine-tensor.ts";
import { webgpuEngine } from "../../../../src/transport/sinkhorn/engine-webgpu.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";
import { klPotentials } from "../../../../src/transport/sinkhorn/objective.ts";
import { backends } from "../../../support/backends.ts";
import { points, randomHistogram, randomNormal } from "../../../support/problems.ts";
import { expectHostPotentials, rounded, rowsTensor, withoutNative } from "../../../support/sinkhorn.ts";

const { addon } = nativeStatus();
const cloud = (count: number, seed: number) =>
  points(Array.from({ length: count }, (_, i) => Array.from(randomNormal(2, seed + i))));
const GEOMETRIES: Readonly<Record<string, Geometry>> = {
  "a grid": unitGrid([4, 3]),
  "a dense cost": pointCloud(cloud(12, 1), cloud(10, 50)),
  "a cloud": pointCloud(cloud(12, 1), cloud(10, 50), { lazy: true }),
};
const rows = (count: number, seeds: readonly number[]) =>
  seeds.map((seed) => rounded(randomHistogram(count, seed, 0.3)));

const cases = backends.flatMap((backend) => [
  { backend, engine: "composed", make: tensorEngine },
  ...(isOnHost(backend) ? [{ backend, engine: "host", make: hostEngine }] : []),
  ...(isOnHost(backend) && addon ? [{ backend, engine: "native", make: nativeEngine }] : []),
  ...(backend === "webgpu" ? [{ backend, engine: "webgpu", make: webgpuEngine }] : []),
]);

describe.each(cases)("$engine engine on $backend", ({ backend, engine, make }) => {
  beforeAll(async () => void (await useBackend(backend)));
  const engineOf = (kernel: TensorKernel) => make(kernel) as SinkhornEngine;

  for (const [name, geometry] of Object.entries(GEOMETRIES)) {
    if (geometry.kind === "cloud" && !["host", "webgpu"].includes(engine)) continue; // the addon's takes none; composed, they are a dense cost's
    const [n, m] = geometry.shape;
    const [a, b] = [rows(n, [1, 2, 3]), rows(m, [4, 5, 6])];
    const epsilon = geometry.maxCost / 4;
    const batchOf = () => ({ a: rowsTensor(a), b: rowsTensor(b) });

    it.each(["auto", "log"] as const)(`iterations under ${name} are those of float64 (%s)`, async (domain) => {
      const g0 = a.map((_, pair) => rounded(randomNormal(m, pair).map((value) => value * epsilon)));
      const kernel = geometry.kernel(epsilon);
      const batch = batchOf();
      const start = rowsTensor(g0);
      const { f, g } = engineOf(kernel).iterate(batch, start, { iterations: 3, domain });
      await expectHostPotentials({ f, g }, { geometry, a, b, g0, epsilon, iterations: 3 });
      kernel.dispose();
      tf.dispose([batch, start, f, g]);
    });

    it.each(["auto", "log"] as const)(`KL potentials under ${name} are those of float64 (%s)`, async (domain) => {
      const kernel = geometry.kernel(epsilon);
      const batch = batchOf();
      const { fKL, gKL } = engineOf(kernel).klPotentials(batch, { iterations: 3, domain });
      const [first, second] = [await fKL.data(), await gKL.data()];
      a.forEach((masses, pair) => {
        const hostPotential = ({ b: nu }: { b: Float64Array }) => nu.map((mass) => epsilon * Math.log(mass));
        const initializer = { name: "gKL = 0", hostPotential };
        const options = { epsilon, maxIterations: 3, tolerance: 0, initializer };
        const expected = klPotentials(geometry, sinkhornHost(masses, b[pair], geometry, options));
        const within = { relative: 1e-5, absolute: 1e-5 * epsilon };
        expect(first.slice(pair * n, (pair + 1) * n)).toBeAllclose(expected.fKL, within);
        expect(second.slice(pair * m, (pair + 1) * m)).toBeAllclose(expected.gKL, within);
      });
      kernel.dispose();
      tf.dispose([batch, fKL, gKL]);
    });

    it(`stopping tests under ${name} are those of float64, and stay true`, async () => {
      const kernel = geometry.kernel(epsilon);
      const batch = batchOf();
      const start = tf.zeros([3, m]);
      const run = { iterations: 40, domain: "auto", tolerance: 1e-4, checkEvery: 2, momentum: 1 } as const;
      const { f, g, ...report } = await engineOf(kernel).solve(batch, start, run);
      const hosts = a.map((masses, pair) =>
        sinkhornHost(masses, b[pair], geometry, { epsilon, maxIterations: 40, tolerance: 0 }),
      );
      const tests = report.errors.map((_, test) => Math.max(...hosts.map(({ errors }) => errors[2 * test + 1])));
      expect(report).toMatchObject({ status: "converged", iterations: 2 * report.errors.length });
      expect(report.errors.at(-1)).toBeLessThanOrEqual(1e-4);
      expect(tests.at(-2) ?? Infinity).toBeGreaterThan(1e-4);
      expect([report.errors[0]]).toBeAllclose([tests[0]], { relative: 1e-4, absolute: 1e-6 });
      kernel.dispose();
      tf.dispose([batch, start, f, g]);
    });
  }

  it.each(["auto", "log"] as const)("averaged updates of (a, a) are those of float64 (%s)", async (domain) => {
    const geometry = unitGrid([4, 3]);
    const epsilon = 0.4;
    const masses = rows(12, [1, 2]);
    const kernel = geometry.kernel(epsilon);
    const a = rowsTensor(masses);
    const fKL = engineOf(kernel).selfPotential(a, { iterations: 4, domain });
    const host = geometry.hostKernel(epsilon);
    const expected = masses.map((row) => {
      let f = new Float64Array(12); // in units of epsilon
      for (let iteration = 0; iteration < 4; iteration++) {
        const next = host.logApply(
          f.map((value, i) => value + Math.log(row[i])),
          new Float64Array(12),
        );
        f = f.map((value, i) => (value - next[i]) / 2);
      }
      return f.map((value) => value * epsilon);
    });
    expect(await fKL.data()).toBeAllclose(expected, { relative: 1e-5, absolute: 1e-5 });
    kernel.dispose();
    tf.dispose([a, fKL]);
  });

  it("says non-finite, and never converged, where scalings leave the range that the user insists on", async () => {
    const geometry = grid({ size: [60] });
    const kernel = geometry.kernel(0.5);
    const left = rowsTensor([Float64Array.from({ length: 60 }, (_, index) => (index < 10 ? 0.1 : 0))]);
    const right = tf.reverse(left, 1);
    const start = tf.zeros([1, 60]);
    const run = { iterations: 4, domain: "scaling", tolerance: 1, checkEvery: 2, momentum: 1 } as const;
    const { f, g, status } = await engineOf(kernel).solve({ a: left, b: right }, start, run);
    expect(status).toBe("non-finite");
    kernel.dispose();
    tf.dispose([left, right, start, f, g]);
  });
});

describe.each(backends)("the engine chosen on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it("is the addon in the host's memory, else float64 for logarithms there, on a device its own, else composed", () => {
    const kernel = unitGrid([4, 3]).kernel(0.01);
    const same = chooseSinkhorn(kernel, "auto") === chooseSinkhorn(kernel, "auto");
    expect(same).toBe(true); // composed ones are made anew
    expect(nativeEngine(kernel) === undefined).toBe(!addon);
    const other = withoutNative(unitGrid([4, 3])).kernel(0.01);
    expect(chooseSinkhorn(other, "log") === chooseSinkhorn(other, "log")).toBe(isOnHost());
    expect(chooseSinkhorn(other, "scaling")).not.toBe(chooseSinkhorn(other, "scaling"));
    [kernel, other].forEach((each) => each.dispose());
  });

  it("is the composed one while a tape records", () => {
    const kernel = unitGrid([2, 2]).kernel(1);
    tf.grad((x: tf.Tensor) => {
      expect(chooseDifferentiable(kernel, "log")).not.toBe(chooseDifferentiable(kernel, "log"));
      return tf.sum(x);
    })(tf.scalar(1)).dispose();
    kernel.dispose();
  });
});
