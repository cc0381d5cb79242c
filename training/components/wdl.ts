import { meanPsnr, perImage } from "../../eval/metrics/images.ts";
import { wdlEvaluator } from "../../eval/wdl/evaluator.ts";
import { normalizeRows } from "../../models/wdl/dictionary.ts";
import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import { readGivenStart } from "../../models/wdl/given-start.ts";
import { filledIn } from "../../models/wdl/mask.ts";
import type { WdlProblem } from "../../models/wdl/objective.ts";
import { wdlOptions } from "../../models/wdl/options.ts";
import { gammaStages } from "../../models/wdl/schedule.ts";
import { setUpWdl, type WdlSetup } from "../../models/wdl/setup.ts";
import { wdlStepCost } from "../../models/wdl/step-cost.ts";
import { zeroPixelNote } from "../../models/wdl/zero-pixels.ts";
import { wdlTask } from "../../models/wdl/task.ts";
import { lbfgs } from "../optimizers/index.ts";
import type { Component } from "./component.ts";

/** Wasserstein dictionary learning with L-BFGS. */
export const wdlComponent: Component<typeof wdlOptions> = {
  name: "wdl",
  description: "Wasserstein dictionary learning (Schmitz et al. 2018)",
  options: wdlOptions,
  defaultDataset: "faces",
  readsMasses: true,
  evaluator: wdlEvaluator(lbfgs()),

  stepCost: wdlStepCost,

  async prepare(options, dataset) {
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
    const note = zeroPixelNote(setup, options);
    return { task, engine: setup.problem.operator.name, ...(note !== undefined && { notes: [note] }) };
  },
};

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
