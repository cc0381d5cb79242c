/** Of `cpp/glue/glue_barycenter.cc`. */
export interface BarycenterNatives {
  createBarycenter(settings: BarycenterPlanSettings): BarycenterPlan;
  runBarycenter(plan: BarycenterPlan, batch: BarycenterBatch): void;
}

/** Buffers of one problem shape, freed with the garbage collector. */
interface BarycenterPlan {
  readonly native: unique symbol;
}

/** One axis of a grid: its one-dimensional kernel, and where each precision cuts it off, in pixels. */
export interface BarycenterAxis {
  readonly size: number;
  readonly radius32: number;
  readonly radius64: number;
  /** exp(-d^2 spacing^2 / epsilon) for d = 0 .. radius64. */
  readonly taps: Float64Array;
}

interface BarycenterPlanSettings {
  readonly depth: BarycenterAxis;
  readonly down: BarycenterAxis;
  readonly across: BarycenterAxis;
  readonly atoms: number;
  readonly iterations: number;
  /** The exponents of `ResolvedOptions`. */
  readonly memory: number;
  readonly update: number;
  readonly power: number;
}

export interface BarycenterBatch {
  readonly points: number;
  /** 0 total variation, 1 quadratic, 2 Kullback-Leibler, 3 the inner product with `targets`, for a slope that is known. */
  readonly loss: number;
  readonly atoms: Float64Array; // [S, N]
  readonly weights: Float64Array; // [points, S]
  readonly start: Float32Array | undefined; // log scalings [points, sides, S, N]
  readonly targets: Float64Array | undefined; // [points, N]; with them losses and gradients are computed
  readonly barycenters: Float64Array | undefined; // [points, N]
  readonly logScalings: Float32Array | undefined; // [points, sides, S, N]
  readonly losses: Float64Array | undefined; // [points]
  readonly gradientAtoms: Float64Array | undefined; // [S, N]
  readonly gradientWeights: Float64Array | undefined; // [points, S]
  /** Set to 1 for each point that was computed; the others left the range of float64 and need the log domain. */
  readonly done: Uint8Array;
}
