import { completeSinkinit, type CompleteSinkinitOptions } from "../../models/sinkinit/presets.ts";
import { sinkinitOptions } from "../../models/sinkinit/options.ts";
import { setUpSinkinit, specOfRun } from "../../models/sinkinit/setup.ts";
import { sinkinitTask, type SinkinitTaskSettings } from "../../models/sinkinit/task.ts";
import { cosineDecay, exponentialDecay, variableAdam, variableSgd } from "../optimizers/index.ts";
import { sinkinitEvaluator } from "../../eval/sinkinit/evaluator.ts";
import { compareStarts } from "../../eval/sinkinit/compare.ts";
import { exportInitializer, INITIALIZER_FORMATS, type InitializerFormat } from "../../models/sinkinit/export/index.ts";
import { learnedInitializer } from "../../models/sinkinit/initializer.ts";
import type { Component } from "./component.ts";

/** Held-out pairs that are looked at while training. */
const WATCHED_PAIRS = 20;

/** Learned Sinkhorn initialisations: an approximator against an adversarial generator. */
export const sinkinitComponent: Component<typeof sinkinitOptions> = {
  name: "sinkinit",
  description: "learned Sinkhorn initialisations (Geuter, Tomasson, Laschos)",
  options: sinkinitOptions,
  defaultDataset: "drawings",
  readsMasses: true,
  work: "networks",
  runDefaults: { evaluateEvery: 500, checkpointEvery: 500 },
  complete: completeSinkinit,
  evaluator: sinkinitEvaluator,
  exporter: {
    formats: INITIALIZER_FORMATS,
    write: ({ config, state }, format, out) =>
      exportInitializer(specOfRun(config.options), state, format as InitializerFormat, out),
  },

  async prepare(options, dataset) {
    const complete = options as CompleteSinkinitOptions;
    const { samples, batch, rate, generatorRate, decay } = complete;
    const schedule =
      complete.schedule === "cosine" ? cosineDecay(rate, Math.ceil(samples / batch)) : exponentialDecay(rate, decay);
    const optimizer = { sgd: variableSgd, adam: variableAdam }[complete.optimizer];
    const settings = setUpSinkinit(complete, {
      approximator: optimizer({ rate: schedule }),
      generator: optimizer({ rate: generatorRate }),
    });
    const evaluate: SinkinitTaskSettings["evaluate"] = async (network) => {
      const learned = learnedInitializer(network, settings.approximator);
      const [ours] = await compareStarts(learned, dataset, settings.geometry, WATCHED_PAIRS);
      return { iterations: ours.toCost.mean };
    };
    return { task: sinkinitTask({ ...settings, evaluate }), engine: `${complete.preset} preset` };
  },
};
