import { RunError } from "../../../errors.ts";
import { costShift, type Geometry } from "../../../geometry/geometry.ts";
import type { BarycenterBatch } from "../../../native/barycenter.ts";
import { nativeStatus, type NativeAddon } from "../../../native/loader.ts";
import { toFloat32, toFloat64 } from "../../../tensor/ndarray.ts";
import { requireMemory } from "../memory.ts";
import type { ResolvedOptions } from "../options.ts";
import type { InPieces } from "../pieces.ts";
import { largestMass, type CheckedInputs } from "../problem.ts";
import { nativeBytes } from "./bytes.ts";
import { costOf, groundOf } from "./ground.ts";

/** What the native kernels take in the place of a loss: `targets` then holds d loss / d P. */
export const LINEAR_LOSS = 3;

type Inputs =
  "points" | "cost" | "atoms" | "weights" | "start" | "wideStart" | "done" | "begins" | "seconds" | "tolerance";

/** What to compute, written into the given arrays; see `BarycenterBatch`. */
type NativeOutputs = Partial<Omit<BarycenterBatch, Inputs>>;

const NO_OUTPUTS = {
  loss: LINEAR_LOSS,
  targets: undefined,
  barycenters: undefined,
  logScalings: undefined,
  wideLogScalings: undefined,
  errors: undefined,
  iterationsDone: undefined,
  losses: undefined,
  gradientAtoms: undefined,
  gradientWeights: undefined,
} as const;

export interface NativePlanSettings {
  /** In float64 from the beginning. @default false */
  readonly wide?: boolean;
  /** Of a piece, see `InPieces`. @default Infinity */
  readonly pieceSeconds?: number;
}

/** The native kernels for one geometry and setting, with the buffers of one number of atoms. */
export interface NativePlan {
  /** "avx2, 2 threads" */
  readonly detail: string;
  bytes(points: number, atoms: number): number;
  /**
   * Computes the data points in float32, and those whose scalings leave the range in which that is exact in float64. With errors among
   * the outputs, a point's iterations end at the tolerance of the options.
   * Returns the points that float64 does not hold either; nothing of them is in the gradients of the atoms.
   */
  run(inputs: CheckedInputs, outputs: NativeOutputs): InPieces<number[]>;
}

/**
 * Undefined where the addon is absent or does not cover the case: square costs, no domain asked for, and none that are negative with
 * heavy-ball, a rho or debiased.
 */
export function nativePlan(
  geometry: Geometry,
  options: ResolvedOptions,
  { wide = false, pieceSeconds = Infinity }: NativePlanSettings = {},
): NativePlan | undefined {
  const { addon, detail } = nativeStatus();
  const ground = options.domain === "auto" ? groundOf(geometry, options.epsilon) : undefined;
  if (!addon || !ground || (costShift(geometry) < 0 && (options.debiased || !options.plain))) return undefined;
  const { iterations, memory, update, power, debiased, tolerance } = options;
  const { threads } = addon.describe();
  const bytes = (points: number, atoms: number) =>
    (wide ? 2 : 1) * nativeBytes(ground, options, points, atoms, threads);
  /** Buffers of the last run, for the next one; two runs at once have their own. */
  let idle: { readonly atoms: number; readonly native: ReturnType<NativeAddon["createBarycenter"]> } | undefined;

  return {
    detail,
    bytes,
    *run({ atoms, weights, start }, outputs) {
      const [points, count] = weights.shape;
      if (points === 0) return [];
      requireMemory(bytes(points, count), iterations);
      const settings = { ...ground, atoms: count, iterations, memory, update, power, wide, debiased };
      const done = new Uint8Array(points);
      const starts = wide
        ? { start: undefined, wideStart: start && toFloat64(start).data }
        : { start: start && toFloat32(start).data, wideStart: undefined };
      const arrays = { atoms: atoms.data, weights: weights.data, ...starts, done };
      const mass = largestMass(atoms);
      const limits = { points, cost: costOf(geometry), seconds: pieceSeconds, tolerance: tolerance * mass };
      const batch = { ...NO_OUTPUTS, ...outputs, ...arrays, ...limits };
      const create = () => ({ atoms: count, native: addon.createBarycenter(settings) });
      const own = idle?.atoms === count ? idle : withinMemory(iterations, create);
      idle = undefined;
      try {
        for (let begins = true; ; begins = false) {
          const advance = () => addon.runBarycenter(own.native, { ...batch, begins });
          if (withinMemory(iterations, advance)) break;
          yield;
        }
      } finally {
        idle = own;
      }
      outputs.errors?.forEach((error, point, errors) => (errors[point] = error / mass));
      return Array.from(done.keys()).filter((point) => !done[point]);
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
