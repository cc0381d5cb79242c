import { expectArray, expectTree } from "../../checkpoints/leaves.ts";
import { encodeEach } from "../../models/wdl/encode/encode.ts";
import { loadEncoder, type Encoder } from "../../models/wdl/encode/encoder.ts";
import { normalizeRows } from "../../models/wdl/dictionary.ts";
import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import { toIntensities } from "../../models/wdl/intensities.ts";
import { packFactors } from "../../models/wdl/objective.ts";
import type { WdlOptions } from "../../models/wdl/options.ts";
import { setUpWdl } from "../../models/wdl/setup.ts";
import { softmax } from "../../models/wdl/simplex.ts";
import { setUpStream, type Batch, type StreamSetup } from "../../models/wdl/stream/setup.ts";
import type { SampleDataset } from "../../src/data/dataset.ts";
import { sampleOf, type StreamDataset } from "../../src/data/stream/stream.ts";
import { InputError } from "../../src/errors.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import type { Evaluation, EvaluationInput, Evaluator, TrainedRun } from "../evaluator.ts";
import { jsonNumber } from "../format.ts";
import { meanPsnr, perImage } from "../metrics/images.ts";

/** Data points that are held for pictures, report and the baselines, evenly spaced. */
const SAMPLE_POINTS = 1000;
/** Evaluations of a point that was trained on, from the weights that it was left with under atoms that have moved on since; of another. */
const TRAINED_EVALUATIONS = 4;
const NEW_EVALUATIONS = 20;

/**
 * Evaluates a dictionary on data that stay on disk: all of them are encoded and measured, some at a time, and a sample is what
 * `inSample` evaluates, draws and compares with the baselines.
 */
export async function evaluateStream(
  run: TrainedRun,
  input: EvaluationInput & { readonly dataset: StreamDataset },
  options: WdlOptions,
  inSample: Evaluator["evaluate"],
): Promise<Evaluation> {
  const { dataset: stream, isTrainingData } = input;
  requireShape(run, stream);
  const batch = Math.min(options.batch ?? stream.shape[0], stream.shape[0]);
  const setup = await setUpStream({ ...options, batch }, stream);
  const saved = savedDictionary(run.state, setup, isTrainingData);
  const { weights, psnr } = await measureAll(setup, options, saved);

  const count = Math.min(SAMPLE_POINTS, setup.points);
  const sample = await sampleOf(stream, count);
  const weightsOfSample = rowsEvenly(weights, options.atoms, count);
  const state = await stateOf(options, sample, saved, weightsOfSample);
  const found = await inSample({ ...run, state }, { ...input, dataset: sample });
  const { mean, exact } = meanPsnr(psnr);
  return {
    ...found,
    summary: {
      ...found.summary,
      points: setup.points,
      psnr_all: jsonNumber(mean),
      ...(exact > 0 && { exact_all: exact }),
      sample: count,
    },
    arrays: { ...found.arrays, weights: { shape: [setup.points, options.atoms], data: weights } },
  };
}

interface SavedDictionary extends Pick<Factors, "atoms"> {
  readonly alpha: Float64Array;
  readonly encoder: Encoder | undefined;
  /** Of the data points [M, S], where they are those of the run. */
  readonly weights: Float32Array | undefined;
}

function savedDictionary(state: StateTree, { points, pixels, problem }: StreamSetup, isTrainingData: boolean) {
  const { atoms: count } = problem;
  const { data: alpha } = expectArray(state, "optimizer.x", [count * pixels], Float64Array);
  return {
    alpha,
    atoms: softmax.forward(alpha, pixels),
    encoder: "encoder" in state ? loadEncoder(expectTree(state, "encoder"), pixels, count) : undefined,
    weights: isTrainingData ? expectArray(state, "weights", [points, count], Float32Array).data : undefined,
  } satisfies SavedDictionary;
}

/** Weights [M, S] and PSNR in dB [M] of all data points. */
async function measureAll(setup: StreamSetup, options: WdlOptions, saved: SavedDictionary) {
  const { points, batch } = setup;
  const weights = new Float32Array(points * options.atoms);
  const psnr = new Float64Array(points);
  for (let from = 0; from < points; from += batch) {
    const rows = Array.from({ length: Math.min(batch, points - from) }, (_, k) => from + k);
    const read = await setup.read(rows);
    const own = saved.weights?.subarray(from * options.atoms, (from + rows.length) * options.atoms);
    const isVisited = own?.every(
      (_, i) => i % options.atoms > 0 || own.subarray(i, i + options.atoms).some((w) => w !== 0),
    );
    const { weights: found } = await encodeEach(read.problem, saved.atoms, {
      encoder: saved.encoder,
      evaluations: isVisited ? TRAINED_EVALUATIONS : NEW_EVALUATIONS,
      ...(isVisited && { start: Float64Array.from(own!, (weight) => Math.max(weight, 1e-4)) }),
    });
    weights.set(found, from * options.atoms);
    psnr.set(await psnrOf(setup, options, read, { atoms: saved.atoms, weights: found }), from);
  }
  return { weights, psnr };
}

/** PSNR in dB of the reconstructions of a batch on the 8-bit scale [B]. */
export async function psnrOf(
  { problem, pixels, stream }: StreamSetup,
  { alpha, invert }: WdlOptions,
  { masses, values }: Batch,
  factors: Factors,
): Promise<Float64Array> {
  const shape = [masses.length, pixels];
  const barycenters = normalizeRows(await problem.operator.barycenters(barycenterInputs(problem, factors)), pixels);
  const images = toIntensities(barycenters, pixels, masses, { alpha, invert });
  const inputs = values.map((value) => Math.round((255 * value) / stream.peak));
  return perImage({ shape, data: images }, { shape, data: inputs });
}

/** What the task of all data at once would have saved of the sample. */
async function stateOf(
  options: WdlOptions,
  sample: SampleDataset,
  { alpha }: SavedDictionary,
  weights: Float64Array,
): Promise<StateTree> {
  const { problem } = await setUpWdl(options, sample);
  const x = packFactors(problem, alpha, problem.weightMap.inverse(weights, options.atoms));
  return { optimizer: { x: { shape: [x.length], data: x } }, cycles: 1 };
}

/** The rows of the data points that `sampleOf` takes. */
function rowsEvenly(weights: Float32Array, atoms: number, count: number): Float64Array {
  const points = weights.length / atoms;
  const out = new Float64Array(count * atoms);
  for (let k = 0; k < count; k++) {
    const row = Math.floor((k * points) / count);
    out.set(weights.subarray(row * atoms, (row + 1) * atoms), k * atoms);
  }
  return out;
}

function requireShape({ config }: TrainedRun, { name, shape }: StreamDataset): void {
  const trained = config.options["dataShape"] as readonly number[] | undefined;
  const [expected, got] = [trained, shape].map((extents) => extents?.slice(1).join(" x "));
  if (expected === undefined || got === expected) return;
  throw new InputError(
    `${name}: data points of ${got}, but the atoms have ${expected} values; give data of that shape`,
  );
}
