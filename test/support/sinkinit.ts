import { completeSinkinit } from "../../models/sinkinit/presets.ts";
import { sinkinitOptions, type SinkinitOptions } from "../../models/sinkinit/options.ts";
import { setUpSinkinit } from "../../models/sinkinit/setup.ts";
import { sinkinitTask, type SinkinitState } from "../../models/sinkinit/task.ts";
import type { Metrics, StepContext } from "../../models/task.ts";
import { resolveOptions } from "../../src/options.ts";
import { Random } from "../../src/tensor/random.ts";
import { cosineDecay, variableAdam, variableSgd } from "../../training/optimizers/index.ts";

/** The task of some options on top of a preset, as the command line makes it. The backend must have been chosen. */
export function taskOf(given: Partial<SinkinitOptions>) {
  const options = completeSinkinit(resolveOptions(sinkinitOptions, given), "host");
  const steps = Math.ceil(options.samples / options.batch);
  const optimizer = { sgd: variableSgd, adam: variableAdam }[options.optimizer];
  const rate = options.schedule === "cosine" ? cosineDecay(options.rate, steps) : options.rate;
  const settings = setUpSinkinit(options, {
    approximator: optimizer({ rate }),
    generator: optimizer({ rate: options.generatorRate }),
  });
  return { settings, task: sinkinitTask(settings) };
}

/** Runs some steps without a loop; the caller disposes the state. */
export async function runSteps(
  { task }: ReturnType<typeof taskOf>,
  steps: number,
  seed: number,
): Promise<{ state: SinkinitState; metrics: Metrics[]; random: Random }> {
  const random = Random.fromSeed(seed);
  const state = await task.init(random);
  const metrics: Metrics[] = [];
  for (let step = 1; step <= steps; step++) {
    const context: StepContext = { step, random, signal: new AbortController().signal, progress: () => undefined };
    metrics.push((await task.step(state, context)).metrics);
  }
  return { state, metrics, random };
}

/** Options of a paper-like run on 6 x 6 images that takes milliseconds. */
export const SMALL_PAPER: Partial<SinkinitOptions> = {
  preset: "paper",
  grid: 6,
  priorSize: 3,
  epsilon: 0.1,
  widths: "12,12",
  generatorWidths: "10,10",
  batch: 5,
  samples: 50,
};
