import type { HostGeometry } from "../../../geometry/geometry.ts";
import { ndarray, rowOf, sizeOf, toFloat64, type NdArray } from "../../../tensor/ndarray.ts";
import { requireMemory } from "../memory.ts";
import { logScalingShape, type ResolvedOptions } from "../options.ts";
import { PIECE_SECONDS } from "../pieces.ts";
import { largestMass, type CheckedInputs } from "../problem.ts";
import { engineLadder } from "./ladder.ts";
import type { HostSettings, PointEngine, PointProblem } from "./point-engine.ts";
import { Trajectory } from "./trajectory.ts";

/** Writes d loss / d p of one data point into `out` [N]. May be called twice for a point; the last call counts. */
export type BarycenterLoss = (point: number, barycenter: Float64Array, out: Float64Array) => void;

/** One problem while its data points are done one after the other. */
export class HostRun {
  readonly barycenters: NdArray<Float64Array>;
  readonly logScalings: NdArray<Float64Array>;
  /** [B] carried out, and the errors at exit of a `forward` that was asked for them. */
  readonly iterations: Float64Array;
  readonly errors: Float64Array;
  readonly #inputs: CheckedInputs;
  readonly #engines: readonly (() => PointEngine)[];
  readonly #pointProblem: (point: number) => PointProblem;

  /** `geometry` is that of all atoms, or there is one for each, all of one shape. */
  constructor(
    geometry: HostGeometry | readonly HostGeometry[],
    inputs: CheckedInputs,
    options: ResolvedOptions,
    settings: HostSettings,
  ) {
    const [count, atomPoints] = inputs.atoms.shape;
    const each: readonly HostGeometry[] = isList(geometry) ? geometry : Array.from({ length: count }, () => geometry);
    const points = each[0].shape[1];
    const batch = inputs.weights.shape[0];
    const start = inputs.start && toFloat64(inputs.start).data;
    const atoms = Array.from({ length: count }, (_, s) => rowOf(inputs.atoms.data, atomPoints, s));
    requireMemory(HostRun.bytes(each[0], options, settings, count), options.iterations);
    this.#inputs = inputs;
    this.barycenters = zeros([batch, points]);
    this.logScalings = zeros(logScalingShape(options, batch, count, points));
    this.iterations = new Float64Array(batch);
    this.errors = new Float64Array(batch);
    this.#engines = engineLadder(each, options, settings);
    const mass = largestMass(inputs.atoms);
    this.#pointProblem = (point) => ({
      atoms,
      mass,
      weights: rowOf(inputs.weights.data, count, point),
      start: start && rowOf(start, sizeOf(logScalingShape(options, 1, count, points)), point),
    });
  }

  /** What an engine of one data point takes, in bytes. */
  static bytes(geometry: HostGeometry, options: ResolvedOptions, { byteLimit }: HostSettings, atoms: number): number {
    const { iterations, debiased } = options;
    const [atomPoints, points] = geometry.shape;
    return Trajectory.bytes({ iterations, atoms, points, atomPoints, debiased, separateLogPhi: true, byteLimit });
  }

  /** All data points, without a loss. */
  *forward(withErrors = false): Generator<undefined, void> {
    for (let point = 0; point < this.#batch; point++) {
      if (point > 0 && this.#isPieceOver()) yield;
      const engine = this.#carryOut(point);
      this.iterations[point] = engine.iterations;
      if (withErrors) this.errors[point] = engine.error(this.#pointProblem(point));
    }
  }

  /** All data points with the adjoint of a loss: nothing is computed twice, and one point's iterations are in memory. */
  *withGradient(loss: BarycenterLoss) {
    const atoms = zeros(this.#inputs.atoms.shape);
    const weights = zeros(this.#inputs.weights.shape);
    const [count, points] = atoms.shape;
    for (let point = 0; point < this.#batch; point++) {
      if (point > 0 && this.#isPieceOver()) yield;
      const engine = this.#carryOut(point, loss);
      weights.data.set(engine.gradientWeights, point * count);
      engine.gradientAtoms.forEach((gradient, s) => {
        const sum = rowOf(atoms.data, points, s);
        for (let i = 0; i < points; i++) sum[i] += gradient[i];
      });
    }
    return { atoms, weights };
  }

  get #batch(): number {
    return this.#inputs.weights.shape[0];
  }

  #pieceEnd = performance.now() + 1000 * PIECE_SECONDS;

  #isPieceOver(): boolean {
    if (performance.now() < this.#pieceEnd) return false;
    this.#pieceEnd = performance.now() + 1000 * PIECE_SECONDS;
    return true;
  }

  /** Does one data point, with its adjoint if there is a loss, and returns the engine that could. */
  #carryOut(point: number, loss?: BarycenterLoss): PointEngine {
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
    const barycenter = rowOf(this.barycenters.data, this.barycenters.shape[1], point);
    barycenter.set(engine.barycenter);
    engine.readLogScalings(rowOf(this.logScalings.data, sizeOf(this.logScalings.shape.slice(1)), point));
    if (!loss) return true;
    const gradient = new Float64Array(barycenter.length);
    loss(point, barycenter, gradient);
    return engine.backward(problem, gradient);
  }
}

function zeros(shape: readonly number[]): NdArray<Float64Array> {
  return ndarray(new Float64Array(sizeOf(shape)), shape);
}

function isList(geometry: HostGeometry | readonly HostGeometry[]): geometry is readonly HostGeometry[] {
  return Array.isArray(geometry);
}
