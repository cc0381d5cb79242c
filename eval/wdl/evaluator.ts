import { samplesOf } from "../../src/data/dataset.ts";
import { expectArray, expectNumber, expectTree } from "../../checkpoints/leaves.ts";
import { encode, encoderOfBarycenters, fittedEncoder } from "../../models/wdl/encode/encode.ts";
import { unpackFactors, type WdlProblem } from "../../models/wdl/objective.ts";
import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import { wdlOptions, type WdlOptions } from "../../models/wdl/options.ts";
import { setUpWdl, type WdlSetup } from "../../models/wdl/setup.ts";
import { zeroPixelNote } from "../../models/wdl/zero-pixels.ts";
import type { Metrics } from "../../models/task.ts";
import { InputError } from "../../src/errors.ts";
import { pickOptions } from "../../src/options.ts";
import { toFloat32 } from "../../src/tensor/ndarray.ts";
import { attempt, type EvaluationInput, type Evaluation, type Evaluator, type TrainedRun } from "../evaluator.ts";
import { baselinesOf } from "./baselines.ts";
import { compareMidpoints } from "./between.ts";
import { classesOf } from "./classes.ts";
import { compareDictionary } from "./compare-dictionary.ts";
import type { WdlFindings } from "./findings.ts";
import { maskedPsnr } from "./masked.ts";
import { wdlPictures } from "./pictures.ts";
import { wdlReport } from "./report.ts";
import { evaluateStream } from "./stream.ts";
import { WDL_CURVES, WDL_RESULTS } from "./shown.ts";
import { comparisonSummary, psnrTable } from "./summary.ts";
import { compareUnseen, unseenSummary } from "./unseen.ts";

/**
 * Evaluates a dictionary: reconstructions and their PSNR and normalised error beside PCA and NMF fitted to the same data, pictures and
 * a report. Data that the run was not trained on are encoded first, with the atoms fixed.
 */
export function wdlEvaluator(): Evaluator {
  const evaluator: Evaluator = {
    task: "wdl",
    curves: WDL_CURVES,
    results: WDL_RESULTS,
    async evaluate(run, input) {
      const trained = pickOptions(wdlOptions, run.config.options);
      // a mask is that of the training data: others are whole
      const options = input.isTrainingData ? trained : { ...trained, mask: undefined };
      if (input.dataset.kind === "stream") {
        return evaluateStream(run, { ...input, dataset: input.dataset }, options, evaluator.evaluate);
      }
      const dataset = samplesOf(input.dataset);
      if (!input.isTrainingData) checkShape(run, input);
      const setup = await setUpWdl(options, dataset);
      const { baselines, note } = await baselinesOf(options.atoms, dataset, input);

      // warm restarts accumulate iterations: what they fitted are the barycenters of so many from ones
      const total = options.sinkhornIterations * expectNumber(run.state, "cycles");
      const problem = { ...setup.problem, operator: setup.operatorWith(total) };
      const factors = rounded(await factorsOf(run, options, setup, problem, input));

      const compared = { setup, options, dataset, factors, operator: problem.operator, baselines };
      const { methods, inputs, reconstructions } = await compareDictionary(compared);
      const { points, pointShape } = setup;
      const last = run.history.at(-1);
      const masked = setup.mask && baselines ? MASKED_BASELINES : undefined;
      const notes = [note, masked, zeroPixelNote(setup, options), unconvergedNote(last, points)].filter(
        (line) => line !== undefined,
      );
      const images = dataset.kind === "images" ? dataset : undefined;
      const unseen = await attempt("unseen images", notes, async () => {
        const others = input.isTrainingData ? await images?.unseen?.() : undefined;
        if (!others) return undefined;
        const { atoms, weights } = factors;
        const encoder = await fittedEncoder(problem, atoms, weights);
        const whole = { ...options, mask: undefined }; // a mask is that of the training data
        return compareUnseen({ options: whole, atoms, sinkhornIterations: total, baselines, encoder }, others);
      });
      const classes = classesOf(dataset, methods);
      const outcome = { setup, options, factors, sinkhornIterations: total, methods, inputs, names: dataset.names };
      const truth = images?.between;
      const midpoints = truth && (await attempt("interpolation", notes, () => compareMidpoints(outcome, truth)));
      const summary = {
        loss: await finalLoss(run, problem, factors, input, last),
        ...comparisonSummary(methods, baselines?.nmf, classes),
        ...(unseen && { unseen: unseenSummary(unseen) }),
        ...(midpoints && { between: midpoints }),
        ...(setup.mask && { psnr_masked: maskedPsnr(setup, options, reconstructions, setup.mask) }),
        ...(notes.length > 0 && { notes }),
        iterations: last?.["step"],
        evaluations: last?.["evaluations"],
        seconds: last?.["seconds"],
        operator: setup.problem.operator.name,
        sinkhorn: {
          iterations: options.sinkhornIterations,
          gamma: options.gamma,
          schedule: options.gammaSchedule,
          domain: options.logDomain,
          total,
          ...(options.debiased && { debiased: true }),
        },
        // of the Wasserstein losses' own transport, at the last evaluation
        ...(last?.["lossProducts"] !== undefined && {
          loss_transport: { products: last["lossProducts"], unconverged: last["lossUnconverged"] },
        }),
      };
      const found: WdlFindings = { ...outcome, classes, unseen, truth, midpoints, notes, history: run.history };
      return {
        summary,
        arrays: {
          inputs: { shape: [points, ...pointShape], data: Float32Array.from(setup.histograms.data) },
          atoms: toFloat32({ shape: [options.atoms, ...pointShape], data: factors.atoms }),
          weights: toFloat32({ shape: [points, options.atoms], data: factors.weights }),
          reconstructions: { shape: [points, ...pointShape], data: reconstructions },
          ...baselines?.arrays,
        },
        tables: { psnr: psnrTable(dataset.names, methods) },
        notes,
        pictures: wdlPictures(found),
        report: (pictures) => wdlReport(found, pictures, summary, run),
      } satisfies Evaluation;
    },
  };
  return evaluator;
}

const MASKED_BASELINES = "PCA and NMF see all pixels, also those that --mask keeps from the dictionary";

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

/**
 * The saved factors, or for other data the saved atoms and the weights that fit them best.
 *
 * @param problem the data under the operator that the saved factors were fitted with
 */
async function factorsOf(
  { state }: TrainedRun,
  options: WdlOptions,
  { points }: WdlSetup,
  problem: WdlProblem,
  { isTrainingData }: EvaluationInput,
): Promise<Factors> {
  const atomSize = problem.atoms * problem.pixels;
  if (isTrainingData) {
    const { data } = expectArray(state, "optimizer.x", [atomSize + points * problem.atoms], Float64Array);
    return unpackFactors(problem, data);
  }
  const { data } = expectArray(state, "optimizer.x", [null], Float64Array);
  const trained = (data.length - atomSize) / problem.atoms;
  // a step scale that was given is that of so many data points
  const zeta = options.weightScale === undefined ? problem.zeta : (problem.zeta * points) / trained;
  const { atoms, weights: known } = unpackFactors({ ...problem, zeta }, data);
  const encoder = known.length > 0 ? await encoderOfBarycenters(problem, atoms, known) : undefined;
  const { weights } = await encode({ atoms, problem }, { encoder });
  return { atoms, weights };
}

/** Factors as they are written, of which exactly the reconstructions are the barycenters. */
function rounded({ atoms, weights }: Factors): Factors {
  return { atoms: atoms.map(Math.fround), weights: weights.map(Math.fround) };
}

/** What is to be said of a Wasserstein loss that is not what it should be. */
function unconvergedNote(last: Metrics | undefined, points: number): string | undefined {
  const count = last?.["lossUnconverged"] ?? 0;
  if (count === 0) return undefined;
  return `the Wasserstein loss of ${count} of ${points} data points did not converge: it and its gradient are not exact; take a larger gamma`;
}

/** The loss that training ended with; before its first step, and of other data, the loss of their encoding. */
async function finalLoss(
  { state }: TrainedRun,
  problem: WdlProblem,
  factors: Factors,
  { isTrainingData }: EvaluationInput,
  last: Readonly<Record<string, number>> | undefined,
): Promise<number> {
  const ended = last?.["loss"] ?? (expectTree(state, "optimizer")["value"] as number | undefined);
  if (isTrainingData && ended !== undefined) return ended;
  const { value } = await problem.operator.lossAndGradient(barycenterInputs(problem, factors), problem.term);
  return value;
}
