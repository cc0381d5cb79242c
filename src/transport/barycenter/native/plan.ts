import { RunError } from "../../../errors.ts";
import { costShift, type Geometry } from "../../../geometry/geometry.ts";
import type { BarycenterBatch } from "../../../native/barycenter.ts";
import { nativeStatus, type NativeAddon } from "../../../native/loader.ts";
import { toFloat32 } from "../../../tensor/ndarray.ts";
import { requireMemory } from "../memory.ts";
import type { ResolvedOptions } from "../options.ts";
import type { InPieces } from "../pieces.ts";
import type { CheckedInputs } from "../problem.ts";
import { nativeBytes } from "./bytes.ts";
import { costOf, groundOf } from "./ground.ts";

/** What the native kernels take in the place of a loss: `targets` then holds d loss / d P. */
export const LINEAR_LOSS = 3;

type Inputs = "points" | "cost" | "atoms" | "weights" | "start" | "done" | "begins" | "seconds";

/** What to compute, written into the given arrays; see `BarycenterBatch`. */
type NativeOutputs = Partial<Omit<BarycenterBatch, Inputs>>;

const NO_OUTPUTS = {
  loss: LINEAR_LOSS,
  targets: undefined,
  barycenters: undefined,
  logScalings: undefined,
  losses: undefined,
  gradientAtoms: undefined,
  gradientWeights: undefined,
} as const;

/** The native kernels for one geometry and setting, with the buffers of one number of atoms. */
export interface NativePlan {
  /** "avx2, 2 threads" */
  readonly detail: string;
  bytes(points: number, atoms: number): number;
  /**
   * Computes the data points in float32, and those whose scalings leave the range in which that is exact in float64.
   * Returns the points that float64 does not hold either; nothing of them is in the gradients of the atoms.
   */
  run(inputs: CheckedInputs, outputs: NativeOutputs): InPieces<number[]>;
}

/**
 * Undefined where the addon is absent or does not cover the case: square costs, no domain asked for, and with heavy-ball or a rho none
 * that are negative.
 */
export function nativePlan(geometry: Geometry, options: ResolvedOptions, pieceSeconds: number): NativePlan | undefined {
  const { addon, detail } = nativeStatus();
  const ground = options.domain === "auto" ? groundOf(geometry, options.epsilon) : undefined;
  if (!addon || !ground || (costShift(geometry) < 0 && !options.plain)) return undefined;
  const { iterations, memory, update, power } = options;
  const { threads } = addon.describe();
  const bytes = (points: number, atoms: number) => nativeBytes(ground, options, points, atoms, threads);
  /** Buffers of the last run, for the next one; two runs at once have their own. */
  let idle: { readonly atoms: number; readonly native: ReturnType<NativeAddon["createBarycenter"]> } | undefined;

  return {
    detail,
    bytes,
    *run({ atoms, weights, start }, outputs) {
      const [points, count] = weights.shape;
      if (points === 0) return [];
      requireMemory(bytes(points, count), iterations);
      const settings = { ...ground, atoms: count, iterations, memory, update, power };
      const done = new Uint8Array(points);
      const arrays = { atoms: atoms.data, weights: weights.data, start: start && toFloat32(start).data, done };
      const batch = { ...NO_OUTPUTS, ...outputs, ...arrays, points, cost: costOf(geometry), seconds: pieceSeconds };
      const create = () => ({ atoms: count, native: addon.createBarycenter(settings) });
      const own = idle?.atoms === count ? idle : withinMemory(iterations, create);
      idle = undefined;
      try {
        for (let begins = true; ; begins = false) {
          const advance = () => addon.runBarycenter(own.native, { ...batch, begins });
          if (withinMemory(iterations, advance)) return Array.from(done.keys()).filter((point) => !done[point]);
          yield;
        }
      } finally {
        idle = own;
      }
    },
  };
}

/** Turns the kernels' lack of memory into one line. */
function withinMemory<R>(iterations: number, compute: () => R): R {
  try {
    return compute();
  } catch (error) {
    if (
      !(error instanceof Error) ||
      !/bad_alloc|bad_array_new_length|length_error|vector::|not enough memory/.test(error.message)
    )
      throw error;
    throw new RunError(`barycenter: not enough memory for ${iterations} Sinkhorn iterations; ask for fewer`);
  }
}
