import type { Space } from "../../src/spaces/space.ts";
import { pointCloud } from "../../src/geometry/pointcloud.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { jmds, type JmdsOptions } from "../baselines/jmds/jmds.ts";
import { alignmentScores, type AlignmentScores, type Knowledge } from "./scores.ts";

/** A way to align two sets: distances [nx, ny] between their samples after it. */
export type Aligner = (x: Space, y: Space) => NdArray;

export interface MethodAlignment extends AlignmentScores {
  readonly method: string;
  /** Of the alignment; undefined where it was not done here. */
  readonly seconds?: number | undefined;
}

/** Scores of several ways to align the same sets, each with the time that it took. */
export function compareAlignments(
  x: Space,
  y: Space,
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
    const [dX, dY] = [x, y].map(({ metric }) => {
      const { shape, data } = metric.matrix();
      return { shape, data: data.map((distance) => distance / metric.largest) };
    });
    const first = options.seed ?? 0;
    const runs = Array.from({ length: seeds }, (_, run) => jmds(dX, dY, { ...options, seed: first + run }));
    const objective = (run: (typeof runs)[number]) => run.history.at(-1)!.objective;
    const best = runs.reduce((low, run) => (objective(run) < objective(low) ? run : low));
    return pointCloud(best.x, best.y, { cost: "euclidean" }).cost;
  };
}
