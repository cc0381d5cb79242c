import type { BarycenterDense, BarycenterGrid } from "../../../native/barycenter.ts";
import type { ResolvedOptions } from "../options.ts";

/** What a plan keeps of the iterations of all data points in work before it computes them twice. */
const KEPT_BYTES = 2 ** 30;
/** Rows are rounded up to registers of at most this many float32. */
const LANES = 16;

/**
 * Memory of a native plan in float32, the formula of `cpp/barycenter/barycenter_plan.h`, with one data point in work on each
 * thread; points that need float64 take twice as much again.
 */
export function nativeBytes(
  ground: BarycenterGrid | BarycenterDense,
  { iterations, memory, power, debiased }: ResolvedOptions,
  points: number,
  atoms: number,
  threads: number,
): number {
  const pixels = ground.dense
    ? roundUp(ground.points)
    : ground.depth.size * ground.down.size * roundUp(ground.across.size);
  const remembers = memory !== 0;
  const plain = !remembers && power === 0;
  const [moreKept, moreCarried, moreWork] = debiased ? [2, 1, 3] : [0, 0, 0];
  const images = (plain ? 2 * atoms + 1 : 4 * atoms + 1) + moreKept;
  const carried = (plain ? atoms + 1 : remembers ? 2 * atoms : atoms) + moreCarried;
  const work = (plain ? 3 * atoms : remembers ? 5 * atoms : 4 * atoms) + moreWork;
  const image = 4 * pixels;
  const segment =
    images * iterations * image <= KEPT_BYTES / threads
      ? iterations
      : Math.ceil(Math.sqrt((iterations * carried) / images));
  const kept = images * segment + carried * (Math.ceil(iterations / segment) - 1);
  const levels = 8 * iterations * atoms; // which kernel each product of an iteration took
  const kernels = ground.dense ? pixels * (ground.symmetric ? 1 : 2) : 0;
  const shared = 4 * atoms + 2 + kernels + 2 * atoms * Math.min(points, 16);
  return image * shared + threads * (image * (kept + work + 11) + levels);
}

function roundUp(extent: number): number {
  return LANES * Math.ceil(extent / LANES);
}
