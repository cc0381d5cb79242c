import * as tf from "@tensorflow/tfjs-core";
import type { GridGeometry } from "../../../src/geometry/geometry.ts";
import { rowsOf } from "../../../src/tensor/ndarray.ts";
import { gaussian } from "../../../src/transport/initializers/gaussian.ts";
import { previousSolution } from "../../../src/transport/initializers/previous.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { sinkhorn, type SinkhornTensorOptions } from "../../../src/transport/sinkhorn/sinkhorn.ts";
import { ConvergenceMeter } from "../convergence.ts";
import type { Pairs } from "../pairs.ts";
import type { Method } from "./methods.ts";

/** Iterations from one stopping test to the next, of every method. */
const CHECK_EVERY = 2;
/** A method that needs more has not come there. */
const MOST_ITERATIONS = 5000;
/** Tolerances of the solver that are tried, from loose to tight. */
const TOLERANCES = Array.from({ length: 12 }, (_, step) => 0.3 * 10 ** (-step / 2));
/** The share of the pairs that must be within a threshold. */
const SHARE = 0.95;

/** The pairs of one cell, over one grid and epsilon, with the transport costs that they converge to. */
export interface Cell {
  readonly geometry: GridGeometry;
  readonly epsilon: number;
  readonly pairs: Pairs;
  readonly optima: readonly number[];
  readonly meter: ConvergenceMeter;
}

/** Solves the pairs in float32, and goes on in float64. */
export async function cellOf(geometry: GridGeometry, epsilon: number, pairs: Pairs): Promise<Cell> {
  const meter = new ConvergenceMeter(geometry, epsilon);
  const [a, b] = rows(pairs);
  const { g } = await solveRows(geometry, pairs, a.length, {
    epsilon,
    initializer: gaussian,
    momentum: 1.5,
    tolerance: 1e-5,
    maxIterations: 20_000,
  });
  const optima = rowsOf(g, geometry.shape[0]).map((start, pair) =>
    meter.transportCost(
      sinkhornHost(a[pair], b[pair], geometry, {
        epsilon,
        initializer: previousSolution(start.map((value) => Math.max(value, -1e6))),
        momentum: 1.5,
        tolerance: 1e-8,
        maxIterations: 500,
      }),
    ),
  );
  return { geometry, epsilon, pairs, optima, meter };
}

/**
 * For each threshold the loosest tolerance of the solver at which a method has 95% of the pairs within it of their transport cost; none
 * where it does not come there in 5000 iterations or in float32.
 */
export async function tolerancesFor(
  cell: Cell,
  { options }: Method,
  thresholds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const { geometry, epsilon, pairs, optima, meter } = cell;
  const found = new Map<number, number>();
  for (const tolerance of TOLERANCES) {
    const solved = await solveRows(geometry, pairs, optima.length, settings({ ...options, epsilon, tolerance }));
    const [f, g] = [rowsOf(solved.f, geometry.shape[0]), rowsOf(solved.g, geometry.shape[1])];
    const errors = optima.map((optimum, pair) => {
      const cost = meter.transportCost({ f: withInfinity(f[pair]), g: withInfinity(g[pair]), epsilon });
      return Math.abs(cost - optimum) / optimum;
    });
    for (const threshold of thresholds) {
      const within = errors.filter((error) => error <= threshold).length;
      if (!found.has(threshold) && within >= SHARE * errors.length) found.set(threshold, tolerance);
    }
    if (found.size === thresholds.length || solved.status === "max-iterations") break;
  }
  return found;
}

/** Milliseconds of one call of the solver: on the clock, and of processors, which other programs disturb less. */
export interface Spent {
  readonly wall: number;
  readonly processor: number;
}

/** Times calls of the solver on a batch: the pairs, as often as it takes. Masses are tensors before. */
export function timer(cell: Cell, batch: number) {
  const { geometry, epsilon, pairs } = cell;
  const [a, b] = tensors(pairs, batch);
  return {
    async spent({ options }: Method, tolerance: number): Promise<Spent> {
      const [began, used] = [performance.now(), process.cpuUsage()];
      const { f, g } = await sinkhorn(a, b, geometry, settings({ ...options, epsilon, tolerance }));
      const [wall, { user, system }] = [performance.now() - began, process.cpuUsage(used)];
      tf.dispose([f, g]);
      return { wall, processor: (user + system) / 1000 };
    },
    dispose: () => tf.dispose([a, b]),
  };
}

function settings(options: SinkhornTensorOptions): SinkhornTensorOptions {
  return { ...options, checkEvery: CHECK_EVERY, maxIterations: MOST_ITERATIONS };
}

async function solveRows(geometry: GridGeometry, pairs: Pairs, count: number, options: SinkhornTensorOptions) {
  const [a, b] = tensors(pairs, count);
  const { f, g, status } = await sinkhorn(a, b, geometry, options);
  const found = { f: new Float64Array(await f.data()), g: new Float64Array(await g.data()), status };
  tf.dispose([a, b, f, g]);
  return found;
}

function tensors(pairs: Pairs, count: number): tf.Tensor[] {
  return rows(pairs).map((side) => {
    const data = new Float32Array(count * side[0].length);
    for (let pair = 0; pair < count; pair++) data.set(side[pair % side.length], pair * side[0].length);
    return tf.tensor2d(data, [count, side[0].length]);
  });
}

function rows({ mu, nu }: Pairs): Float64Array[][] {
  return [mu, nu].map(({ data, shape }) => rowsOf(data, shape[1]));
}

/** The stand-in for absent mass, as float64 has it. */
function withInfinity(potential: Float64Array): Float64Array {
  return potential.map((value) => (value < -1e29 ? -Infinity : value));
}
