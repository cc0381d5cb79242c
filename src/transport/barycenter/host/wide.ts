import type { Geometry } from "../../../geometry/geometry.ts";
import { rowOf, ndarray, sizeOf, type NdArray } from "../../../tensor/ndarray.ts";
import { LINEAR_LOSS, nativePlan } from "../native/plan.ts";
import { logScalingShape, type ResolvedOptions } from "../options.ts";
import { atOnce } from "../pieces.ts";
import { onlyPoints, type CheckedInputs } from "../problem.ts";
import { HostRun, type BarycenterLoss } from "./run.ts";
import type { HostSettings } from "./point-engine.ts";

/** What is known of the data points after their iterations. */
export interface WideBarycenters {
  /** [B, N] */
  readonly barycenters: NdArray<Float64Array>;
  /** See `logScalingShape`. */
  readonly logScalings: NdArray<Float64Array>;
  /** [B] */
  readonly errors: Float64Array;
  /** [B] */
  readonly iterations: Float64Array;
}

/** The geometry of all atoms, or one for each. */
export type HostGeometries = Geometry | readonly Geometry[];

/**
 * Barycenters in float64: by the native kernels where they are there and cover the case (domain `auto`, one square geometry), and
 * of the data points that leave their range, or of all, by `HostRun`.
 */
export function wideBarycenters(
  geometry: HostGeometries,
  inputs: CheckedInputs,
  options: ResolvedOptions,
  settings: HostSettings,
): WideBarycenters {
  const [points, count] = inputs.weights.shape;
  const pixels = shapeOf(geometry)[1];
  const found = {
    barycenters: zeros([points, pixels]),
    logScalings: zeros(logScalingShape(options, points, count, pixels)),
    errors: new Float64Array(points),
    iterations: new Float64Array(points),
  };
  const outputs = {
    barycenters: found.barycenters.data,
    wideLogScalings: found.logScalings.data,
    errors: found.errors,
    iterationsDone: found.iterations,
  };
  const plan = planOf(geometry, options);
  const rest = plan ? atOnce(plan.run(inputs, outputs)) : range(points);
  if (rest.length === 0) return found;
  const run = new HostRun(geometry, onlyPoints(inputs, rest), options, settings);
  atOnce(run.forward(true));
  const scalings = sizeOf(logScalingShape(options, 1, count, pixels));
  rest.forEach((point, row) => {
    found.barycenters.data.set(rowOf(run.barycenters.data, pixels, row), point * pixels);
    found.logScalings.data.set(rowOf(run.logScalings.data, scalings, row), point * scalings);
    found.errors[point] = run.errors[row];
    found.iterations[point] = run.iterations[row];
  });
  return found;
}

/** Gradients of atoms [S, M] and weights [B, S] from d loss / d P [B, N], by the same engines. */
export function wideGradients(
  geometry: HostGeometries,
  inputs: CheckedInputs,
  options: ResolvedOptions,
  settings: HostSettings,
  slopes: Float64Array,
) {
  const [points, count] = inputs.weights.shape;
  const pixels = shapeOf(geometry)[1];
  const atoms = zeros(inputs.atoms.shape);
  const weights = zeros(inputs.weights.shape);
  const outputs = {
    loss: LINEAR_LOSS,
    targets: slopes,
    losses: new Float64Array(points),
    gradientAtoms: atoms.data,
    gradientWeights: weights.data,
  };
  const plan = planOf(geometry, options);
  const rest = plan ? atOnce(plan.run(inputs, outputs)) : range(points);
  if (rest.length === 0) return { atoms, weights };
  const run = new HostRun(geometry, onlyPoints(inputs, rest), options, settings);
  const found = atOnce(run.withGradient((row, _, out) => out.set(rowOf(slopes, pixels, rest[row]))));
  for (let i = 0; i < atoms.data.length; i++) atoms.data[i] += found.atoms.data[i];
  rest.forEach((point, row) => weights.data.set(rowOf(found.weights.data, count, row), point * count));
  return { atoms, weights };
}

/** Barycenters, and the gradients of a loss of them by a fixed number of iterations. */
export function wideLoss(
  geometry: HostGeometries,
  inputs: CheckedInputs,
  options: ResolvedOptions,
  settings: HostSettings,
  loss: BarycenterLoss,
) {
  if (!planOf(geometry, options)) {
    const run = new HostRun(geometry, inputs, options, settings); // nothing is computed twice
    const gradients = atOnce(run.withGradient(loss));
    return { barycenters: run.barycenters, logScalings: run.logScalings, ...gradients };
  }
  const { barycenters, logScalings } = wideBarycenters(geometry, inputs, options, settings);
  const [points, pixels] = barycenters.shape;
  const slopes = new Float64Array(points * pixels);
  for (let point = 0; point < points; point++) {
    loss(point, rowOf(barycenters.data, pixels, point), rowOf(slopes, pixels, point));
  }
  return { barycenters, logScalings, ...wideGradients(geometry, inputs, options, settings, slopes) };
}

/** [M, N] */
function shapeOf(geometry: HostGeometries): readonly [number, number] {
  return (isOne(geometry) ? geometry : geometry[0]).shape;
}

function planOf(geometry: HostGeometries, options: ResolvedOptions) {
  return isOne(geometry) ? nativePlan(geometry, options, { wide: true }) : undefined;
}

function isOne(geometry: HostGeometries): geometry is Geometry {
  return !Array.isArray(geometry);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function zeros(shape: readonly number[]): NdArray<Float64Array> {
  return ndarray(new Float64Array(sizeOf(shape)), shape);
}
