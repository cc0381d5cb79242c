import * as tf from "@tensorflow/tfjs-core";
import { axisWords, passAxes, passLayout, type PassAxis } from "../axis-pass.ts";
import type { Kernel } from "../kernel.ts";
import { kernelLimits } from "../limits.ts";
import { allocate, asTensor, launch, release, submit } from "../launch.ts";
import { rowParts } from "../parts.ts";
import { BEGIN, BEGIN_FROM, POTENTIAL, TEST, TRANSLATE } from "./pair-steps.ts";
import { LOG_PASS, SCALING_PASS } from "./passes.ts";
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

/** Largest C / epsilon for which `auto` takes scalings: as that of composed operations, see tensor-domain.ts. */
const SCALING_RANGE = 40;

/** Of a pair's uniforms, what a launch sets. */
interface PairLaunch {
  readonly sign?: number;
  readonly iterations?: number;
}

/**
 * Sinkhorn of a batch on a grid of any size. Launches: two an axis and iteration, one for lambda where there are penalties; at a test
 * one an axis, whose product the next iteration takes up, and one. Bytes of a half step on d axes: 8 d + 4 a point, and what bands
 * read twice; a test 12.
 */
export function solveLarge(
  problem: GridProblem,
  run: GridRun,
  inputs: GridInputs,
  multiplicationsAtOnce = MOST_MULTIPLICATIONS,
): GridSolve {
  const { a, start } = inputs;
  const b = run.isSymmetric ? a : inputs.b;
  const { epsilon } = problem;
  const axes = axesOf(problem, run);
  const points = axes.reduce((product, { extent }) => product * extent, 1);
  const parts = rowParts(a.size / points, points);
  const isLog = isLogDomain(problem, run);
  const penalty = penaltyOf(run.rho, epsilon);
  const y = allocate(a.shape);
  const z = run.isSymmetric ? y : allocate(b.shape);
  const next = run.checkEvery > 0 ? allocate(a.shape) : y;
  const between = axes.slice(1, 3).map(() => allocate(a.shape));
  const taps = axes.map((axis) => tf.keep(tf.tensor1d(axis.taps)));
  const states = parts.map(({ count }) => allocate([(count / points) * PAIR_WORDS], "int32"));
  const each = (a.size / points) * multiplications(axes) * (run.isSymmetric ? 1 : 2);
  const perSubmission = iterationsAtOnce({ ...run, checkEvery: 0 }, each, multiplicationsAtOnce);
  const unread: tf.Tensor[][] = [];
  let done = 0;
  let hasNext = false; // whether the first product is the next one already

  /** out <- K of the scalings that follow from `product`, raised and mixed into what was there. */
  function halfStep(product: tf.TensorInfo, masses: tf.Tensor, out: tf.TensorInfo, side: 0 | 1, omega: number): void {
    for (const [index, part] of parts.entries()) {
      const whole = (tensor: tf.TensorInfo) => (parts.length === 1 ? tensor : { tensor, ...part });
      let from = product;
      axes.forEach((axis, at) => {
        const isLast = at === axes.length - 1;
        const to = isLast ? out : between[at % 2];
        const lines = part.count / axis.extent;
        const { constants, workgroups } = passLayout(axis, lines);
        launch(isLog ? LOG_PASS : SCALING_PASS, {
          buffers: [whole(from), whole(masses), taps[at], states[index], whole(to)],
          constants,
          uniforms: wordsOf([
            ...axisWords(axis, lines),
            ...[points, Number(at === 0), Number(isLast)],
            ...[omega, penalty.tau[side], side === 0 ? 1 : -1].map((float) => ({ float })),
          ]),
          workgroups,
        });
        from = to;
      });
    }
  }

  /** A kernel of a workgroup a pair, whose buffers are some of the batch, the pairs' states, and maybe a summary. */
  function eachPair(
    kernel: Kernel,
    tensors: readonly tf.TensorInfo[],
    how: PairLaunch = {},
    sums: tf.Tensor[] = [],
  ): void {
    const { sign = 1, iterations = 0 } = how;
    const threads = Math.min(256, kernelLimits().maxComputeInvocationsPerWorkgroup);
    parts.forEach((part, index) => {
      const whole = (tensor: tf.TensorInfo) => (parts.length === 1 ? tensor : { tensor, ...part });
      launch(kernel, {
        buffers: [...tensors.map(whole), states[index], ...sums.slice(index, index + 1)],
        constants: { THREADS: 2 ** Math.floor(Math.log2(threads)) },
        uniforms: wordsOf([
          ...penalty.share.map((float) => ({ float })),
          ...[part.count / points, points],
          ...[1 / (epsilon * Math.LN2), penalty.harmonic, run.tolerance, sign].map((float) => ({ float })),
          ...[penalty.isCentred, penalty.any, isLog, run.isKl].map(Number),
          ...[iterations, run.iterations, Number(run.momentum === 1)],
        ]),
        workgroups: part.count / points,
      });
    });
  }

  if (start) eachPair(BEGIN_FROM, [b, start, z]);
  else eachPair(BEGIN, [z]);

  /** One iteration; `isPlain` leaves the second marginal exact. */
  function iterate(isPlain: boolean): void {
    const relaxed = done > 0 || run.isSymmetric ? run.momentum : 1;
    if (!hasNext) halfStep(z, b, y, 0, relaxed);
    hasNext = false;
    if (!run.isSymmetric) {
      halfStep(y, a, z, 1, isPlain ? 1 : relaxed);
      if (penalty.any) eachPair(TRANSLATE, [a, b, y, z]);
    }
    done++;
    if (done % perSubmission === 0) submit();
  }

  return {
    advance() {
      const { checkEvery } = run;
      const until = checkEvery > 0 ? Math.min(run.iterations, done + checkEvery) : run.iterations;
      const summaries = checkEvery > 0 ? parts.map(() => tf.keep(tf.zeros([SUMMARY_WORDS + 1], "int32"))) : [];
      while (done < until) iterate(checkEvery > 0 && done + 1 === until);
      if (checkEvery > 0) {
        halfStep(z, b, next, 0, 1);
        eachPair(TEST, [a, next, y], { iterations: done }, summaries);
        hasNext = run.momentum === 1;
        unread.push(summaries);
      }
      return done;
    },
    read: () => joinRounds(unread.shift()!),
    finish() {
      if (run.isKl && !run.isSymmetric) halfStep(z, b, y, 0, 1);
      eachPair(POTENTIAL, [a, y]);
      if (!run.isSymmetric) eachPair(POTENTIAL, [b, z], { sign: -1 });
      tf.dispose([unread, taps]);
      release(...between, ...states);
      if (next !== y) release(next);
      return { f: asTensor(y), g: run.isSymmetric ? undefined : asTensor(z) };
    },
  };
}

/** Without axes of one point; but of a symmetric problem on a line, whose passes would write what they read, with one that only copies. */
function axesOf({ size, spacing, epsilon }: GridProblem, { isSymmetric }: GridRun): PassAxis[] {
  const axes = passAxes(size, spacing, epsilon).filter(({ extent }) => extent > 1);
  if (axes.length > 1 || !isSymmetric) return axes;
  return [{ extent: 1, inner: axes[0].extent, radius: 0, cost: 0, taps: Float32Array.of(1) }, axes[0]];
}

/** Whether a run is in the log domain: by the largest cost, where it is not said. */
export function isLogDomain({ size, spacing, epsilon }: GridProblem, { domain }: Pick<GridRun, "domain">): boolean {
  if (domain !== "auto") return domain === "log";
  const maxCost = size.reduce((sum, extent, axis) => sum + ((extent - 1) * spacing[axis]) ** 2, 0);
  return maxCost > SCALING_RANGE * epsilon;
}
