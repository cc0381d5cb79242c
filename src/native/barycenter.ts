/** Of `cpp/glue/glue_barycenter.cc`. */
export interface BarycenterNatives {
  createBarycenter(settings: BarycenterPlanSettings): BarycenterPlan;
  /**
   * False where the batch is not complete after `seconds`: to be called again with the same batch, until it is. The result does
   * not depend on how often that was.
   */
  runBarycenter(plan: BarycenterPlan, batch: BarycenterBatch): boolean;
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

interface BarycenterSettings {
  readonly atoms: number;
  readonly iterations: number;
  /** The exponents of `ResolvedOptions`. */
  readonly memory: number;
  readonly update: number;
  readonly power: number;
  /** Plain exponents and a symmetric cost; log scalings have S + 1 rows then, of which log D is the last, else S. */
  readonly debiased: boolean;
  /** In float64 from the beginning; else in float32, and in float64 where that does not reach. */
  readonly wide: boolean;
}

/** A grid; axes that it lacks have one point. */
export interface BarycenterGrid {
  readonly dense: false;
  readonly depth: BarycenterAxis;
  readonly down: BarycenterAxis;
  readonly across: BarycenterAxis;
}

/** A cost matrix C [N, N], which comes with the batches. */
export interface BarycenterDense {
  readonly dense: true;
  readonly points: number;
  readonly epsilon: number;
  readonly symmetric: boolean;
}

type BarycenterPlanSettings = BarycenterSettings & (BarycenterGrid | BarycenterDense);

export interface BarycenterBatch {
  /** True in the first call for a batch, false in those that go on with it. */
  readonly begins: boolean;
  /** Data points are begun for so long; Infinity: until all are done. */
  readonly seconds: number;
  readonly points: number;
  readonly cost: Float64Array | undefined; // [N, N] of a dense problem, the same at each call with a plan
  /** 0 total variation, 1 quadratic, 2 Kullback-Leibler, 3 the inner product with `targets`, for a slope that is known. */
  readonly loss: number;
  readonly atoms: Float64Array; // [S, N]
  readonly weights: Float64Array; // [points, S]
  readonly start: Float32Array | undefined; // log scalings [points, sides, rows, N]
  readonly wideStart: Float64Array | undefined; // the same, in the place of `start`
  readonly targets: Float64Array | undefined; // [points, N]; with them losses and gradients are computed
  readonly barycenters: Float64Array | undefined; // [points, N]
  readonly logScalings: Float32Array | undefined; // [points, sides, rows, N]
  readonly wideLogScalings: Float64Array | undefined; // [points, sides, rows, N]
  /** A point's iterations end at such an error; 0: never. */
  readonly tolerance: number;
  readonly errors: Float64Array | undefined; // [points] at exit, with `iterationsDone` and without `targets`
  readonly iterationsDone: Float64Array | undefined; // [points]
  readonly losses: Float64Array | undefined; // [points]
  readonly gradientAtoms: Float64Array | undefined; // [S, N]
  readonly gradientWeights: Float64Array | undefined; // [points, S]
  /** Set to 1 for each point that was computed; the others left the range of float64 and need the log domain. */
  readonly done: Uint8Array;
}
