import * as tf from "@tensorflow/tfjs-core";
import type { HostInitializer, Initializer } from "../../../src/transport/initializers/initializer.ts";
import { previousSolution } from "../../../src/transport/initializers/previous.ts";
import { rowsOf } from "../../../src/tensor/ndarray.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { meanAndDeviation } from "../../metrics/mean-and-deviation.ts";
import type { Cell } from "./accuracy.ts";
import { LEARNED, UNGUARDED, type Method } from "./methods.ts";

/** Iterations to 1% of the transport cost, in float64, over the pairs. */
export interface IterationFigures {
  readonly mean: number;
  readonly deviation: number;
  readonly p95: number;
  readonly worst: number;
}

/** One a pair, by the names of methods. Those that are settings of the solver and no starts are left out. */
export type Iterations = Readonly<Record<string, readonly number[]>>;

/**
 * Counts for every start. The guard's iteration from the start that it drops is not among them, as the one from the other start is the
 * first of the solution; iterations that a network runs inside are not either, they are in the times.
 */
export async function iterationsOf(cell: Cell, methods: readonly Method[]): Promise<Iterations> {
  const { geometry, epsilon, pairs, optima, meter } = cell;
  const [first, second] = [pairs.mu, pairs.nu].map(({ data, shape }) => rowsOf(data, shape[1]));
  const counts: Record<string, readonly number[]> = {};
  const starts: Record<string, readonly Float64Array[]> = {};
  for (const { name, options } of methods) {
    const { initializer, momentum, coarseToFine, epsilonScaling } = options;
    if (name === LEARNED || momentum || coarseToFine || epsilonScaling) continue;
    starts[name] = await potentials(initializer as Initializer, cell, first, second);
    counts[name] = first.map(
      (mu, pair) => meter.measure({ mu, nu: second[pair] }, starts[name][pair], optima[pair], 1).iterationsToCost,
    );
  }
  counts[LEARNED] = first.map((mu, pair) => {
    const guess = { ...previousSolution(starts[UNGUARDED][pair]), name: UNGUARDED, guarded: true };
    const { start } = sinkhornHost(mu, second[pair], geometry, { epsilon, initializer: guess, maxIterations: 1 });
    return counts[start!][pair];
  });
  return counts;
}

export function figuresOf(counts: readonly number[]): IterationFigures {
  const { mean, deviation } = meanAndDeviation(Float64Array.from(counts));
  return { mean, deviation, p95: percentile95(counts), worst: Math.max(...counts) };
}

/** 95th percentile and worst of the ratio to the better of ones and Gaussian, a pair. */
export function ratiosOf(counts: Iterations, of: string): { readonly p95: number; readonly worst: number } {
  const ratios = counts[of].map((count, pair) => count / Math.min(counts["ones"][pair], counts["gaussian"][pair]));
  return { p95: percentile95(ratios), worst: Math.max(...ratios) };
}

/** The smallest value that 95% of them do not exceed. */
function percentile95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(0.95 * values.length) - 1];
}

async function potentials(
  initializer: Initializer,
  { geometry, epsilon }: Cell,
  first: readonly Float64Array[],
  second: readonly Float64Array[],
): Promise<Float64Array[]> {
  if (!("tensorPotential" in initializer)) {
    return first.map((a, pair) =>
      (initializer as HostInitializer).hostPotential({ geometry, a, b: second[pair], epsilon }),
    );
  }
  const stacked = (rows: readonly Float64Array[]): tf.Tensor2D => tf.tensor2d(rows.map((row) => Array.from(row)));
  const g = tf.tidy(() => initializer.tensorPotential({ geometry, a: stacked(first), b: stacked(second), epsilon }));
  const values = new Float64Array(await g.data());
  g.dispose();
  return rowsOf(values, geometry.shape[1]);
}
