import { completeSinkinit, type CompleteSinkinitOptions } from "../../models/sinkinit/presets.ts";
import { sinkinitOptions } from "../../models/sinkinit/options.ts";
import { geometryOf, problemOfRun, setUpAnyGrid, setUpSinkinit, specOfRun } from "../../models/sinkinit/setup.ts";
import { sinkinitTask, type SinkinitTaskSettings } from "../../models/sinkinit/task.ts";
import { cosineDecay, exponentialDecay, variableAdam, variableSgd } from "../optimizers/index.ts";
import { sinkinitEvaluator } from "../../eval/sinkinit/evaluator.ts";
import { compareStarts } from "../../eval/sinkinit/compare.ts";
import { imagePairs } from "../../eval/sinkinit/pairs.ts";
import { exportInitializer, INITIALIZER_FORMATS, type InitializerFormat } from "../../models/sinkinit/export/index.ts";
import { anyGridInitializer } from "../../models/sinkinit/any-grid/initializer.ts";
import { anyGridTask } from "../../models/sinkinit/any-grid/task.ts";
import { learnedInitializer, type LearnedInitializer } from "../../models/sinkinit/initializer.ts";
import { gridProblem } from "../../models/sinkinit/any-grid/grid-problem.ts";
import type { AnyGridWeights } from "../../models/sinkinit/any-grid/weights.ts";
import type { Metrics } from "../../models/task.ts";
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
      exportInitializer(
        specOfRun(config.options),
        state,
        format as InitializerFormat,
        out,
        problemOfRun(config.options),
      ),
  },

  async prepare(options, dataset) {
    const complete = options as CompleteSinkinitOptions;
    const { samples, batch, rate, generatorRate, decay } = complete;
    const schedule =
      complete.schedule === "cosine" ? cosineDecay(rate, Math.ceil(samples / batch)) : exponentialDecay(rate, decay);
    const optimizer = { sgd: variableSgd, adam: variableAdam }[complete.optimizer];
    const watched = imagePairs(dataset, complete.grid, WATCHED_PAIRS); // refuses what cannot be evaluated, too
    const problem = problemOfRun(complete);
    const geometry = geometryOf(problem);
    const iterationsOf = async (learned: LearnedInitializer): Promise<Metrics> => {
      const [ours] = await compareStarts(learned, watched, geometry, problem.epsilon);
      return { iterations: ours.toCost.mean };
    };
    if (complete.network === "any-grid") {
      const settings = setUpAnyGrid(complete, optimizer({ rate: schedule }));
      gridProblem(complete.network, geometry, problem.epsilon); // refuses what cannot be evaluated
      const evaluate = (weights: AnyGridWeights) => iterationsOf(anyGridInitializer(settings.spec, weights));
      return { task: anyGridTask({ ...settings, evaluate }), engine: `${complete.preset} preset` };
    }
    const settings = setUpSinkinit(complete, {
      approximator: optimizer({ rate: schedule }),
      generator: optimizer({ rate: generatorRate }),
    });
    const evaluate: SinkinitTaskSettings["evaluate"] = (network) =>
      iterationsOf(learnedInitializer(network, settings.approximator));
    return { task: sinkinitTask({ ...settings, evaluate }), engine: `${complete.preset} preset` };
  },
};
