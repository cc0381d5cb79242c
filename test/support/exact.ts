import { expect } from "vitest";
import { nativeStatus } from "../../src/native/loader.ts";
import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";
import { Random } from "../../src/tensor/random.ts";
import { emd } from "../../src/transport/exact/emd.ts";
import type { EmdResult } from "../../src/transport/exact/emd-result.ts";
import { hostEmd } from "../../src/transport/exact/engine-host.ts";
import { nativeEmd } from "../../src/transport/exact/engine-native.ts";
import type { EmdEngine } from "../../src/transport/exact/engine.ts";

type Solver = (a: Float64Array, b: Float64Array, cost: NdArray<Float64Array>) => EmdResult;

/** Both implementations of exact transport, the native one where the addon is there. */
export const exactSolvers: readonly { name: string; solve: Solver }[] = [
  ...(nativeStatus().addon ? [{ name: "native", solve: emd as Solver }] : []),
  { name: "TypeScript", solve: (a, b, cost) => hostEmd({ a, b, cost: cost.data, maxPivots: 1e8 }) },
];

/** The engines themselves. */
export const exactEngines: readonly { name: string; engine: EmdEngine }[] = [
  ...(nativeStatus().addon ? [{ name: "native", engine: nativeEmd(nativeStatus().addon!) }] : []),
  { name: "TypeScript", engine: hostEmd },
];

/** A matrix of f(i, j). */
export function costMatrix(n: number, m: number, entry: (i: number, j: number) => number): NdArray<Float64Array> {
  return ndarray(
    Float64Array.from({ length: n * m }, (_, k) => entry(Math.floor(k / m), k % m)),
    [n, m],
  );
}

/** Uniform entries in [0, 1). */
export function randomCost(n: number, m: number, seed: number): NdArray<Float64Array> {
  const random = Random.fromSeed(seed);
  return costMatrix(n, m, () => random.uniform());
}

/** Euclidean distances between random points of the unit square. */
export function euclideanCost(n: number, seed: number): NdArray<Float64Array> {
  const random = Random.fromSeed(seed);
  const points = Array.from({ length: n }, () => [random.uniform(), random.uniform()]);
  return costMatrix(n, n, (i, j) => Math.hypot(points[i][0] - points[j][0], points[i][1] - points[j][1]));
}

/**
 * Proves a result optimal, up to rounding: the plan has the marginals a and b, the potentials are feasible, and both sides
 * have the same value. Linear programming duality needs no other solver.
 */
export function expectOptimal(result: EmdResult, a: Float64Array, b: Float64Array, cost: NdArray<Float64Array>): void {
  const { value, plan, f, g, status } = result;
  const [n, m] = cost.shape;
  const largest = cost.data.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  const total = a.reduce((sum, mass) => sum + mass, 0);
  expect(status).toBe("converged");

  const [rowSums, columnSums] = [new Float64Array(n), new Float64Array(m)];
  let primal = 0;
  plan.masses.forEach((mass, k) => {
    expect(mass).toBeGreaterThan(0);
    rowSums[plan.rows[k]] += mass;
    columnSums[plan.columns[k]] += mass;
    primal += mass * cost.data[plan.rows[k] * m + plan.columns[k]];
  });
  expect(plan.masses.length).toBeLessThanOrEqual(n + m - 1);
  expect(rowSums).toBeAllclose(a, { absolute: 1e-14 * total, relative: 0 });
  expect(columnSums).toBeAllclose(b, { absolute: 1e-14 * total, relative: 0 });

  let violation = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) violation = Math.max(violation, f[i] + g[j] - cost.data[i * m + j]);
  }
  expect(violation).toBeLessThanOrEqual(1e-14 * largest);

  const dual = f.reduce((sum, potential, i) => sum + potential * a[i], 0) + g.reduce((s, v, j) => s + v * b[j], 0);
  expect([primal, dual]).toBeAllclose([value, value], { absolute: 1e-13 * largest * total, relative: 0 });
}
