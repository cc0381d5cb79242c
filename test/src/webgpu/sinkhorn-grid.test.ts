import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { grid, type GridGeometry } from "../../../src/geometry/grid.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { previousSolution } from "../../../src/transport/initializers/previous.ts";
import type { ToleranceRun } from "../../../src/transport/sinkhorn/engine.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { klPotentials } from "../../../src/transport/sinkhorn/objective.ts";
import { sinkhornSymmetricHost } from "../../../src/transport/sinkhorn/symmetric.ts";
import { gridEngine } from "../../../src/transport/sinkhorn/webgpu/grid.ts";
import { countLaunches, submit } from "../../../src/webgpu/launch.ts";
import { lowerLimits, type KernelLimits } from "../../../src/webgpu/limits.ts";
import { solveLarge } from "../../../src/webgpu/sinkhorn-grid/solve-large.ts";
import { solvePairs } from "../../../src/webgpu/sinkhorn-grid/solve-pairs.ts";
import { backends } from "../../support/backends.ts";
import { randomNormal } from "../../support/problems.ts";
import { expectHostPotentials, histogram, rounded, rowsTensor } from "../../support/sinkhorn.ts";

/** Sizes that are no multiples of a tile, and axes of one point. */
const GRIDS = [
  grid({ size: [37], spacing: 0.03 }),
  grid({ size: [5, 7], spacing: [0.2, 0.1] }),
  grid({ size: [1, 66], spacing: 0.02 }),
  grid({ size: [3, 2, 6], spacing: [0.3, 0.5, 0.1] }),
];
/** What the passes of a large grid need, and a workgroup of a small one has not. */
const LARGE = { maxComputeWorkgroupStorageSize: 1000 };
const kinds = [
  { kind: "a workgroup a pair", limits: {} },
  { kind: "a launch an axis", limits: LARGE },
];
const name = ({ size }: GridGeometry) => `[${size.join(", ")}]`;

function problem(geometry: GridGeometry, pairs: number, epsilon: number) {
  const points = geometry.shape[0];
  const rows = (seed: number, zeros: number) =>
    Array.from({ length: pairs }, (_, pair) => rounded(histogram(points, seed + pair, zeros)));
  const [a, b] = [rows(1, 0.3), rows(100, 0.5)];
  const g0 = a.map((_, pair) => rounded(randomNormal(points, pair).map((value) => value * epsilon)));
  return { a, b, g0 };
}
const tensorsOf = ({ a, b, g0 }: ReturnType<typeof problem>) => ({
  batch: { a: rowsTensor(a), b: rowsTensor(b) },
  start: rowsTensor(g0),
});
const solveRun = (run: Partial<ToleranceRun>): ToleranceRun => ({
  iterations: 300,
  domain: "auto",
  tolerance: 1e-3,
  checkEvery: 5,
  momentum: 1,
  ...run,
});

describe.skipIf(!backends.includes("webgpu"))("sinkhorn on a grid", () => {
  beforeAll(() => useBackend("webgpu"));
  afterEach(() => lowerLimits({}));

  describe.each(kinds)("$kind", ({ limits }) => {
    for (const geometry of GRIDS) {
      // scalings; scalings that leave their range on the way; logarithms; sums of terms one by one
      for (const share of [10, 150, 3000]) {
        const epsilon = geometry.maxCost / share;
        it(`${name(geometry)}: iterations are float64's at C / epsilon ${share}`, async () => {
          lowerLimits(limits);
          const given = problem(geometry, 3, epsilon);
          const { batch, start } = tensorsOf(given);
          const engine = gridEngine(geometry, epsilon);
          for (const domain of ["auto", "log"] as const) {
            const { f, g } = engine.iterate(batch, start, { iterations: 4, domain });
            await expectHostPotentials({ f, g }, { geometry, ...given, epsilon, iterations: 4 });
            tf.dispose([f, g]);
          }
          tf.dispose([batch, start]);
        });
      }

      it(`${name(geometry)}: KL potentials, and those of (a, a), are float64's`, async () => {
        lowerLimits(limits);
        const points = geometry.shape[0];
        for (const share of [10, 200]) {
          const epsilon = geometry.maxCost / share;
          const { a, b } = problem(geometry, 2, epsilon);
          const batch = { a: rowsTensor(a), b: rowsTensor(b) };
          const engine = gridEngine(geometry, epsilon);
          const { fKL, gKL } = engine.klPotentials(batch, { iterations: 5, domain: "auto" });
          const self = engine.selfPotential(batch.a, { iterations: 40, domain: "auto" });
          const [first, second, own] = [await fKL.data(), await gKL.data(), await self.data()];
          const within = { relative: 1e-5, absolute: 1e-5 * Math.max(epsilon, geometry.maxCost / 20) };
          a.forEach((masses, pair) => {
            const initializer = {
              name: "gKL = 0",
              hostPotential: () => b[pair].map((mass) => epsilon * Math.log(mass)),
            };
            const options = { epsilon, maxIterations: 5, tolerance: 0, initializer };
            const expected = klPotentials(geometry, sinkhornHost(masses, b[pair], geometry, options));
            const part = (values: ArrayLike<number>) => Array.from(values).slice(pair * points, (pair + 1) * points);
            expect(part(first)).toBeAllclose(expected.fKL, within);
            expect(part(second)).toBeAllclose(expected.gKL, within);
            const symmetric = sinkhornSymmetricHost(masses, geometry, { epsilon, tolerance: 0, maxIterations: 80 });
            expect(part(own)).toBeAllclose(klPotentials(geometry, symmetric).fKL, {
              relative: 1e-5,
              absolute: 1e-4 * epsilon,
            });
          });
          tf.dispose([batch, fKL, gKL, self]);
        }
      });
    }

    it("each pair stops by itself, after the iterations of float64", async () => {
      lowerLimits(limits);
      const geometry = GRIDS[1];
      for (const { share, momentum, rho } of [
        { share: 15, momentum: 1, rho: undefined },
        { share: 150, momentum: 1, rho: undefined },
        { share: 15, momentum: 1.3, rho: undefined },
        { share: 15, momentum: 1, rho: { a: 0.4, b: 2 } },
      ]) {
        const epsilon = geometry.maxCost / share;
        const given = problem(geometry, 4, epsilon);
        const { batch, start } = tensorsOf(given);
        const run = solveRun({ momentum, ...(rho && { rho }) });
        const { f, g, ...report } = await gridEngine(geometry, epsilon).solve(batch, start, run);
        const all = await f.data();
        let longest = 0;
        for (const [pair, masses] of given.a.entries()) {
          const initializer = previousSolution(given.g0[pair]);
          const options = { epsilon, maxIterations: 300, tolerance: 0, initializer, momentum, ...(rho && { rho }) };
          // the stopping test with momentum follows a plain half step, which the host's does not
          const { errors } = sinkhornHost(masses, given.b[pair], geometry, options);
          const stop = 5 * (1 + errors.filter((_, k) => k % 5 === 4).findIndex((error) => error <= 1e-3));
          longest = Math.max(longest, stop);
          if (momentum !== 1) continue;
          const host = sinkhornHost(masses, given.b[pair], geometry, { ...options, maxIterations: stop });
          const [mine, theirs] = [all.slice(35 * pair, 35 * pair + 35), host.f];
          const present = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => masses[i] > 0);
          const shift = rho ? 0 : present(mine)[0] - present(theirs)[0];
          const moved = present(theirs).map((value) => value + shift);
          expect(present(mine)).toBeAllclose(moved, { relative: 1e-5, absolute: 1e-5 * geometry.maxCost });
        }
        expect(report.status).toBe("converged");
        if (momentum === 1) expect(report.iterations).toBe(longest);
        expect(report.errors.length).toBe(report.iterations / 5);
        expect(report.errors.at(-1)).toBeLessThanOrEqual(1e-3);
        expect(report.domain).toBe(share > 100 && limits === LARGE ? "log" : report.domain);
        tf.dispose([batch, start, f, g]);
      }
    });

    it("small limits cut the work and change no bit, and the same bits come twice", async () => {
      const geometry = grid({ size: [4, 8], spacing: 0.1 });
      const epsilon = 0.01;
      const { batch, start } = tensorsOf(problem(geometry, 7, epsilon));
      const engine = gridEngine(geometry, epsilon);
      const run = async (other: Partial<KernelLimits>) => {
        lowerLimits({ ...limits, ...other });
        const { f, g, ...report } = await engine.solve(batch, start, solveRun({ iterations: 12 }));
        const potentials = [await f.data(), await g.data()];
        tf.dispose([f, g]);
        return { potentials, report };
      };
      const first = await run({});
      expect(await run({})).toEqual(first);
      expect(await run({ maxComputeWorkgroupsPerDimension: 2 })).toEqual(first);
      expect(await run({ maxStorageBufferBindingSize: 5 * 32 * 4 })).toEqual(first);
      tf.dispose([batch, start]);
    });

    it("leaves no tensor and no buffer behind", async () => {
      lowerLimits(limits);
      const geometry = GRIDS[1];
      const { batch, start } = tensorsOf(problem(geometry, 3, 0.1));
      const engine = gridEngine(geometry, 0.1);
      const runAll = async () => {
        const { f, g } = engine.iterate(batch, start, { iterations: 2, domain: "auto" });
        const { fKL, gKL } = engine.klPotentials(batch, { iterations: 2, domain: "log" });
        const self = engine.selfPotential(batch.a, { iterations: 2, domain: "auto" });
        const solved = await engine.solve(batch, start, solveRun({ iterations: 10 }));
        await self.data();
        tf.dispose([f, g, fKL, gKL, self, solved.f, solved.g]);
        submit();
        return tf.memory() as tf.MemoryInfo & { numBytesInGPU: number };
      };
      const { numTensors, numBytesInGPU } = await runAll();
      for (let repeat = 0; repeat < 3; repeat++) expect(await runAll()).toMatchObject({ numTensors, numBytesInGPU });
      tf.dispose([batch, start]);
    });
  });

  it.each([
    { solver: "a workgroup a pair", begin: solvePairs },
    { solver: "a launch an axis", begin: solveLarge },
  ])("cut into submissions, $solver has the same bits", async ({ begin }) => {
    const geometry = grid({ size: [4, 8], spacing: 0.1 });
    for (const share of [8, 80]) {
      const epsilon = geometry.maxCost / share;
      const { batch, start } = tensorsOf(problem(geometry, 3, epsilon));
      const run = { ...solveRun({ iterations: 23, checkEvery: 4, tolerance: 0, momentum: 1.2 }), isKl: false };
      const ends: unknown[] = [];
      for (const multiplications of [undefined, 1]) {
        const inputs = { ...batch, start };
        const solve = begin({ ...geometry, epsilon }, { ...run, isSymmetric: false }, inputs, multiplications);
        const errors: number[] = [];
        while (solve.advance() < 23) errors.push(...(await solve.read()).errors);
        const { errors: last, ...round } = await solve.read();
        const { f, g } = solve.finish();
        ends.push([[...errors, ...last], round, await f.data(), await g!.data()]);
        tf.dispose([f, g!]);
      }
      expect(ends[1]).toEqual(ends[0]);
      tf.dispose([batch, start]);
    }
  });

  it("of a small grid is one launch, and as many as it has axes a half step of a large one", () => {
    const geometry = GRIDS[1];
    const { batch, start } = tensorsOf(problem(geometry, 3, 0.1));
    const iterate = () => gridEngine(geometry, 0.1).iterate(batch, start, { iterations: 6, domain: "auto" });
    const small = countLaunches(iterate);
    lowerLimits(LARGE);
    const large = countLaunches(iterate);
    expect([small.launches, large.launches]).toEqual([1, 1 + 6 * 2 * 2 + 2]);
    tf.dispose([batch, start, { ...small.result }, { ...large.result }]);
  });

  it("says in which domain a pair ended, and that scalings a user insists on left their range", async () => {
    const geometry = grid({ size: [60], spacing: 1 });
    const near = Float64Array.from({ length: 60 }, (_, i) => (i < 10 ? 0.1 : 0));
    const [a, b] = [rowsTensor([near, near]), rowsTensor([near, near.slice().reverse()])];
    const start = tf.zeros([2, 60]);
    const reports: string[] = [];
    for (const limits of [{}, LARGE]) {
      lowerLimits(limits);
      for (const [domain, epsilon] of [
        ["auto", 200],
        ["auto", 0.5],
        ["scaling", 0.5],
      ] as const) {
        const { f, g, ...report } = await gridEngine(geometry, epsilon).solve(
          { a, b },
          start,
          solveRun({ domain, iterations: 20, tolerance: 1 }),
        );
        reports.push(`${report.status} ${report.domain} ${Number.isFinite(report.errors.at(-1))}`);
        tf.dispose([f, g]);
      }
    }
    const expected = ["converged scaling true", "converged log true", "non-finite scaling false"];
    expect(reports).toEqual([...expected, ...expected]);
    tf.dispose([a, b, start]);
  });
});
