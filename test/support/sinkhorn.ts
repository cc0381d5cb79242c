// What tests of native Sinkhorn share: histograms as tensors hold them, and potentials compared with those of the host.
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import type { Geometry, TensorKernel } from "../../src/geometry/geometry.ts";
import { LOG_ZERO } from "../../src/geometry/log-sum.ts";
import { previousSolution } from "../../src/transport/initializers/previous.ts";
import { nativeEngine } from "../../src/transport/sinkhorn/engine-native.ts";
import type { ToleranceRun } from "../../src/transport/sinkhorn/engine.ts";
import { sinkhornHost } from "../../src/transport/sinkhorn/host.ts";
import { randomHistogram } from "./problems.ts";

/** [pairs, points] */
export const rowsTensor = (rows: readonly Float64Array[]): tf.Tensor =>
  tf.tensor2d(Float32Array.from(rows.flatMap((row) => [...row])), [rows.length, rows[0].length]);

/** Masses as the tensors hold them, so that the host solves the same problem. */
export const rounded = (row: Float64Array): Float64Array => Float64Array.from(Float32Array.from(row));

/** A histogram with a share of zeros, at least one mass. */
export function histogram(count: number, seed: number, zeroShare: number): Float64Array {
  const masses = randomHistogram(count, seed, zeroShare);
  return masses.some((mass) => mass > 0) ? masses : masses.map((_, index) => (index === 0 ? 1 : 0));
}

/** Potentials up to a constant where there is mass; elsewhere they must be LOG_ZERO. */
export function comparable(potential: ArrayLike<number>, masses: Float64Array): number[] {
  const present = Array.from(potential).filter((_, index) => masses[index] > 0);
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  return Array.from(potential, (value, index) => (masses[index] > 0 ? value - mean : value));
}

export function expectPotential(actual: ArrayLike<number>, expected: Float64Array, masses: Float64Array): void {
  const stored = expected.map((value) => Math.max(value, LOG_ZERO));
  const scale = Math.max(...Array.from(stored, (value) => (value === LOG_ZERO ? 0 : Math.abs(value))));
  expect(comparable(actual, masses)).toBeAllclose(comparable(stored, masses), {
    absolute: 2e-6 * scale + 2e-6,
    relative: 1e-6,
  });
}

/** The geometry as one of a kind that the addon does not know: the other engines run. */
export const withoutNative = (geometry: Geometry): Geometry => {
  const other = { ...geometry, kind: "operators" as Geometry["kind"] };
  return { ...other, kernel: (epsilon) => ({ ...geometry.kernel(epsilon), geometry: other }) };
};

/** The native engine's iterations and report, from a start or from g = 0. */
export function solveNatively(
  kernel: TensorKernel,
  a: tf.Tensor,
  b: tf.Tensor,
  { start, ...run }: Partial<ToleranceRun> & { readonly iterations: number; readonly start?: tf.Tensor },
) {
  const settings = { domain: "auto", tolerance: 0, checkEvery: run.iterations, momentum: 1, ...run } as const;
  return nativeEngine(kernel)!.solve({ a, b }, start ?? tf.zerosLike(b), settings);
}

/** As tf.tidy, for what is asynchronous. */
export async function tidily(run: () => Promise<void>): Promise<void> {
  tf.engine().startScope();
  try {
    await run();
  } finally {
    tf.engine().endScope();
  }
}

interface HostProblem {
  readonly geometry: Geometry;
  readonly a: readonly Float64Array[];
  readonly b: readonly Float64Array[];
  /** g to start from, in cost units. */
  readonly g0: readonly Float64Array[];
  readonly epsilon: number;
  readonly iterations: number;
}

/** Every pair's potentials [pairs, n] and [pairs, m] are those of the float64 host after as many iterations. */
export async function expectHostPotentials(
  { f, g }: { readonly f: tf.Tensor; readonly g: tf.Tensor },
  { geometry, a, b, g0, epsilon, iterations }: HostProblem,
): Promise<void> {
  const row = (potentials: ArrayLike<number>, pair: number, size: number) =>
    Array.prototype.slice.call(potentials, pair * size, (pair + 1) * size) as number[];
  const [allF, allG] = [await f.data(), await g.data()];
  a.forEach((masses, pair) => {
    const initializer = previousSolution(g0[pair]);
    const host = sinkhornHost(masses, b[pair], geometry, {
      epsilon,
      maxIterations: iterations,
      tolerance: 0,
      initializer,
    });
    expectPotential(row(allF, pair, masses.length), host.f, masses);
    expectPotential(row(allG, pair, b[pair].length), host.g, b[pair]);
  });
}
