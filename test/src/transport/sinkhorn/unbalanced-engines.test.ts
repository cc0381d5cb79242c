import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { TensorKernel } from "../../../../src/geometry/geometry.ts";
import { grid, unitGrid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { nativeStatus } from "../../../../src/native/loader.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { isOnHost } from "../../../../src/tensor/placement.ts";
import { previousSolution } from "../../../../src/transport/initializers/previous.ts";
import type { SinkhornEngine } from "../../../../src/transport/sinkhorn/engine.ts";
import { hostEngine } from "../../../../src/transport/sinkhorn/engine-host.ts";
import { nativeEngine } from "../../../../src/transport/sinkhorn/engine-native.ts";
import { tensorEngine } from "../../../../src/transport/sinkhorn/engine-tensor.ts";
import { webgpuEngine } from "../../../../src/transport/sinkhorn/engine-webgpu.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";
import { klPotentials, transportPlan } from "../../../../src/transport/sinkhorn/objective.ts";
import { sinkhorn } from "../../../../src/transport/sinkhorn/sinkhorn.ts";
import { sinkhornSymmetricHost } from "../../../../src/transport/sinkhorn/symmetric.ts";
import { backends } from "../../../support/backends.ts";
import { points, randomMasses, randomNormal } from "../../../support/problems.ts";
import { rounded, rowsTensor } from "../../../support/sinkhorn.ts";
import { unbalancedProblems } from "../../../support/unbalanced.ts";

const { addon } = nativeStatus();
const cases = backends.flatMap((backend) => [
  { backend, engine: "composed", make: tensorEngine },
  ...(isOnHost(backend) ? [{ backend, engine: "host", make: hostEngine }] : []),
  ...(isOnHost(backend) && addon ? [{ backend, engine: "native", make: nativeEngine }] : []),
  ...(backend === "webgpu" ? [{ backend, engine: "webgpu", make: webgpuEngine }] : []),
]);

const cloud = (count: number, seed: number) =>
  points(Array.from({ length: count }, (_, i) => Array.from(randomNormal(2, seed + i))));
const GEOMETRIES = {
  "a grid": unitGrid([5, 4]),
  "a line": grid({ size: [30], spacing: 0.1 }),
  "a dense cost": pointCloud(cloud(12, 1), cloud(19, 50)),
  "a cloud": pointCloud(cloud(12, 1), cloud(19, 50), { lazy: true }),
};
/** With zeros, of unequal totals. */
const rows = (count: number, seeds: readonly number[]) => seeds.map((seed) => rounded(randomMasses(count, seed, 0.3)));
const PENALTIES = [
  { a: 0.02, b: 0.02 },
  { a: 1, b: 3 },
  { a: 100, b: 100 },
  { a: Infinity, b: 0.5 },
  { a: 0.3, b: Infinity },
] as const;

/** What float32 leaves of a potential: digits of it, and of the totals times the penalty. */
function tolerance(potential: Float64Array, rho: { readonly a: number; readonly b: number }) {
  const scale = potential.reduce((most, value) => (value > -Infinity ? Math.max(most, Math.abs(value)) : most), 0);
  return { relative: 1e-6, absolute: 4e-6 * scale + 4e-6 + 1e-6 / (1 / rho.a + 1 / rho.b) };
}
const stored = (potential: Float64Array) => potential.map((value) => Math.max(value, -1e30));

describe.each(cases)("$engine engine on $backend", ({ backend, engine, make }) => {
  beforeAll(async () => void (await useBackend(backend)));
  const engineOf = (kernel: TensorKernel) => make(kernel) as SinkhornEngine;
  const isSlow = engine === "composed" && (backend === "webgpu" || backend === "cpu");

  for (const [name, geometry] of Object.entries(GEOMETRIES)) {
    if (geometry.kind === "cloud" && !["host", "webgpu"].includes(engine)) continue; // the addon's takes none; composed, they are a dense cost's
    const [n, m] = geometry.shape;
    const [a, b] = [rows(n, [1, 2, 3]), rows(m, [4, 5, 6])];
    const batchOf = () => ({ a: rowsTensor(a), b: rowsTensor(b) });
    const isOneDomain = engine === "webgpu" && geometry.kind !== "grid"; // which knows no scalings there
    const isRepeated = engine === "webgpu" && geometry.kind === "cloud"; // the same kernels as of a dense cost, but for the costs
    for (const rho of isSlow || isRepeated ? PENALTIES.slice(3, 4) : PENALTIES) {
      for (const domain of isOneDomain ? (["log"] as const) : (["auto", "log"] as const)) {
        for (const share of isSlow ? [4] : [4, 300]) {
          const epsilon = geometry.maxCost / share;
          it(`iterations under ${name} are the host's (rho ${rho.a}, ${rho.b}, ${domain}, C / epsilon ${share})`, async () => {
            const g0 = a.map((_, pair) => rounded(randomNormal(m, pair).map((value) => value * epsilon)));
            const kernel = geometry.kernel(epsilon);
            const [batch, start] = [batchOf(), rowsTensor(g0)];
            const { f, g } = engineOf(kernel).iterate(batch, start, { iterations: 3, domain, rho });
            const [allF, allG] = [await f.data(), await g.data()];
            a.forEach((masses, pair) => {
              const options = { epsilon, rho, maxIterations: 3, tolerance: 0, initializer: previousSolution(g0[pair]) };
              const host = sinkhornHost(masses, b[pair], geometry, options);
              expect(allF.slice(pair * n, (pair + 1) * n)).toBeAllclose(stored(host.f), tolerance(host.f, rho));
              expect(allG.slice(pair * m, (pair + 1) * m)).toBeAllclose(stored(host.g), tolerance(host.g, rho));
            });
            kernel.dispose();
            tf.dispose([batch, start, f, g]);
          });

          it(`KL potentials under ${name} are the host's (rho ${rho.a}, ${rho.b}, ${domain}, C / epsilon ${share})`, async () => {
            const kernel = geometry.kernel(epsilon);
            const batch = batchOf();
            const { fKL, gKL } = engineOf(kernel).klPotentials(batch, { iterations: 4, domain, rho });
            const [allF, allG] = [await fKL.data(), await gKL.data()];
            a.forEach((masses, pair) => {
              const initializer = previousSolution(b[pair].map((mass) => (mass > 0 ? epsilon * Math.log(mass) : 0)));
              const host = sinkhornHost(masses, b[pair], geometry, {
                epsilon,
                rho,
                maxIterations: 4,
                tolerance: 0,
                initializer,
              });
              const expected = klPotentials(geometry, host);
              expect(allF.slice(pair * n, (pair + 1) * n)).toBeAllclose(expected.fKL, tolerance(expected.fKL, rho));
              // gKL is the last half step's, with the constant moved since; the host's is taken from f, which has moved too
              const present = (values: ArrayLike<number>) =>
                Array.from(values).map((value, j) => (b[pair][j] > 0 ? value : 0));
              const gHost = host.g.map((value, j) => value - epsilon * Math.log(b[pair][j]));
              expect(present(allG.slice(pair * m, (pair + 1) * m))).toBeAllclose(
                present(gHost),
                tolerance(Float64Array.from(present(gHost)), rho),
              );
            });
            kernel.dispose();
            tf.dispose([batch, fKL, gKL]);
          });
        }
      }

      it(`stopping tests under ${name} are the host's, at rho ${rho.a}, ${rho.b}`, async () => {
        const epsilon = geometry.maxCost / 8;
        const kernel = geometry.kernel(epsilon);
        const batch = batchOf();
        const start = tf.zeros([3, m]);
        for (const momentum of [1, 1.2]) {
          const run = { iterations: 200, domain: "auto", tolerance: 1e-4, checkEvery: 2, momentum, rho } as const;
          const { f, g, ...report } = await engineOf(kernel).solve(batch, start, run);
          expect(report.status).toBe("converged");
          if (momentum === 1) {
            const hosts = a.map((masses, pair) =>
              sinkhornHost(masses, b[pair], geometry, { epsilon, rho, maxIterations: 200, tolerance: 0 }),
            );
            const tests = report.errors.map((_, test) => Math.max(...hosts.map(({ errors }) => errors[2 * test + 1])));
            expect([report.errors[0]]).toBeAllclose([tests[0]], { relative: 1e-3, absolute: 3e-6 });
            expect(report.errors.at(-1)).toBeLessThanOrEqual(1e-4);
            if (tests.length > 1 && tests.at(-2)! < 1) expect(tests.at(-2)).toBeGreaterThan(0.9e-4);
          }
          tf.dispose([f, g]);
        }
        kernel.dispose();
        tf.dispose([batch, start]);
      });
    }
  }

  it.each(isSlow ? [1] : [0.05, 1, 40])("averaged updates of (a, a) are the host's at rho %d", async (rho) => {
    const geometry = unitGrid([4, 3]);
    for (const epsilon of [0.4, 0.005]) {
      const masses = rows(12, [1, 2]);
      const kernel = geometry.kernel(epsilon);
      const a = rowsTensor(masses);
      const fKL = engineOf(kernel).selfPotential(a, { iterations: 40, domain: "auto", rho: { a: rho, b: rho } });
      const all = await fKL.data();
      masses.forEach((row, pair) => {
        const options = { epsilon, rho, tolerance: 0, maxIterations: 60 };
        const expected = klPotentials(geometry, sinkhornSymmetricHost(row, geometry, options)).fKL;
        expect(all.slice(12 * pair, 12 * pair + 12)).toBeAllclose(expected, { relative: 1e-5, absolute: 1e-5 });
      });
      kernel.dispose();
      tf.dispose([a, fKL]);
    }
  });

  it.skipIf(engine === "webgpu")("pairs side by side are each alone", async () => {
    const geometry = pointCloud(cloud(23, 1), cloud(17, 60));
    const count = engine === "native" ? 37 : 3;
    const seeds = Array.from({ length: count }, (_, k) => k + 1);
    const [a, b] = [
      rows(23, seeds),
      rows(
        17,
        seeds.map((seed) => seed + 100),
      ),
    ];
    const rho = { a: 0.4, b: 2 };
    const kernel = geometry.kernel(geometry.maxCost / 20);
    const [first, second] = [rowsTensor(a), rowsTensor(b)];
    const run = { iterations: 60, domain: "auto", tolerance: 1e-5, checkEvery: 5, momentum: 1, rho } as const;
    const together = await engineOf(kernel).solve({ a: first, b: second }, tf.zerosLike(second), run);
    const f = await together.f.data();
    for (const pair of [0, 1, count - 1]) {
      const [one, other] = [rowsTensor([a[pair]]), rowsTensor([b[pair]])];
      const alone = await engineOf(kernel).solve({ a: one, b: other }, tf.zerosLike(other), run);
      const within = engine === "native" ? { absolute: 0, relative: 0 } : { absolute: 2e-4, relative: 1e-4 };
      expect(f.slice(23 * pair, 23 * pair + 23)).toBeAllclose(await alone.f.data(), within);
    }
    kernel.dispose();
  });
});

describe.each(backends)("sinkhorn on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(backend === "webgpu" ? unbalancedProblems.slice(5, 6) : unbalancedProblems)(
    "$name: has POT's and OTT's plan",
    async ({ geometry, a, b, epsilon, rho, plan, mass }) => {
      for (const domain of ["auto", "log"] as const) {
        const [first, second] = [rowsTensor([a]), rowsTensor([b])];
        const options = { epsilon, rho, domain, tolerance: 2e-6, initializer: "ones" };
        const { f, g, status } = await sinkhorn(first, second, geometry, options);
        expect(status).toBe("converged");
        const potentials = { f: Float64Array.from(await f.data()), g: Float64Array.from(await g.data()), epsilon };
        // float32 holds the constant between f and g to so many digits, which P sees over epsilon
        const digits =
          (2e-7 * Math.max(...[...potentials.f, ...potentials.g].filter((x) => x > -1e29).map(Math.abs))) / epsilon;
        const actual = transportPlan(geometry, potentials).data;
        expect(actual).toBeAllclose(plan, { relative: 2e-5 + digits, absolute: 2e-5 * mass });
        tf.dispose([first, second, f, g]);
      }
    },
  );

  it("takes epsilon scaling, float totals of any size, and frees what it makes", async () => {
    const { geometry, a, b, epsilon, rho } = unbalancedProblems[4];
    const before = tf.memory().numTensors;
    const [first, second] = [rowsTensor([a]), rowsTensor([b])];
    const host = sinkhornHost(rounded(a), rounded(b), geometry, { epsilon, rho });
    for (const extra of [{}, { epsilonScaling: {} }, { momentum: 1.3 }, { checkEvery: 1 }]) {
      const { f, g, iterations } = await sinkhorn(first, second, geometry, { epsilon, rho, tolerance: 2e-6, ...extra });
      expect(iterations).toBeLessThan(500);
      expect(await f.data()).toBeAllclose(stored(host.f), { absolute: 2e-5, relative: 2e-5 });
      tf.dispose([f, g]);
    }
    tf.dispose([first, second]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
