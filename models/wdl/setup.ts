import { samplesOf, type Dataset } from "../../src/data/dataset.ts";
import { readNpy } from "../../src/data/npy.ts";
import { InputError, OptionError } from "../../src/errors.ts";
import { denseGeometry, type DenseGeometry } from "../../src/geometry/dense.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { grid } from "../../src/geometry/grid.ts";
import { chooseBarycenterEngine } from "../../src/transport/barycenter/choose.ts";
import { rowOf } from "../../src/tensor/ndarray.ts";
import { withLevelStart } from "../../src/transport/barycenter/debiased/level-start.ts";
import { requireMemory } from "../../src/transport/barycenter/memory.ts";
import { barycenterOperator, type BarycenterOperator } from "../../src/transport/barycenter/operator.ts";
import type { BarycenterOptions } from "../../src/transport/barycenter/options.ts";
import { toHistograms, toIntensities, type IntensityHistograms } from "./intensities.ts";
import { locality, type Locality } from "./locality/locality.ts";
import { dataTerm, lossByName, type WdlTerm } from "./losses.ts";
import { maskedTerm, observedShare, readMask, type Mask } from "./mask.ts";
import type { WdlProblem } from "./objective.ts";
import type { WdlOptions } from "./options.ts";
import { affine, softmax } from "./simplex.ts";

/** Everything that follows from the options and the data: shared by training, encoding and evaluation. */
export interface WdlSetup {
  readonly problem: WdlProblem;
  readonly geometry: Geometry;
  /** Shape of one data point: [h, w], [n] or [d, h, w]. */
  readonly pointShape: readonly number[];
  /** Data points M. */
  readonly points: number;
  readonly histograms: IntensityHistograms;
  /** The value of the data that is 255 on the 8-bit scale. */
  readonly peak: number;
  /** The data on the 8-bit scale [M, N], 0..255. */
  readonly intensities: Float64Array;
  /** What defines the operator besides atoms, weights and geometry. */
  readonly barycenterOptions: BarycenterOptions;
  /** The problem at another gamma, for operator and loss. */
  problemAt(gamma: number): WdlProblem;
  /** The operator with another number of Sinkhorn iterations. */
  operatorWith(sinkhornIterations: number): BarycenterOperator;
  /** What is observed; undefined: all. */
  readonly mask: Mask | undefined;
  /**
   * Masses that bring histograms [rows, N] of mass one, for data points from `first` on, to their intensities. Where pixels are missing,
   * those by which the observed ones have the mass of the data.
   */
  massesOf(histograms: Float64Array, first?: number): Float64Array;
  /** Histograms [M, N] of mass one, back on the 8-bit scale: mass, alpha and inversion undone. */
  restore(histograms: Float64Array): Float64Array;
}

/**
 * Measured best or near it from 100 to 50 000 pixels. The paper's N / (100 P) is 25 for its faces: there the weights run
 * into corners of the simplex, where their gradient vanishes, before the atoms have formed.
 */
const DEFAULT_ZETA = 0.2;

/**
 * Checks data and options against each other and makes the geometry, the operator and the objective's problem. The tfjs
 * backend must have been chosen. Throws InputError.
 */
export async function setUpWdl(options: WdlOptions, given: Dataset): Promise<WdlSetup> {
  const dataset = samplesOf(given);
  const [points, ...pointShape] = dataset.values.shape;
  const geometry = await groundGeometry(options.cost, pointShape, dataset.name);
  const pixels = geometry.shape[0];
  const peak = dataset.kind === "images" ? 255 : dataset.values.data.reduce((most, value) => Math.max(most, value), 0);
  const intensity = { peak, alpha: options.alpha, invert: options.invert };
  const mask = options.mask === undefined ? undefined : await readMask(options.mask, points, pointShape);
  if (mask) checkMaskedLoss(options.loss);
  const observed = mask && ((pixel: number, point: number) => mask.row(point)[pixel] > 0);
  const histograms = toHistograms(dataset.values.data, pixels, intensity, dataset.names, observed);
  const termAt = (epsilon: number): WdlTerm =>
    mask
      ? maskedTerm(options.loss, lossByName(options.loss, { geometry, epsilon }), histograms.data, pixels, mask)
      : dataTerm(options.loss, histograms.data, { geometry, epsilon });

  const core = barycenterOptions(options);
  const operator = operatorOf(geometry, core);
  requireMemory(operator.bytes(points, options.atoms), core.iterations, "sinkhornIterations");
  const local = localityOf(options, geometry);
  const problem: WdlProblem = {
    term: termAt(options.gamma),
    pixels,
    atoms: options.atoms,
    operator,
    weightMap: options.allowNegativeWeights ? affine : softmax,
    zeta: options.weightScale === undefined ? DEFAULT_ZETA : pixels / (options.weightScale * points),
    ...(local && { locality: local }),
  };
  const massesOf = (rows: Float64Array, first = 0): Float64Array => {
    const masses = histograms.masses.subarray(first, first + rows.length / pixels);
    if (!mask) return masses;
    return masses.map((mass, row) => mass / observedShare(rowOf(rows, pixels, row), mask.row(first + row)));
  };
  return {
    problem,
    geometry,
    barycenterOptions: core,
    pointShape,
    points,
    histograms,
    peak,
    intensities: dataset.values.data.map((value) => (255 * value) / peak),
    problemAt: (gamma) =>
      gamma === options.gamma
        ? problem
        : {
            ...problem,
            term: termAt(gamma),
            operator: operatorOf(geometry, { ...core, epsilon: gamma }),
          },
    operatorWith: (iterations) =>
      iterations === core.iterations ? operator : operatorOf(geometry, { ...core, iterations }),
    mask,
    massesOf,
    restore: (rows) => toIntensities(rows, pixels, massesOf(rows), intensity),
  };
}

/** The operator on the current backend, whose barycenters have about the mass of the atoms after few iterations too. */
export function operatorOf(geometry: Geometry, options: BarycenterOptions): BarycenterOperator {
  const operator = barycenterOperator(chooseBarycenterEngine(geometry, options));
  return options.debiased ? withLevelStart(operator, geometry, options.epsilon) : operator;
}

function checkMaskedLoss(loss: WdlOptions["loss"]): void {
  if (loss !== "wasserstein" && loss !== "wasserstein-normalized") return;
  throw new OptionError("mask", `not defined for the loss ${loss}, which moves mass; take tv, quadratic or kl`);
}

/** The barycenter operator's options in the terms of the core. Throws InputError for options that exclude each other. */
export function barycenterOptions(options: WdlOptions): BarycenterOptions {
  if (options.unbalanced !== undefined && options.allowNegativeWeights) {
    throw new OptionError("allowNegativeWeights", "not defined for unbalanced barycenters; leave one of the two out");
  }
  return {
    epsilon: options.gamma,
    iterations: options.sinkhornIterations,
    domain: ({ auto: "auto", on: "log", off: "scaling" } as const)[options.logDomain],
    heavyBall: options.heavyBall,
    rho: options.unbalanced ?? Infinity,
    debiased: options.debiased,
  };
}

/** The regulariser that the options ask for. Throws OptionError where it is not defined. */
export function localityOf(options: WdlOptions, geometry: Geometry): Locality | undefined {
  if (options.locality === 0) return undefined;
  if (options.allowNegativeWeights) {
    throw new OptionError(
      "locality",
      "not defined for negative weights, which would be paid for distances; leave one of the two out",
    );
  }
  if (!geometry.symmetric) throw new OptionError("locality", "needs a symmetric ground cost; leave one of the two out");
  return locality({ geometry, weight: options.locality });
}

/** The pixel grid, or the matrix of a file. */
export async function groundGeometry(
  file: string | undefined,
  shape: readonly number[],
  name: string,
): Promise<Geometry> {
  if (file === undefined) return grid({ size: [...shape] });
  const pixels = shape.reduce((product, extent) => product * extent, 1);
  try {
    const cost = await readNpy(file);
    if (cost.shape.length === 2 && cost.shape.every((extent) => extent === pixels))
      return notNegative(denseGeometry(cost));
    throw new InputError(
      `${file}: expected [${pixels}, ${pixels}] (one row a bin of ${name}), got [${cost.shape.join(", ")}]`,
    );
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new OptionError("cost", error.message.startsWith(file) ? error.message : `${file}: ${error.message}`);
  }
}

/** Distances of bins are not: what is negative is some other matrix. */
function notNegative(geometry: DenseGeometry): Geometry {
  const { data, shape } = geometry.cost;
  const bad = geometry.minCost < 0 ? data.findIndex((entry) => entry < 0) : -1;
  if (bad < 0) return geometry;
  const at = `[${Math.floor(bad / shape[1])}, ${bad % shape[1]}]`;
  throw new InputError(`ground cost: expected finite entries >= 0, got ${data[bad]} at ${at}`);
}
