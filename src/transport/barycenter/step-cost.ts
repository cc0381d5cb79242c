import { EXPONENT_RANGE } from "../../geometry/grid-host.ts";
import type { StepCost } from "../../tensor/device-rule.ts";

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
}

/**
 * Multiply-adds a second and thread of the native gradient, all its work put down to them: from `otlearn bench wdl_gradient` on two
 * cores of an AMD EPYC (Zen 4, AVX-512), 20 photographs 224 x 224, 5 atoms, 5 iterations, gamma 1, in 0.034 s; the same at 32 x 32
 * under a cost matrix in 0.0052 s.
 */
const MULTIPLY_ADDS_PER_SECOND = { grid: 5.6e10, dense: 2.0e11 };

/** Bytes that the iterations of one group of data points take on a device (`engine-webgpu.ts`). */
const GROUP_BYTES = 2 ** 29;
/** Fields of [B, S, N] numbers that the device keeps of an iteration. */
const KEPT_FIELDS = 3;
/** Loss, and the gradients of atoms and weights. */
const READ_BACKS = 3;

/**
 * Predicted cost of one gradient, for the choice of a backend: the device's by the counts that `engine-webgpu.ts` states, the
 * processor's by the constants above. Both apply the kernel four times an iteration, and that is most of their work.
 *
 * @param threads of the native kernels
 */
export function gradientCost(
  { points, atoms, iterations, epsilon, size, isDense }: GradientSizes,
  threads: number,
): Omit<StepCost, "steps"> {
  const pixels = size.reduce((product, extent) => product * extent, 1);
  const field = points * atoms * pixels;
  const radius = Math.floor(Math.sqrt(EXPONENT_RANGE.float32 * epsilon));
  const taps = isDense ? pixels : size.reduce((sum, extent) => sum + Math.min(2 * radius + 1, extent), 0);
  const multiplyAdds = 4 * taps * field * iterations;
  const axes = isDense ? 1 : size.length;
  const groups = Math.ceil((4 * KEPT_FIELDS * field * iterations) / GROUP_BYTES);
  return {
    launches: (4 * axes + 3) * iterations * groups,
    bytes: 4 * (8 * axes + 10) * field * iterations,
    operations: 2 * multiplyAdds,
    readBacks: READ_BACKS,
    hostSeconds: multiplyAdds / (MULTIPLY_ADDS_PER_SECOND[isDense ? "dense" : "grid"] * threads),
  };
}
