import type { StreamDataset } from "../../../src/data/stream/stream.ts";
import { OptionError } from "../../../src/errors.ts";
import type { Geometry } from "../../../src/geometry/geometry.ts";
import { sizeOf } from "../../../src/tensor/ndarray.ts";
import { requireMemory } from "../../../src/transport/barycenter/memory.ts";
import { toHistograms, type IntensityHistograms } from "../intensities.ts";
import { dataTerm } from "../losses.ts";
import type { WdlProblem } from "../objective.ts";
import type { WdlOptions } from "../options.ts";
import { barycenterOptions, groundGeometry, localityOf, operatorOf } from "../setup.ts";
import { affine, softmax } from "../simplex.ts";

/** Some data points of a stream, and the problem that they make. */
export interface Batch extends IntensityHistograms {
  readonly problem: WdlProblem;
  /** As they were read [B, N]. */
  readonly values: Float64Array;
}

/** Everything that follows from the options and a stream. */
export interface StreamSetup {
  readonly stream: StreamDataset;
  readonly geometry: Geometry;
  /** Shape of one data point. */
  readonly pointShape: readonly number[];
  readonly pixels: number;
  /** Data points M, and most of a batch. */
  readonly points: number;
  readonly batch: number;
  /** What computes. */
  readonly engine: string;
  /** The problem without data: its term has none. */
  readonly problem: WdlProblem;
  /** Reads data points. Throws InputError for one without mass. */
  read(rows: ArrayLike<number>): Promise<Batch>;
}

/**
 * Checks data and options against each other, as `setUpWdl` does, for data that stay on disk. Throws InputError; OptionError for what mini-batches do
 * not have: a start that is carried over between them, a step scale of their weights.
 */
export async function setUpStream(options: WdlOptions, stream: StreamDataset): Promise<StreamSetup> {
  const [points, ...pointShape] = stream.shape;
  const batch = options.batch ?? points;
  if (batch > points) {
    throw new OptionError("batch", `expected at most the ${points} data points of ${stream.name}, got ${batch}`);
  }
  if (options.warmRestart > 0) {
    throw new OptionError("warmRestart", "not with --batch, which carries no scalings over; leave one of the two out");
  }
  if (options.gammaSchedule !== undefined) {
    throw new OptionError("gammaSchedule", "not with --batch, which has one gamma; leave one of the two out");
  }
  for (const name of ["mask", "initWeights", "initWeightsFile", "initAtomsFile"] as const) {
    if (options[name] === undefined) continue;
    throw new OptionError(
      name,
      "not with --batch, which holds no data point from step to step; leave one of the two out",
    );
  }
  if (options.weightScale !== undefined) {
    throw new OptionError(
      "weightScale",
      "not with --batch, where each point takes steps of its own; leave one of the two out",
    );
  }
  if (options.loss.startsWith("wasserstein")) {
    throw new OptionError("loss", `${options.loss} not with --batch; take tv, quadratic or kl`);
  }
  const geometry = await groundGeometry(options.cost, pointShape, stream.name);
  const pixels = sizeOf(pointShape);
  const core = barycenterOptions(options);
  const operator = operatorOf(geometry, core);
  requireMemory(operator.bytes(batch, options.atoms), core.iterations, "sinkhornIterations");
  const local = localityOf(options, geometry);
  const problemOf = (data: Float64Array): WdlProblem => ({
    term: dataTerm(options.loss, data, { geometry, epsilon: options.gamma }),
    pixels,
    atoms: options.atoms,
    operator,
    weightMap: options.allowNegativeWeights ? affine : softmax,
    zeta: 1,
    ...(local && { locality: local }),
  });
  const intensity = { peak: stream.peak, alpha: options.alpha, invert: options.invert };

  return {
    stream,
    geometry,
    pointShape,
    pixels,
    points,
    batch,
    engine: operator.name,
    problem: problemOf(new Float64Array(0)),
    async read(rows) {
      const names = Array.from(rows, (row) => stream.nameOf(row));
      const values = await stream.read(rows);
      const histograms = toHistograms(values, pixels, intensity, names);
      return { ...histograms, values, problem: problemOf(histograms.data) };
    },
  };
}

/** Steps of a run: batches, or passes over the data. Throws OptionError where both are given. */
export function stepsOf({ iterations, epochs }: WdlOptions, points: number, batch: number, byDefault: number): number {
  if (epochs === undefined) return iterations;
  if (iterations !== byDefault) throw new OptionError("epochs", "not beside --iterations; leave one of the two out");
  return epochs * Math.ceil(points / batch);
}
