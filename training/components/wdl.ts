import { meanPsnr, perImage } from "../../eval/metrics/images.ts";
import { wdlEvaluator } from "../../eval/wdl/evaluator.ts";
import { psnrOf } from "../../eval/wdl/stream.ts";
import { normalizeRows } from "../../models/wdl/dictionary.ts";
import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import { readGivenStart } from "../../models/wdl/given-start.ts";
import { filledIn } from "../../models/wdl/mask.ts";
import type { WdlProblem } from "../../models/wdl/objective.ts";
import { wdlOptions, type WdlOptions } from "../../models/wdl/options.ts";
import { gammaStages } from "../../models/wdl/schedule.ts";
import { setUpWdl, type WdlSetup } from "../../models/wdl/setup.ts";
import { restartNote } from "../../models/wdl/restart-note.ts";
import { wdlStepCost } from "../../models/wdl/step-cost.ts";
import { setUpStream, stepsOf } from "../../models/wdl/stream/setup.ts";
import { streamTask } from "../../models/wdl/stream/task.ts";
import { zeroPixelNote } from "../../models/wdl/zero-pixels.ts";
import { wdlTask } from "../../models/wdl/task.ts";
import { sampleOf, type StreamDataset } from "../../src/data/stream/stream.ts";
import { OptionError } from "../../src/errors.ts";
import { adam, cosineDecay, lbfgs } from "../optimizers/index.ts";
import type { Component, PreparedTask } from "./component.ts";

/** Wasserstein dictionary learning with L-BFGS. */
export const wdlComponent: Component<typeof wdlOptions> = {
  name: "wdl",
  description: "Wasserstein dictionary learning (Schmitz et al. 2018)",
  options: wdlOptions,
  defaultDataset: "faces",
  readsMasses: true,
  evaluator: wdlEvaluator(),

  stepCost: wdlStepCost,

  streams: ({ batch }) => batch !== undefined,

  async prepare(options, dataset) {
    if (dataset.kind === "stream") return prepareStream(options, dataset);
    if (options.epochs !== undefined) {
      throw new OptionError("epochs", "only with --batch; without it every iteration sees all data");
    }
    const stages = gammaStages(options);
    const setup = await setUpWdl(options, dataset);
    const task = wdlTask({
      problem: setup.problem,
      ...(stages.length > 1 && {
        stages: stages.map((stage) => ({ ...stage, problem: setup.problemAt(stage.gamma) })),
      }),
      optimizer: lbfgs(),
      iterations: options.iterations,
      warmRestart: options.warmRestart,
      init: options.init,
      ...(setup.mask && { startData: filledIn(setup.histograms.data, setup.problem.pixels, setup.mask) }),
      given: await readGivenStart(options, { points: setup.points, pixels: setup.problem.pixels }),
      evaluate: async (factors, start, problem) => ({ psnr: await trainingPsnr(setup, factors, start, problem) }),
    });
    const notes = [zeroPixelNote(setup, options), restartNote(options)].filter((note) => note !== undefined);
    return { task, engine: setup.problem.operator.name, notes };
  },
};

/** Adam's first rate for the logits of the atoms, which a cosine takes down to zero: the best of those tried on digits. */
const ATOM_RATE = 0.1;

/** Data points that tell whether a loss suits them all. */
const NOTE_POINTS = 100;

async function prepareStream(options: WdlOptions, stream: StreamDataset): Promise<PreparedTask> {
  const setup = await setUpStream(options, stream);
  const steps = stepsOf(options, setup.points, setup.batch, wdlOptions.iterations.default);
  const task = streamTask({
    setup,
    optimizer: adam({ rate: cosineDecay(ATOM_RATE, steps) }),
    steps,
    init: options.init,
    evaluate: async (sample, factors) => ({ psnr: meanPsnr(await psnrOf(setup, options, sample, factors)).mean }),
  });
  const note = zeroPixelNote(await setUpWdl(options, await sampleOf(stream, NOTE_POINTS)), options);
  return { task, engine: setup.engine, ...(note !== undefined && { notes: [note] }) };
}

/** Mean PSNR of the reconstructions as training sees them, from the scalings that it starts from. */
async function trainingPsnr(
  setup: WdlSetup,
  factors: Factors,
  start: Float32Array | undefined,
  problem: WdlProblem,
): Promise<number> {
  const { points, intensities } = setup;
  const inputs = barycenterInputs(problem, factors, start);
  const barycenters = normalizeRows(await problem.operator.barycenters(inputs), problem.pixels);
  const shape = [points, problem.pixels];
  const images = { shape, data: setup.restore(barycenters) };
  return meanPsnr(perImage(images, { shape, data: intensities.map(Math.round) })).mean;
}
