import type { Geometry } from "../../geometry/geometry.ts";
import type { GridGeometry } from "../../geometry/grid.ts";
import type { BarycenterAxis, BarycenterBatch } from "../../native/barycenter.ts";
import { nativeStatus, type NativeAddon } from "../../native/loader.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import { resolveBarycenterOptions, type BarycenterOptions, type ResolvedOptions } from "./options.ts";
import { checkProblem } from "./problem.ts";

/** Kernel entries below exp(-87) are no normal float32, those below exp(-708) no normal float64. */
const FLOAT32_EXPONENT = 87;
const FLOAT64_EXPONENT = 708;

/** What the native kernels take in the place of a loss: `targets` then holds d loss / d P. */
export const LINEAR_LOSS = 3;

export interface NativeProblem {
  /** D [S, N] */
  readonly atoms: NdArray<Float64Array>;
  /** Lambda [B, S] */
  readonly weights: NdArray<Float64Array>;
  /** Log-scalings [B, sides, S, N] */
  readonly start?: NdArray<Float32Array> | undefined;
}

/** What to compute, written into the given arrays; see `BarycenterBatch`. */
export type NativeOutputs = Partial<Omit<BarycenterBatch, "points" | "atoms" | "weights" | "start" | "done">>;

export interface NativeBarycenter {
  /** "avx2, 2 threads" */
  readonly detail: string;
  /** Scalings of a start and of a result, see `ResolvedOptions`. */
  readonly sides: 1 | 2;
  /**
   * Computes the data points in float32, and those whose scalings leave the range in which that is exact in float64.
   * Returns the points that float64 does not hold either; nothing of them is in the gradients of the atoms.
   * Throws InputError for shapes and values that are no problem of the core.
   */
  run(problem: NativeProblem, outputs: NativeOutputs): number[];
}

/**
 * The native barycenters of a geometry and setting, with the buffers of one number of atoms. Undefined where the addon is
 * absent or does not cover the case: grids, no domain asked for.
 */
export function nativeBarycenter(geometry: Geometry, options: BarycenterOptions): NativeBarycenter | undefined {
  const { addon, detail } = nativeStatus();
  const resolved = resolveBarycenterOptions(options);
  if (!addon || resolved.domain !== "auto" || !isGrid(geometry)) return undefined;
  const settings = planSettings(geometry, resolved);
  let plan: { readonly atoms: number; readonly native: ReturnType<NativeAddon["createBarycenter"]> } | undefined;
  return {
    detail,
    sides: resolved.sides,
    run({ atoms, weights, start }, outputs) {
      checkProblem({ geometry, atoms, weights, start }, resolved);
      const [points, count] = weights.shape as [number, number];
      if (points === 0) return [];
      if (plan?.atoms !== count) plan = { atoms: count, native: addon.createBarycenter({ ...settings, atoms: count }) };
      const done = new Uint8Array(points);
      const inputs = { points, atoms: atoms.data, weights: weights.data, start: start?.data, done };
      addon.runBarycenter(plan.native, { ...NO_OUTPUTS, loss: LINEAR_LOSS, ...outputs, ...inputs });
      return Array.from(done.keys()).filter((point) => !done[point]);
    },
  };
}

function isGrid(geometry: Geometry): geometry is GridGeometry {
  return geometry.kind === "grid";
}

const NO_OUTPUTS = {
  targets: undefined,
  barycenters: undefined,
  logScalings: undefined,
  losses: undefined,
  gradientAtoms: undefined,
  gradientWeights: undefined,
} as const;

/** The one-dimensional kernels of the axes; those that a grid lacks have one point. */
function planSettings(
  { size, spacing }: GridGeometry,
  { epsilon, iterations, memory, update, power }: ResolvedOptions,
) {
  const axes = size.map((extent, index) => axis(extent, spacing[index]!, epsilon));
  while (axes.length < 3) axes.unshift(axis(1, 1, epsilon));
  const [depth, down, across] = axes as [BarycenterAxis, BarycenterAxis, BarycenterAxis];
  return { depth, down, across, iterations, memory, update, power };
}

function axis(size: number, step: number, epsilon: number): BarycenterAxis {
  const radius = (exponent: number) => Math.min(size - 1, Math.floor(Math.sqrt(exponent * epsilon) / step));
  const radius64 = radius(FLOAT64_EXPONENT);
  const taps = Float64Array.from({ length: radius64 + 1 }, (_, d) => Math.exp(-((d * step) ** 2) / epsilon));
  return { size, radius32: radius(FLOAT32_EXPONENT), radius64, taps };
}
