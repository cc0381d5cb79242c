import type { Space } from "../../src/spaces/space.ts";
import { pointCloud } from "../../src/geometry/pointcloud.ts";
import { matrixProduct } from "../../src/linear-algebra/product/product.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { gromovAlignment } from "../baselines/gromov-alignment.ts";
import { jmds, type JmdsOptions } from "../baselines/jmds/jmds.ts";
import { alignmentScores, type AlignmentScores, type Knowledge } from "./scores.ts";

/** A set to be aligned: its distances and, where it has some, coordinates [n, d]. */
export interface AlignedSet {
  readonly space: Space;
  readonly coordinates?: NdArray<Float64Array> | undefined;
}

/** A way to align two sets: distances [nx, ny] between their samples after it. */
export type Aligner = (x: AlignedSet, y: AlignedSet) => NdArray;

export interface MethodAlignment extends AlignmentScores {
  readonly method: string;
  /** Of the alignment; undefined where it was not done here. */
  readonly seconds?: number | undefined;
}

/** Scores of several ways to align the same sets, each with the time that it took. */
export function compareAlignments(
  x: AlignedSet,
  y: AlignedSet,
  methods: Readonly<Record<string, Aligner>>,
  knowledge: Knowledge,
): MethodAlignment[] {
  return Object.entries(methods).map(([method, align]) => {
    const before = performance.now();
    const distances = align(x, y);
    const seconds = (performance.now() - before) / 1000;
    return { method, ...alignmentScores(distances, knowledge), seconds };
  });
}

/**
 * JMDS as an aligner: distances of each set are divided by their largest, and of `seeds` runs the one with the lowest objective
 * counts, as nobody has pairs to choose by. Weights are not looked at: it knows none.
 */
export function jmdsAligner(options: JmdsOptions = {}, seeds = 3): Aligner {
  return (x, y) => {
    const [dX, dY] = [x, y].map(({ space: { metric } }) => {
      const { shape, data } = metric.matrix();
      return { shape, data: data.map((distance) => distance / metric.largest) };
    });
    const first = options.seed ?? 0;
    const runs = Array.from({ length: seeds }, (_, run) => jmds(dX, dY, { ...options, seed: first + run }));
    const objective = (run: (typeof runs)[number]) => run.history.at(-1)!.objective;
    const best = runs.reduce((low, run) => (objective(run) < objective(low) ? run : low));
    return pointCloud(best.x, best.y, { cost: "euclidean", lazy: false }).cost;
  };
}

/**
 * Entropic Gromov-Wasserstein as an aligner (see `gromovAlignment`): X is projected among the points of Y by their coordinates or,
 * where there are none, by their distances: the squared distance of a mean from a point is the mean of the squared distances less
 * the variance, in Euclidean space exactly.
 *
 * @param epsilon in the units of the distances, squared
 */
export function gromovAligner(epsilon: number): Aligner {
  return (x, y) => {
    const { coordinates } = y;
    const options = { epsilon, ...GROMOV_LIMITS, ...(coordinates && { pointsY: coordinates }) };
    const { projectionX, coupling } = gromovAlignment(x.space, y.space, options);
    return projectionX && coordinates
      ? pointCloud(projectionX, coordinates, { cost: "euclidean", lazy: false }).cost
      : distancesFromMeans(coupling, y.space);
  };
}

/** Scores do not change beyond: digits of the plan would take minutes where it is nearly a permutation. */
const GROMOV_LIMITS = { maxIterations: 100, tolerance: 1e-4, innerTolerance: 1e-5, innerMaxIterations: 300 } as const;

/** Distances [n, m] of the means of Y under the rows of a coupling [n, m] from the points of Y. */
function distancesFromMeans({ data, shape: [n, m] }: NdArray<Float64Array>, { metric }: Space): NdArray<Float64Array> {
  const shares = new Float64Array(data.length);
  for (let row = 0; row < n; row++) {
    const masses = data.subarray(row * m, (row + 1) * m);
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    masses.forEach((mass, at) => (shares[row * m + at] = total > 0 ? mass / total : 1 / m));
  }
  const squares = metric.matrix();
  squares.data.forEach((distance, at) => (squares.data[at] = distance * distance));
  const means = matrixProduct(shares, squares.data, [n, m, m]);
  for (let row = 0; row < n; row++) {
    const own = means.subarray(row * m, (row + 1) * m);
    const variance = own.reduce((sum, square, at) => sum + square * shares[row * m + at], 0) / 2;
    own.forEach((square, at) => (own[at] = Math.sqrt(Math.max(square - variance, 0))));
  }
  return { shape: [n, m], data: means };
}
