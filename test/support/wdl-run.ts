import type { Factors } from "../../models/wdl/factors.ts";
import { filledIn } from "../../models/wdl/mask.ts";
import { unpackFactors } from "../../models/wdl/objective.ts";
import { wdlOptions, type WdlOptions } from "../../models/wdl/options.ts";
import { setUpWdl, type WdlSetup } from "../../models/wdl/setup.ts";
import { wdlTask } from "../../models/wdl/task.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { resolveOptions } from "../../src/options.ts";
import { Random } from "../../src/tensor/random.ts";
import { lbfgs } from "../../training/optimizers/index.ts";

export interface ShortRun {
  readonly setup: WdlSetup;
  readonly factors: Factors;
  /** One an iteration. */
  readonly losses: readonly number[];
}

/** Learns a dictionary without a loop: what `otlearn train wdl` does, in memory. The backend must have been chosen. */
export async function learn(dataset: Dataset, given: Partial<WdlOptions>, seed = 1): Promise<ShortRun> {
  const options = resolveOptions(wdlOptions, given);
  const setup = await setUpWdl(options, dataset);
  const task = wdlTask({
    problem: setup.problem,
    optimizer: lbfgs(),
    iterations: options.iterations,
    warmRestart: options.warmRestart,
    init: options.init,
    ...(setup.mask && { startData: filledIn(setup.histograms.data, setup.problem.pixels, setup.mask) }),
  });
  const random = Random.fromSeed(seed);
  let state = await task.init(random);
  const losses: number[] = [];
  for (let step = 1; step <= task.steps; step++) {
    const context = { step, random, signal: new AbortController().signal, progress: () => undefined };
    const { state: next, metrics, done } = await task.step(state, context);
    losses.push(metrics["loss"]);
    state = next;
    if (done !== undefined) break;
  }
  return { setup, factors: unpackFactors(setup.problem, state.optimizer.x), losses };
}
