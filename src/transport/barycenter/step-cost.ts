import { grid } from "../../geometry/grid.ts";
import type { StepCost } from "../../tensor/device-rule.ts";
import { gradientCost as deviceCost } from "../../webgpu/barycenter/cost.ts";
import { KEPT_BYTES } from "../../webgpu/barycenter/groups.ts";
import { passWidths } from "../../webgpu/barycenter/kernel-passes.ts";
import type { KernelCost } from "../../webgpu/cost.ts";
import { kernelLimits } from "../../webgpu/limits.ts";

/** A gradient of barycenters with respect to atoms and weights: what it is of. */
export interface GradientSizes {
  /** Data points B. */
  readonly points: number;
  /** Atoms S. */
  readonly atoms: number;
  readonly iterations: number;
  readonly epsilon: number;
  /** Of the grid, with unit spacing. */
  readonly size: readonly number[];
  /** Whether a cost matrix over all of its points takes the place of the grid. */
  readonly isDense: boolean;
  /** @default false */
  readonly debiased?: boolean;
}

/**
 * Multiply-adds a second and thread of the native gradient, all its work put down to them: from `otlearn bench wdl_gradient` on two
 * cores of an AMD EPYC (Zen 4, AVX-512), 20 photographs 224 x 224, 5 atoms, 5 iterations, gamma 1, in 0.034 s; the same at 32 x 32
 * under a cost matrix in 0.0052 s.
 */
const MULTIPLY_ADDS_PER_SECOND = { grid: 5.6e10, dense: 2.0e11 };

/**
 * The same of the TypeScript engine, which has no threads: 20 faces 32 x 32, 5 atoms, 25 iterations in about 0.65 s of processor time, on a
 * busy machine. Not measured under a cost matrix.
 */
const PLAIN_MULTIPLY_ADDS_PER_SECOND = 6e8;

/** Of what a device may not hold: so the processor does it. */
const IMPOSSIBLE: KernelCost = { launches: Infinity, bytes: Infinity, operations: Infinity };

/** Loss, and the gradients of atoms and weights. */
const READ_BACKS = 3;

/**
 * Predicted cost of one gradient, for the choice of a backend: the device's counted, the
 * processor's by the constants above. Both apply the kernel four times an iteration and atom, and that is most of their work; debiased
 * barycenters twice more.
 *
 * @param threads of the native kernels; undefined without them, as in a page
 */
export function gradientCost(
  { points, atoms, iterations, epsilon, debiased = false, size, isDense }: GradientSizes,
  threads: number | undefined,
): Omit<StepCost, "steps"> {
  const width = size.reduce((product, extent) => product * extent, 1);
  const passes = isDense ? [width] : passWidths(grid({ size }), epsilon);
  const taps = isDense ? width : size.reduce((sum, extent, axis) => sum + Math.min(passes[axis], extent), 0);
  const products = debiased ? 4 * atoms + 2 : 4 * atoms;
  const multiplyAdds = products * taps * points * width * iterations;
  const hostRate =
    threads === undefined
      ? PLAIN_MULTIPLY_ADDS_PER_SECOND
      : MULTIPLY_ADDS_PER_SECOND[isDense ? "dense" : "grid"] * threads;
  const host = { readBacks: READ_BACKS, hostSeconds: multiplyAdds / hostRate };
  const { maxStorageBufferBindingSize: binding } = kernelLimits();
  if (4 * atoms * width > binding) return { ...IMPOSSIBLE, ...host };
  return {
    ...deviceCost({ points, atoms, width, iterations, memory: 0, debiased, binding, passes }, KEPT_BYTES),
    ...host,
  };
}
