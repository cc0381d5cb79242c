import type * as tf from "@tensorflow/tfjs-core";
import type { NdArray } from "../tensor/ndarray.ts";

/**
 * A ground cost C [n, m] as an operator. Solvers never see the matrix: they apply the Gibbs kernel
 * `K_ij = exp(-C_ij / epsilon)` to vectors, in the scaling domain (`apply`) or the log domain (`logApply`). On a grid no
 * n x n matrix exists, and of a cloud none is kept. A geometry is not a solver, holds no potentials and fixes no epsilon.
 *
 * Costs are finite, in the units of the coordinates (squared, for squared Euclidean costs), and negative only where a matrix says so;
 * epsilon is in cost units.
 */
export interface Geometry {
  readonly kind: "grid" | "dense" | "cloud";
  /** Points on the first and on the second side. */
  readonly shape: readonly [n: number, m: number];
  /** True where C equals its transpose, so that `apply` and `applyTranspose` agree. */
  readonly symmetric: boolean;
  /** The largest entry of C; of a cloud, a bound of it. */
  readonly maxCost: number;
  /** The smallest entry of C, or a number below it; 0 for distances. */
  readonly minCost: number;
  /** The points and how C follows from them; undefined where C was given as a matrix. */
  readonly coordinates: Coordinates | undefined;
  /** C itself [n, m], formed anew at each call: for small problems, plans and exact solvers. */
  costMatrix(): NdArray<Float64Array>;
  /** Float64 operators on the host. */
  hostKernel(epsilon: number, options?: HostKernelOptions): HostKernel;
  /** The tensors that the cost was made of, where it was: what a tape can follow. */
  readonly variables?: GeometryVariables | undefined;
  /**
   * Float32 operators on the current tfjs backend, differentiable by the tape, in `epsilon` and `variables` too where these are tensors.
   * Dispose after use.
   */
  kernel(epsilon: number | tf.Scalar): TensorKernel;
}

/** Points of a cloud, or the entries of a cost matrix. */
export interface GeometryVariables {
  /** [n, d] and [m, d] */
  readonly points?: { readonly x: tf.Tensor2D; readonly y: tf.Tensor2D; readonly cost: PointCost } | undefined;
  /** [n, m] */
  readonly cost?: tf.Tensor2D | undefined;
}

/** What solvers on the host need of a geometry: no tensors. */
export type HostGeometry = Pick<Geometry, "kind" | "shape" | "symmetric" | "hostKernel">;

export interface GridGeometry extends Geometry {
  readonly kind: "grid";
  readonly size: readonly number[];
  /** One an axis. */
  readonly spacing: readonly number[];
  readonly coordinates: Coordinates;
}

export interface DenseGeometry extends Geometry {
  readonly kind: "dense";
  /** C [n, m]; not a copy. */
  readonly cost: NdArray<Float64Array>;
}

/** Points of which no matrix is kept. */
export interface CloudGeometry extends Geometry {
  readonly kind: "cloud";
  readonly coordinates: Coordinates;
}

export function isGrid(geometry: Geometry): geometry is GridGeometry {
  return geometry.kind === "grid";
}

export function isDense(geometry: Geometry): geometry is DenseGeometry {
  return geometry.kind === "dense";
}

export function isCloud(geometry: Geometry): geometry is CloudGeometry {
  return geometry.kind === "cloud";
}

/** What is taken off the costs so that none is negative; 0 where none is. */
export function costShift({ minCost }: Pick<Geometry, "minCost">): number {
  return Math.min(minCost, 0);
}

const shifted = new WeakMap<DenseGeometry, Float64Array>();

/** C less its shift [n, m], which is made once if it is another matrix: for what takes no negative costs. */
export function nonNegativeCost(geometry: DenseGeometry): Float64Array {
  const shift = costShift(geometry);
  if (shift === 0) return geometry.cost.data;
  const made = shifted.get(geometry) ?? geometry.cost.data.map((entry) => entry - shift);
  shifted.set(geometry, made);
  return made;
}

/** The largest entry of C in size. */
export function largestCost({ minCost, maxCost }: Pick<Geometry, "minCost" | "maxCost">): number {
  return Math.max(maxCost, -minCost);
}

/** How the cost of a pair of points follows from their coordinates. */
export type PointCost = "squared-euclidean" | "euclidean" | "manhattan" | "cosine";

export interface Coordinates {
  /** [n, d] */
  readonly x: NdArray<Float64Array>;
  /** [m, d] */
  readonly y: NdArray<Float64Array>;
  readonly cost: PointCost;
}

export interface HostKernelOptions {
  /**
   * Where the kernel of a grid is cut off (a dense one never is): `float64` keeps every entry a float64 holds as a normal number (d^2 < 708 epsilon),
   * `float32` every entry a float32 does (d^2 < 87 epsilon), at a third of the work. Arithmetic is float64 in both.
   * @default "float64"
   */
  readonly precision?: "float64" | "float32";
}

/** K and its relatives on Float64Array. `out` receives the result, is returned, and may not be `x`. */
export interface HostKernel {
  readonly epsilon: number;
  /** K x: [m] -> [n] */
  apply(x: Float64Array, out: Float64Array): Float64Array;
  /** K^T x: [n] -> [m] */
  applyTranspose(x: Float64Array, out: Float64Array): Float64Array;
  /** (K * C) x, C entrywise: [m] -> [n]. The transport cost of scalings u, v is <u, (K * C) v>. */
  applyCost(x: Float64Array, out: Float64Array): Float64Array;
  /** log(K exp(x)): [m] -> [n]. `-Infinity` marks absent mass and is passed over. Never cut off. */
  logApply(x: Float64Array, out: Float64Array): Float64Array;
  /** log(K^T exp(x)): [n] -> [m] */
  logApplyTranspose(x: Float64Array, out: Float64Array): Float64Array;
  /** log((K * (C - s)) exp(x)): [m] -> [n], with s = `costShift(geometry)`, which is 0 unless some costs are negative. */
  logApplyCost(x: Float64Array, out: Float64Array): Float64Array;
}

/**
 * A geometry at one epsilon on the current tfjs backend: the same operators on tensors, batched over leading dimensions.
 * Gradients are taken from the operators' own constants, so keep it until they are computed.
 */
export interface TensorKernel {
  readonly geometry: Geometry;
  readonly epsilon: number;
  /** What of it is on the tape; the rest is constant. */
  readonly variables?: KernelVariables | undefined;
  readonly shape: readonly [n: number, m: number];
  /** The largest entry of C in size: with epsilon it tells whether the scaling domain is safe in float32. */
  readonly maxCost: number;
  /** K x: [..., m] -> [..., n] */
  apply(x: tf.Tensor): tf.Tensor;
  /** K^T x: [..., n] -> [..., m] */
  applyTranspose(x: tf.Tensor): tf.Tensor;
  /** log(K exp(x)): [..., m] -> [..., n]. Absent mass is a large negative finite number, not -Infinity. */
  logApply(x: tf.Tensor): tf.Tensor;
  /** log(K^T exp(x)): [..., n] -> [..., m] */
  logApplyTranspose(x: tf.Tensor): tf.Tensor;
  /** log((K * (C - s)) exp(x)): [..., m] -> [..., n], with s = `costShift(geometry)`. */
  logApplyCost(x: tf.Tensor): tf.Tensor;
  dispose(): void;
}

export interface KernelVariables extends GeometryVariables {
  readonly epsilon?: tf.Scalar | undefined;
}

/** epsilon as the tape knows it. */
export function epsilonOf(kernel: TensorKernel): number | tf.Scalar {
  return kernel.variables?.epsilon ?? kernel.epsilon;
}
