import * as tf from "@tensorflow/tfjs-core";
import { requireGeometry } from "../../geometry/checks.ts";
import { OptionError } from "../../errors.ts";
import { isGrid, type Geometry } from "../../geometry/geometry.ts";
import type { ArrayInput } from "../../tensor/inputs.ts";
import type { Numbers } from "../../tensor/ndarray.ts";
import { withMasses } from "../histograms.ts";
import type { Initializer } from "../initializers/initializer.ts";
import { resolveInitializer } from "../initializers/by-name.ts";
import { ones } from "../initializers/ones.ts";
import { rivalOf } from "../initializers/rival.ts";
import { chooseSinkhorn } from "./choose.ts";
import type { SinkhornReport, TensorPotentials } from "./engine.ts";
import { epsilonStages, type EpsilonScaling } from "./epsilon-scaling.ts";
import { checkCoarseToFine, coarseStart, type CoarseToFine } from "./coarse-to-fine.ts";
import { betterStart, isGuarded, type GuardOption, type StartCounts } from "./guard.ts";
import { checkCount, checkSinkhornOptions, type SinkhornOptions } from "./options.ts";
import { checkRho } from "./rho.ts";
import { disposeHistograms, initialPotential, massTensor, readHistograms, withTotals } from "./tensor-problem.ts";

export interface SinkhornTensorOptions extends SinkhornOptions, GuardOption {
  /** @default 2000 */
  readonly maxIterations?: number;
  /** For float32; below 1e-5 it may never be reached. @default 1e-4 */
  readonly tolerance?: number;
  /** An initialiser, or the name of one: see `registerInitializer`. @default ones */
  readonly initializer?: Initializer | string;
  /** Solves at larger epsilons first, each start being the solution before. @default none */
  readonly epsilonScaling?: EpsilonScaling;
  /**
   * Solves on grids of half the size first, from the initialiser; what they come to is where the grid itself starts, and their iterations
   * are not among those of the result. Balanced problems on grids, not beside `epsilonScaling`.
   * @default none
   */
  readonly coarseToFine?: CoarseToFine;
  /** Iterations from one stopping test to the next: a test reads a number back from the device. @default 10 */
  readonly checkEvery?: number;
}

/** The caller disposes f and g. */
export interface SinkhornTensorResult extends TensorPotentials, SinkhornReport {
  /** Of all stages, if epsilon was scaled, and of the problem that needed most. The one that the guard's loser ran is not among them. */
  readonly iterations: number;
  /** From where the pairs started: how many from which initialiser. */
  readonly starts: StartCounts;
  /**
   * The largest first-marginal L1 violation in the batch at each stopping test, as a share of the total mass; a problem that has
   * stopped keeps its last. Unbalanced, the change of the first scaling as a share of the mass.
   */
  readonly errors: readonly number[];
}

/**
 * Entropic optimal transport between a [..., n] and b [..., m] on the current tfjs backend (float32), batched, until every
 * problem meets the tolerance. Masses are read back once to be checked; given as arrays they become tensors, on the fastest backend
 * here where none is in use.
 *
 * On tensors in the host's memory the native addon solves each problem by itself, and `auto` takes scalings as long as they are
 * exact to float32. Elsewhere, or without it, `auto` takes scalings where the largest cost is at most 40 epsilon, logarithms else.
 * With a finite `rho` the totals of a and b may differ. Of a large one f and g then hold the constant rho log(m_a / m_b) / 2, with
 * no more than float32's digits.
 * Not for tf.tidy (it is async) and not on the tape: see `sinkhornUnrolled`, `entropicCost`. Throws InputError for bad masses
 * or options.
 */
export async function sinkhorn(
  a: tf.Tensor | ArrayInput | Numbers,
  b: tf.Tensor | ArrayInput | Numbers,
  geometry: Geometry,
  options: SinkhornTensorOptions,
): Promise<SinkhornTensorResult> {
  checkSinkhornOptions(options);
  requireGeometry(geometry, "sinkhorn");
  const [first, second] = [await massTensor(a, "masses a"), await massTensor(b, "masses b")];
  try {
    return await solveBatch(first.tensor, second.tensor, geometry, options);
  } finally {
    for (const { tensor, isOwn } of [first, second]) if (isOwn) tensor.dispose();
  }
}

async function solveBatch(
  a: tf.Tensor,
  b: tf.Tensor,
  geometry: Geometry,
  options: SinkhornTensorOptions,
): Promise<SinkhornTensorResult> {
  const { epsilon, epsilonScaling, coarseToFine, checkEvery = 10, maxIterations = 2000, tolerance = 1e-4 } = options;
  checkCount(checkEvery, "checkEvery");
  const { domain = "auto", momentum = 1 } = options;
  const rho = checkRho(options.rho);
  const stages = epsilonScaling ? epsilonStages(geometry, epsilon, epsilonScaling) : [];
  if (coarseToFine) checkCoarseToFine(geometry, coarseToFine);
  if (coarseToFine && (epsilonScaling || rho)) {
    throw new OptionError("coarseToFine", "not beside epsilonScaling or rho; leave one out");
  }
  const initializer = await resolveInitializer(options.initializer ?? ones);
  const histograms = await readHistograms(geometry, a, b, rho);
  const { batch } = histograms;
  const errors: number[] = [];
  const mayReplace = isGuarded(initializer, options, options.rho) && !coarseToFine;
  let iterations = 0;
  let starts: StartCounts = { [initializer.name]: histograms.pairs };
  let start: tf.Tensor;

  /** Solves one stage and frees its start. */
  async function solve(stage: { epsilon: number; tolerance: number; maxIterations: number }) {
    const kernel = geometry.kernel(stage.epsilon);
    try {
      const engine = chooseSinkhorn(kernel, domain);
      let left = stage.maxIterations;
      if (mayReplace && iterations === 0 && left > 1) {
        const rival = rivalOf(geometry);
        const closed = initialPotential(rival, geometry, stage.epsilon, histograms);
        const guess = { name: initializer.name, g: start };
        const better = await betterStart(engine, batch, guess, { name: rival.name, g: closed }, { domain });
        tf.dispose([start, closed]);
        start = better.g;
        starts = better.starts;
        iterations = 1;
        left -= 1;
      }
      const settings = { domain, momentum, checkEvery, tolerance: stage.tolerance, iterations: left };
      const result = await engine.solve(batch, start, rho ? { ...settings, rho } : settings);
      for (const error of result.errors) errors.push(error);
      iterations += result.iterations;
      return result;
    } finally {
      kernel.dispose();
      start.dispose();
    }
  }

  try {
    start =
      coarseToFine && isGrid(geometry)
        ? await coarseStart(initializer, geometry, histograms, { epsilon, domain, momentum, checkEvery }, coarseToFine)
        : initialPotential(initializer, geometry, stages[0]?.epsilon ?? epsilon, histograms);
    for (const [index, stage] of stages.entries()) {
      const { f, g } = await solve(stage);
      // The part epsilon log b of g follows epsilon; the rest is what the next stage keeps.
      start = withMasses(g, batch.b, (stages[index + 1]?.epsilon ?? epsilon) - stage.epsilon);
      tf.dispose([f, g]);
    }
    const last = await solve({ epsilon, tolerance, maxIterations });
    const status = last.status === "converged" && !(await isFinite(last)) ? "non-finite" : last.status;
    return { ...withTotals(last, histograms, epsilon), status, domain: last.domain, errors, iterations, starts };
  } finally {
    disposeHistograms(histograms);
  }
}

async function isFinite({ f, g }: TensorPotentials): Promise<boolean> {
  const all = tf.tidy(() => tf.logicalAnd(tf.all(tf.isFinite(f)), tf.all(tf.isFinite(g))));
  const [value] = await all.data();
  all.dispose();
  return value !== 0;
}
