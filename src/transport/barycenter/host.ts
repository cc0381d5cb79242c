import type { Geometry, HostKernelOptions } from "../../geometry/geometry.ts";
import { ndarray, sizeOf, toFloat64, type NdArray } from "../../tensor/ndarray.ts";
import { cachedHostKernel } from "./host-kernels.ts";
import { KernelRange } from "./kernel-range.ts";
import { LogEngine } from "./log-engine.ts";
import { exactLogOperator, guardedLogOperator } from "./log-operator.ts";
import { logMean } from "./mean.ts";
import { resolveBarycenterOptions, type BarycenterOptions, type ResolvedOptions } from "./options.ts";
import type { EngineSettings, PointEngine, PointProblem } from "./point-engine.ts";
import { checkProblem, checkShape, type BarycenterProblem } from "./problem.ts";
import { ScalingEngine } from "./scaling-engine.ts";

export interface HostBarycenterOptions extends BarycenterOptions {
  /**
   * Cut-off of the kernel. `float64` agrees with a dense float64 kernel to 1e-12, `float32` to 1e-7 at a third of the
   * work on a grid.
   * @default "float64"
   */
  readonly precision?: NonNullable<HostKernelOptions["precision"]>;
  /**
   * Memory for the iterations of one data point, in bytes; above it they are recomputed in segments (see `Trajectory`).
   * @default 2^28
   */
  readonly byteLimit?: number;
}

export interface HostBarycenters {
  /** P [B, N]. After finitely many iterations their mass is slightly below that of the atoms. */
  readonly barycenters: NdArray<Float64Array>;
  /** Final log-scalings [B, sides, S, N] for a warm start: log b, and log a as a second side with heavy-ball. */
  readonly logScalings: NdArray<Float64Array>;
}

export interface BarycenterGradients {
  /** [S, N] */
  readonly gradientAtoms: NdArray<Float64Array>;
  /** [B, S] */
  readonly gradientWeights: NdArray<Float64Array>;
}

/** Writes d loss / d p of one data point into `out` [N]. May be called twice for a point; the last call counts. */
export type BarycenterLoss = (point: number, barycenter: Float64Array, out: Float64Array) => void;

/**
 * Wasserstein barycenters of the atoms, one a row of weights, by a fixed number of Sinkhorn iterations in float64 on the
 * host (Schmitz et al. 2018, equations 6 to 8). One data point at a time: besides inputs and outputs it needs
 * 8 F L S N bytes, F = 5 (see `Trajectory`). `backward` maps d loss / d P [B, N] to the gradients and computes the
 * iterations again; `hostBarycenterGradient` does not have to.
 *
 * Domain `auto` runs a data point in the scaling domain and checks each kernel product for the relative accuracy that
 * `precision` stands for; a point that leaves the range is done again with the longer float64 band, then in the log
 * domain, forward and adjoint alike. Domain `scaling` does not check.
 *
 * Float64 arrays are not copied: leave them unchanged until `backward`. Throws InputError for shapes that do not match and
 * for values that are not masses or weights.
 */
export function hostBarycenter(
  problem: BarycenterProblem,
  options: HostBarycenterOptions,
): HostBarycenters & { backward(gradient: NdArray): BarycenterGradients } {
  const run = new HostRun(problem, options);
  for (let point = 0; point < run.batch; point++) run.carryOut(point);
  return {
    barycenters: run.barycenters,
    logScalings: run.logScalings,
    backward(gradient) {
      const { data, shape } = toFloat64(gradient);
      checkShape("gradient", shape, run.barycenters.shape);
      const copyRow: BarycenterLoss = (point, _, out) => out.set(rowOf(data, shape[1], point));
      const { gradientAtoms, gradientWeights } = hostBarycenterGradient(problem, options, copyRow);
      return { gradientAtoms, gradientWeights };
    },
  };
}

/**
 * Barycenters and the gradients of a loss of them in one pass: forward, loss and adjoint point by point, so that nothing
 * is computed twice and only one point's iterations are in memory. What training on the host calls.
 */
export function hostBarycenterGradient(
  problem: BarycenterProblem,
  options: HostBarycenterOptions,
  loss: BarycenterLoss,
): HostBarycenters & BarycenterGradients {
  const run = new HostRun(problem, options);
  const gradientAtoms = zeros(problem.atoms.shape);
  const gradientWeights = zeros(problem.weights.shape);
  const [count, points] = problem.atoms.shape;
  for (let point = 0; point < run.batch; point++) {
    const engine = run.carryOut(point, loss);
    gradientWeights.data.set(engine.gradientWeights, point * count);
    engine.gradientAtoms.forEach((gradient, s) => {
      const sum = rowOf(gradientAtoms.data, points, s);
      for (let i = 0; i < points; i++) sum[i] += gradient[i];
    });
  }
  return { barycenters: run.barycenters, logScalings: run.logScalings, gradientAtoms, gradientWeights };
}

/** One problem while its data points are done one after the other. */
class HostRun {
  readonly batch: number;
  readonly barycenters: NdArray<Float64Array>;
  readonly logScalings: NdArray<Float64Array>;
  readonly #engines: readonly (() => PointEngine)[];
  readonly #pointProblem: (point: number) => PointProblem;
  readonly #gradient: Float64Array;

  constructor(problem: BarycenterProblem, options: HostBarycenterOptions) {
    const resolved = resolveBarycenterOptions(options);
    checkProblem(problem, resolved);
    const [count, points] = problem.atoms.shape;
    const { data: atomData } = toFloat64(problem.atoms);
    const { data: weights } = toFloat64(problem.weights);
    const start = problem.start && toFloat64(problem.start).data;
    const atoms = Array.from({ length: count }, (_, s) => rowOf(atomData, points, s));
    this.batch = problem.weights.shape[0];
    this.barycenters = zeros([this.batch, points]);
    this.logScalings = zeros([this.batch, resolved.sides, count, points]);
    this.#engines = engineLadder(problem.geometry, resolved, options, count);
    this.#pointProblem = (point) => ({
      atoms,
      weights: rowOf(weights, count, point),
      start: start && rowOf(start, resolved.sides * count * points, point),
    });
    this.#gradient = new Float64Array(points);
  }

  /** Does one data point, with its adjoint if there is a loss, and returns the engine that could. */
  carryOut(point: number, loss?: BarycenterLoss): PointEngine {
    const problem = this.#pointProblem(point);
    const last = this.#engines.length - 1;
    for (const engineOfRung of this.#engines.slice(0, last)) {
      const engine = engineOfRung();
      if (this.#attempt(engine, problem, point, loss)) return engine;
    }
    const engine = this.#engines[last]();
    this.#attempt(engine, problem, point, loss);
    return engine;
  }

  #attempt(engine: PointEngine, problem: PointProblem, point: number, loss: BarycenterLoss | undefined): boolean {
    if (!engine.forward(problem)) return false;
    const barycenter = rowOf(this.barycenters.data, this.#gradient.length, point);
    barycenter.set(engine.barycenter);
    engine.readLogScalings(rowOf(this.logScalings.data, sizeOf(this.logScalings.shape.slice(1)), point));
    if (!loss) return true;
    loss(point, barycenter, this.#gradient);
    return engine.backward(problem, this.#gradient);
  }
}

/** The engines to try for a data point, fastest first, each made when it is first needed. */
function engineLadder(
  geometry: Geometry,
  options: ResolvedOptions,
  { precision: wanted = "float64", byteLimit = 2 ** 28 }: HostBarycenterOptions,
  atoms: number,
): readonly (() => PointEngine)[] {
  const points = geometry.shape[0];
  const settings: EngineSettings = { options, mean: logMean(options.power), atoms, points, byteLimit };
  const precision = geometry.kind === "grid" ? wanted : "float64"; // a dense kernel is not cut off
  const kernel = (cutOff: "float64" | "float32") => cachedHostKernel(geometry, options.epsilon, cutOff);
  const guarded = (cutOff: "float64" | "float32") => () =>
    new ScalingEngine(settings, kernel(cutOff), new KernelRange(cutOff));
  const guardedLog = () => {
    const operator = guardedLogOperator(kernel("float64"), new KernelRange("float64"), points);
    return new LogEngine(settings, operator);
  };
  const ladders: Readonly<Record<ResolvedOptions["domain"], readonly (() => PointEngine)[]>> = {
    scaling: [() => new ScalingEngine(settings, kernel(precision))],
    log: [() => new LogEngine(settings, exactLogOperator(kernel("float64")))],
    auto: [...(precision === "float32" ? [guarded("float32")] : []), guarded("float64"), guardedLog],
  };
  return ladders[options.domain].map(once);
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function rowOf(data: Float64Array, length: number, row: number): Float64Array {
  return data.subarray(row * length, (row + 1) * length);
}

function zeros(shape: readonly number[]): NdArray<Float64Array> {
  return ndarray(new Float64Array(sizeOf(shape)), shape);
}
