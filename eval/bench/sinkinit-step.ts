import * as tf from "@tensorflow/tfjs-core";
import type { VariableOptimizer } from "../../models/optimizer.ts";
import { sinkinitOptions } from "../../models/sinkinit/options.ts";
import { completeSinkinit } from "../../models/sinkinit/presets.ts";
import { setUpSinkinit } from "../../models/sinkinit/setup.ts";
import { sinkinitTask } from "../../models/sinkinit/task.ts";
import { resolveOptions } from "../../src/options.ts";
import { Random } from "../../src/tensor/random.ts";
import { best, type BenchResult } from "./timing.ts";

export interface SinkinitStepSettings {
  /** Pairs of histograms. */
  readonly batch: number;
  readonly repeat: number;
  readonly optimizers: Readonly<Record<"approximator" | "generator", VariableOptimizer>>;
}

/** One step of training at the paper's sizes, of both networks, from random weights: the task that `otlearn train` runs. */
export async function sinkinitStep({ batch, repeat, optimizers }: SinkinitStepSettings): Promise<BenchResult> {
  const options = completeSinkinit(resolveOptions(sinkinitOptions, { preset: "paper", batch }), tf.getBackend());
  const task = sinkinitTask(setUpSinkinit(options, optimizers));
  const random = Random.fromSeed(0);
  const state = await task.init(random);
  const context = { step: 1, random, signal: new AbortController().signal, progress: () => undefined };
  const { seconds, value } = await best(repeat, () => task.step(state, context)); // changes the state in place
  task.dispose?.(state);
  return { work: "sinkinit_step", batch, loss: value.metrics["loss"]!, seconds };
}
