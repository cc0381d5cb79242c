// Coarse to fine (Schmitzer 2019): the potentials of a problem on a grid of half the size, at the same epsilon, are where
// the problem itself starts.
import * as tf from "@tensorflow/tfjs-core";
import { OptionError } from "../../errors.ts";
import { isGrid, type Geometry, type GridGeometry } from "../../geometry/geometry.ts";
import { grid } from "../../geometry/grid.ts";
import { sizeOf } from "../../tensor/ndarray.ts";
import type { Initializer } from "../initializers/initializer.ts";
import { chooseSinkhorn } from "./choose.ts";
import { halveAxis, interpolateAxis } from "./half-grid.ts";
import { checkCount, checkTolerance, type SinkhornDomain } from "./options.ts";
import { initialPotential, type Histograms } from "./tensor-problem.ts";

export interface CoarseToFine {
  /** How often the grid is halved. @default 1 */
  readonly levels?: number;
  /** Where a coarse problem stops, a share of the total mass. @default 1e-2 */
  readonly tolerance?: number;
  /** Iterations on a coarse grid. @default 100 */
  readonly maxIterations?: number;
}

interface Setting {
  readonly epsilon: number;
  readonly domain: SinkhornDomain;
  readonly momentum: number;
  readonly checkEvery: number;
}

/** Mass that is spread evenly over a coarse grid, so that its potentials are finite everywhere. */
const SPREAD = 1e-6;

/** Throws OptionError for options out of their ranges, or a geometry that cannot be halved. */
export function checkCoarseToFine(
  geometry: Geometry,
  { levels = 1, tolerance = 0, maxIterations = 1 }: CoarseToFine,
): void {
  checkCount(levels, "coarseToFine.levels");
  checkTolerance(tolerance, "coarseToFine.tolerance");
  checkCount(maxIterations, "coarseToFine.maxIterations");
  const longest = isGrid(geometry) ? Math.max(...geometry.size) : 0;
  if (longest >= 2 ** levels) return;
  const got = isGrid(geometry) ? `${geometry.size.join(" x ")} points` : `a ${geometry.kind} geometry`;
  throw new OptionError("coarseToFine", `expected a grid that can be halved ${levels} times, got ${got}`);
}

/** g [..., m] from the problem on half the grid, which `initializer` starts. The caller owns it. */
export async function coarseStart(
  initializer: Initializer,
  geometry: GridGeometry,
  histograms: Histograms,
  setting: Setting,
  options: CoarseToFine,
): Promise<tf.Tensor> {
  const { levels = 1, tolerance = 1e-2, maxIterations = 100 } = options;
  const { epsilon, domain, momentum, checkEvery } = setting;
  const { pairs } = histograms;
  const half = grid({
    size: geometry.size.map((extent) => Math.ceil(extent / 2)),
    spacing: geometry.spacing.map((spacing) => 2 * spacing),
  });
  const [a, b] = [histograms.a, histograms.b].map((masses) => halved(masses, pairs, geometry.size));
  const shape = [pairs, half.shape[0]];
  const tensor = (values: Float64Array): tf.Tensor => tf.tensor(new Float32Array(values), shape, "float32");
  const coarse: Histograms = { batch: { a: tensor(a), b: tensor(b) }, pairs, a, b, totals: undefined };
  const kernel = half.kernel(epsilon);
  const run = { iterations: maxIterations, tolerance, checkEvery, domain, momentum };
  let start: tf.Tensor | undefined;
  try {
    start =
      levels > 1
        ? await coarseStart(initializer, half, coarse, setting, { ...options, levels: levels - 1 })
        : initialPotential(initializer, half, epsilon, coarse);
    const { f, g } = await chooseSinkhorn(kernel, domain).solve(coarse.batch, start, run);
    const potential = new Float64Array(await g.data());
    tf.dispose([f, g]);
    // g less epsilon log b is the part that is smooth
    for (let at = 0; at < b.length; at++) potential[at] -= epsilon * Math.log(b[at]);
    const fine = doubled(potential, half.size, geometry.size);
    const masses = histograms.b;
    for (let at = 0; at < fine.length; at++) if (masses[at] > 0) fine[at] += epsilon * Math.log(masses[at]);
    return tf.tensor(new Float32Array(fine), histograms.batch.b.shape, "float32");
  } finally {
    kernel.dispose();
    tf.dispose([coarse.batch.a, coarse.batch.b, start ?? []]);
  }
}

/** Masses [pairs, ...size] summed over blocks of two points along each axis. */
function halved(masses: Float64Array, pairs: number, size: readonly number[]): Float64Array {
  const sums = size.reduceRight((values, extent, axis) => {
    const inner = sizeOf(size.slice(axis + 1).map((other) => Math.ceil(other / 2)));
    return halveAxis(values, extent, inner);
  }, masses);
  const points = sums.length / pairs;
  return sums.map((mass) => (mass + SPREAD / points) / (1 + SPREAD));
}

/** A potential [pairs, ...from] interpolated along each axis: [pairs, ...to]. */
function doubled(potential: Float64Array, from: readonly number[], to: readonly number[]): Float64Array {
  return to.reduceRight(
    (values, extent, axis) => interpolateAxis(values, from[axis], extent, sizeOf(to.slice(axis + 1))),
    potential,
  );
}
