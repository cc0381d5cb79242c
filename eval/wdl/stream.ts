import { expectArray, expectTree } from "../../checkpoints/leaves.ts";
import { encode } from "../../models/wdl/encode/encode.ts";
import { loadEncoder, type Encoder } from "../../models/wdl/encode/encoder.ts";
import { normalizeRows } from "../../models/wdl/dictionary.ts";
import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import { toIntensities } from "../../models/wdl/intensities.ts";
import { packFactors } from "../../models/wdl/objective.ts";
import type { WdlOptions } from "../../models/wdl/options.ts";
import { setUpWdl } from "../../models/wdl/setup.ts";
import { softmax } from "../../models/wdl/simplex.ts";
import { setUpStream, type Batch, type StreamSetup } from "../../models/wdl/stream/setup.ts";
import type { Dataset, SampleDataset } from "../../src/data/dataset.ts";
import { sampleOf, type StreamDataset } from "../../src/data/stream/stream.ts";
import { InputError } from "../../src/errors.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import type { Evaluation, EvaluationInput, Evaluator, TrainedRun } from "../evaluator.ts";
import { jsonNumber } from "../format.ts";
import { meanPsnr, perImage } from "../metrics/images.ts";
import { baselineMethods, type WdlBaselines } from "./baselines.ts";
import { compare } from "./compare.ts";

/** Data points that are held for pictures, report and the fit of the baselines, evenly spaced. */
const SAMPLE_POINTS = 2000;
/** Evaluations of a point that was trained on, from the weights that it was left with under atoms that have moved on since. */
const TRAINED_EVALUATIONS = 4;

/**
 * Evaluates a dictionary on data that stay on disk: a sample is what `inSample` evaluates, draws and compares with baselines, which are
 * fitted to a sample of the run's data. Where that is not all, all data points are encoded and measured too, some at a time: `all` of
 * the summary.
 */
export async function evaluateStream(
  run: TrainedRun,
  input: EvaluationInput & { readonly dataset: StreamDataset },
  options: WdlOptions,
  inSample: Evaluator["evaluate"],
): Promise<Evaluation> {
  const { dataset: stream, isTrainingData, own } = input;
  requireShape(run, stream);
  const batch = Math.min(options.batch ?? stream.shape[0], stream.shape[0]);
  const setup = await setUpStream({ ...options, batch }, stream);
  const saved = savedDictionary(run.state, setup, isTrainingData);
  const sample = await sampleOf(stream, SAMPLE_POINTS);
  const { weights: known } = await encode(
    { atoms: saved.atoms, problem: (await setUpWdl(options, sample)).problem },
    { encoder: saved.encoder },
  );
  const found = await inSample(
    { ...run, state: await stateOf(options, sample, saved, known) },
    { ...input, dataset: sample, ...(own && { own: { ...own, load: async () => inMemory(await own.load()) } }) },
  );
  if (sample.values.shape[0] === setup.points) return found;
  const { weights, psnr } = await measureAll(setup, options, saved, found.arrays);
  return {
    ...found,
    summary: { ...found.summary, sample: sample.values.shape[0], all: { points: setup.points, psnr } },
    arrays: { ...found.arrays, weights: { shape: [setup.points, options.atoms], data: weights } },
  };
}

async function inMemory(dataset: Dataset): Promise<Dataset> {
  return dataset.kind === "stream" ? sampleOf(dataset, SAMPLE_POINTS) : dataset;
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

/** Weights [M, S] of all data points, and the mean PSNR in dB of each method over those that it does not reproduce exactly. */
async function measureAll(
  setup: StreamSetup,
  options: WdlOptions,
  saved: SavedDictionary,
  arrays: Evaluation["arrays"],
): Promise<{ readonly weights: Float32Array; readonly psnr: Readonly<Record<string, number | string>> }> {
  const { points, batch, pointShape, stream } = setup;
  const { atoms: count } = options;
  const weights = new Float32Array(points * count);
  const psnr: Record<string, Float64Array> = {};
  const put = (key: string, from: number, values: Float64Array) =>
    (psnr[key] ??= new Float64Array(points)).set(values, from);
  const baselines = writtenBaselines(arrays);
  for (let from = 0; from < points; from += batch) {
    const rows = Array.from({ length: Math.min(batch, points - from) }, (_, k) => from + k);
    const read = await setup.read(rows);
    const own = saved.weights?.subarray(from * count, (from + rows.length) * count);
    const { weights: found } = await encode(
      { atoms: saved.atoms, problem: read.problem },
      {
        encoder: saved.encoder,
        ...(own && areVisited(own, count) && { start: Float64Array.from(own), evaluations: TRAINED_EVALUATIONS }),
      },
    );
    weights.set(found, from * count);
    put("wdl", from, await psnrOf(setup, options, read, { atoms: saved.atoms, weights: found }));
    const data = { values: read.values, scale: 255 / stream.peak };
    for (const method of baselines ? baselineMethods(baselines, count, data) : []) {
      const compared = await compare(method, { ...data, points: rows.length, pointShape, shown: 0 });
      put(method.key, from, compared.psnr);
    }
  }
  const means = Object.entries(psnr).map(([key, values]) => [key, jsonNumber(meanPsnr(values).mean)]);
  return { weights, psnr: Object.fromEntries(means) };
}

/** The baselines of a sample's evaluation; undefined where it has none. */
function writtenBaselines(arrays: Evaluation["arrays"]): Pick<WdlBaselines, "arrays"> | undefined {
  return "pca_mean" in arrays ? { arrays: arrays as unknown as WdlBaselines["arrays"] } : undefined;
}

/** Whether training came to all of these points, whose weights [B, S] are zero else. */
function areVisited(weights: Float32Array, atoms: number): boolean {
  for (let from = 0; from < weights.length; from += atoms) {
    if (!weights.subarray(from, from + atoms).some((weight) => weight !== 0)) return false;
  }
  return true;
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

function requireShape({ config }: TrainedRun, { name, shape }: StreamDataset): void {
  const trained = config.options["dataShape"] as readonly number[] | undefined;
  const [expected, got] = [trained, shape].map((extents) => extents?.slice(1).join(" x "));
  if (expected === undefined || got === expected) return;
  throw new InputError(
    `${name}: data points of ${got}, but the atoms have ${expected} values; give data of that shape`,
  );
}
