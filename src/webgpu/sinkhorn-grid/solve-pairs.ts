import * as tf from "@tensorflow/tfjs-core";
import { passAxes, type PassAxis } from "../axis-pass.ts";
import { kernelLimits } from "../limits.ts";
import { allocate, asTensor, launch, release } from "../launch.ts";
import { rowParts } from "../parts.ts";
import { SLOTS, ZERO_TAPS } from "./lines.ts";
import { SINKHORN_PAIRS } from "./pairs.ts";
import { DOMAINS } from "./pairs/state.ts";
import { PAIR_WORDS, SUMMARY_WORDS } from "./products.ts";
import {
  iterationsAtOnce,
  joinRounds,
  MOST_MULTIPLICATIONS,
  multiplications,
  penaltyOf,
  wordsOf,
  type GridInputs,
  type GridProblem,
  type GridRun,
  type GridSolve,
} from "./run.ts";

/** Of a workgroup's memory, for zeros among the weights and a pair's state. */
const SPARE_WORDS = 32;

/** Threads of the workgroup that holds a grid; undefined where none does. */
export function pairThreads(size: readonly number[]): number | undefined {
  const points = size.reduce((product, extent) => product * extent, 1);
  const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupStorageSize } = kernelLimits();
  const most = Math.min(256, maxComputeInvocationsPerWorkgroup);
  let threads = 32;
  while (threads < most && SLOTS * threads < points) threads *= 2;
  const bytes = 4 * (3 * SLOTS * threads + 2 * threads + SPARE_WORDS); // cells twice, weights, scratch
  return SLOTS * threads >= points && bytes <= maxComputeWorkgroupStorageSize ? threads : undefined;
}

/**
 * Sinkhorn of a batch whose grid fits a workgroup (`pairThreads`). Launches: one for as many iterations as `MOST_MULTIPLICATIONS` allow, of each
 * part of the batch that bindings hold. Bytes of a launch: 4 a point for a and b in each half step, which caches keep, 8 for the
 * products at each test, 8 for those or the potentials at its end.
 */
export function solvePairs(
  problem: GridProblem,
  run: GridRun,
  { a, b, start }: GridInputs,
  multiplicationsAtOnce = MOST_MULTIPLICATIONS,
): GridSolve {
  const points = problem.size.reduce((product, extent) => product * extent, 1);
  const inFront = new Array<number>(3 - problem.size.length).fill(1);
  const axes = passAxes([...inFront, ...problem.size], [...inFront, ...problem.spacing], problem.epsilon);
  const constants = { THREADS: pairThreads(problem.size)! };
  const all = a.size / points;
  const parts = rowParts(all, points);
  const f = allocate(a.shape);
  const g = run.isSymmetric ? allocate([1]) : allocate(b.shape);
  const states = parts.map(({ count }) => allocate([(count / points) * PAIR_WORDS], "int32"));
  const taps = tf.keep(tf.tensor1d(tableOf(axes)));
  const each = all * multiplications(axes) * (run.isSymmetric ? 1 : 2);
  const step = iterationsAtOnce(run, each, multiplicationsAtOnce);
  const unread: tf.Tensor[][] = [];
  let done = 0;

  return {
    advance() {
      const until = Math.min(run.iterations, done + step);
      const tests = run.checkEvery > 0 ? Math.ceil((until - done) / run.checkEvery) : 0;
      const uniforms = {
        axes,
        epsilon: problem.epsilon,
        run,
        before: done,
        until,
        tests,
        hasStart: start !== undefined,
      };
      const summaries = parts.map((part, index) => {
        const summary = tf.keep(tf.zeros([SUMMARY_WORDS + tests], "int32"));
        const whole = (tensor: tf.TensorInfo) => (parts.length === 1 ? tensor : { tensor, ...part });
        launch(SINKHORN_PAIRS, {
          buffers: [
            ...[a, b, start ?? b].map(whole),
            taps,
            whole(f),
            run.isSymmetric ? g : whole(g),
            states[index],
            summary,
          ],
          constants,
          uniforms: uniformsOf(part.count / points, uniforms),
          workgroups: part.count / points,
        });
        return summary;
      });
      unread.push(summaries);
      done = until;
      return done;
    },
    read: () => joinRounds(unread.shift()!),
    finish() {
      tf.dispose([unread, taps]);
      release(...states);
      if (run.isSymmetric) release(g);
      return { f: asTensor(f), g: run.isSymmetric ? undefined : asTensor(g) };
    },
  };
}

/** Weights by distance, an axis behind the other, each with zeros up to its block's end. */
function tableOf(axes: readonly PassAxis[]): Float32Array {
  const table = new Float32Array(axes.reduce((sum, { extent }) => sum + extent + ZERO_TAPS, 0));
  let at = 0;
  for (const { extent, taps } of axes) {
    table.set(taps, at);
    at += extent + ZERO_TAPS;
  }
  return table;
}

/** In the layout of the kernel's `Uniforms`. */
function uniformsOf(
  pairs: number,
  {
    axes,
    epsilon,
    run,
    before,
    until,
    tests,
    hasStart,
  }: {
    readonly axes: readonly PassAxis[];
    readonly epsilon: number;
    readonly run: GridRun;
    readonly before: number;
    readonly until: number;
    readonly tests: number;
    readonly hasStart: boolean;
  },
): Uint32Array<ArrayBuffer> {
  const penalty = penaltyOf(run.rho, epsilon);
  const floats = (values: readonly number[]) => values.map((float) => ({ float }));
  return wordsOf([
    ...axes.map(({ extent }) => extent),
    axes.reduce((sum, { extent }) => sum + extent + ZERO_TAPS, 0),
    ...axes.map(({ radius }) => radius),
    pairs,
    ...floats([...axes.map(({ cost }) => cost), 1 / (epsilon * Math.LN2)]),
    ...[run.iterations, before, until, run.checkEvery, tests, DOMAINS[run.domain]],
    ...floats([run.tolerance, run.momentum]),
    ...[hasStart, run.isKl, run.isSymmetric, penalty.any].map(Number),
    ...floats([...penalty.tau, ...penalty.share, penalty.harmonic]),
    Number(penalty.isCentred),
  ]);
}
