import { samplesOf } from "../../src/data/dataset.ts";
import { expectArray, expectNumber, expectTree } from "../../checkpoints/leaves.ts";
import { encode, normalizeRows } from "../../models/wdl/dictionary.ts";
import { unpackFactors } from "../../models/wdl/objective.ts";
import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import { wdlOptions, type WdlOptions } from "../../models/wdl/options.ts";
import { setUpWdl, type WdlSetup } from "../../models/wdl/setup.ts";
import type { Optimizer } from "../../models/optimizer.ts";
import { InputError } from "../../src/errors.ts";
import { pickOptions } from "../../src/options.ts";
import { toFloat32, type NdArray } from "../../src/tensor/ndarray.ts";
import { jsonNumber } from "../format.ts";
import type { EvaluationInput, Evaluation, Evaluator, TrainedRun } from "../evaluator.ts";
import { linearBaselines, reconstruction } from "./compare.ts";
import { wdlPictures } from "./pictures.ts";
import { wdlReport } from "./report.ts";
import { evaluateStream } from "./stream.ts";
import { WDL_CURVES, WDL_RESULTS } from "./shown.ts";

/**
 * Evaluates a dictionary: reconstructions and their PSNR beside PCA and NMF, pictures and a report. Data that the run was
 * not trained on are encoded first, with the atoms fixed, by `optimizer`.
 */
export function wdlEvaluator(optimizer: Optimizer): Evaluator {
  const evaluator: Evaluator = {
    task: "wdl",
    curves: WDL_CURVES,
    results: WDL_RESULTS,
    async evaluate(run, input) {
      const options = pickOptions(wdlOptions, run.config.options);
      const { dataset } = input;
      if (dataset.kind === "stream") return evaluateStream(run, { ...input, dataset }, options, evaluator.evaluate);
      if (!input.isTrainingData) checkShape(run, input);
      const setup = await setUpWdl(options, input.dataset);
      const factors = await factorsOf(run, setup, input, optimizer);
      const total = totalIterations(run, options, input);
      const results = await reconstructAll(setup, factors, total);
      const inputs = shaped(setup, setup.intensities.map(Math.round));
      const ours = reconstruction("WDL", shaped(setup, setup.restore(results.reconstructions)), inputs);
      const methods = [ours, ...linearBaselines(inputs, options.atoms)];
      const [, byPca, byNmf] = methods;
      const last = run.history.at(-1);
      const summary = {
        loss: await finalLoss(run, setup, factors, input, last),
        psnr: jsonNumber(ours.meanPsnr),
        psnr_pca: jsonNumber(byPca.meanPsnr),
        psnr_nmf: jsonNumber(byNmf.meanPsnr),
        ...(methods.some(({ exact }) => exact > 0) && {
          exact: { wdl: ours.exact, pca: byPca.exact, nmf: byNmf.exact },
        }),
        iterations: last?.["step"],
        evaluations: last?.["evaluations"],
        seconds: last?.["seconds"],
        operator: setup.problem.operator.name,
        sinkhorn: {
          iterations: options.sinkhornIterations,
          gamma: options.gamma,
          domain: options.logDomain,
          total,
        },
      };
      const found = {
        setup,
        options,
        factors: results,
        sinkhornIterations: total,
        methods,
        inputs,
        names: samplesOf(input.dataset).names,
        history: run.history,
      };
      return {
        summary,
        arrays: {
          inputs: toFloat32(shaped(setup, setup.histograms.data)),
          atoms: toFloat32({ shape: [options.atoms, ...setup.pointShape], data: results.atoms }),
          weights: toFloat32({ shape: [setup.points, options.atoms], data: results.weights }),
          reconstructions: toFloat32(shaped(setup, results.reconstructions)),
        },
        pictures: wdlPictures(found),
        report: (pictures) => wdlReport(found, pictures, summary, run),
      } satisfies Evaluation;
    },
  };
  return evaluator;
}

/** Throws InputError where the data points have another shape than those that the run was trained on, where known. */
function checkShape({ config }: TrainedRun, { dataset }: EvaluationInput): void {
  const { name, values } = samplesOf(dataset);
  const trained = config.options["dataShape"] as readonly number[] | undefined;
  const [expected, got] = [trained, values.shape].map((shape) => shape?.slice(1).join(" x "));
  if (expected !== undefined && got !== expected) {
    throw new InputError(
      `${name}: data points of ${got}, but the atoms have ${expected} values; give data of that shape`,
    );
  }
}

/** The saved factors, or for other data the saved atoms and the weights that fit them best. */
async function factorsOf(
  { state }: TrainedRun,
  setup: WdlSetup,
  { isTrainingData }: EvaluationInput,
  optimizer: Optimizer,
): Promise<Factors> {
  const { problem } = setup;
  const atomSize = problem.atoms * problem.pixels;
  if (isTrainingData) {
    const { data } = expectArray(state, "optimizer.x", [atomSize + setup.points * problem.atoms], Float64Array);
    return unpackFactors(problem, data);
  }
  const { data } = expectArray(state, "optimizer.x", [null], Float64Array);
  const { atoms } = unpackFactors(problem, data.slice(0, atomSize));
  return { atoms, weights: await encode({ atoms, problem }, optimizer) };
}

/**
 * Sinkhorn iterations that the reconstructions were fitted with: warm restarts accumulate them, so the same barycenters
 * come from that many iterations from ones.
 */
function totalIterations(
  { state }: TrainedRun,
  { sinkhornIterations }: WdlOptions,
  { isTrainingData }: EvaluationInput,
): number {
  return isTrainingData ? sinkhornIterations * expectNumber(state, "cycles") : sinkhornIterations;
}

/** Atoms and weights rounded to what is written, and the barycenters of exactly those. */
async function reconstructAll(setup: WdlSetup, { atoms, weights }: Factors, iterations: number) {
  const rounded = { atoms: atoms.map(Math.fround), weights: weights.map(Math.fround) };
  const inputs = barycenterInputs(setup.problem, rounded);
  const barycenters = await setup.operatorWith(iterations).barycenters(inputs);
  return { ...rounded, reconstructions: normalizeRows(barycenters, setup.problem.pixels) };
}

/** The loss that training ended with; before its first step, and of other data, the loss of their encoding. */
async function finalLoss(
  { state }: TrainedRun,
  { problem }: WdlSetup,
  factors: Factors,
  { isTrainingData }: EvaluationInput,
  last: Readonly<Record<string, number>> | undefined,
): Promise<number> {
  const ended = last?.["loss"] ?? (expectTree(state, "optimizer")["value"] as number | undefined);
  if (isTrainingData && ended !== undefined) return ended;
  const { value } = await problem.operator.lossAndGradient(barycenterInputs(problem, factors), problem.term);
  return value;
}

function shaped(setup: WdlSetup, data: Float64Array): NdArray<Float64Array> {
  return { shape: [setup.points, ...setup.pointShape], data };
}
