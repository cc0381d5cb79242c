/** Of `cpp/glue/glue_sinkhorn.cc`. */
export interface SinkhornNatives {
  /** Sinkhorn for pairs of histograms on one grid. */
  sinkhornOnGrid(problem: GridSinkhornProblem): SinkhornReport;
  /** The Gaussian start of pairs of images (`gaussian` of src/transport/initializers). */
  gaussianPotentialsOnGrid(problem: GaussianProblem): void;
  /** Undefined where the largest cost is too many epsilons (more than 5e7). */
  createDenseCost(shape: DenseCostShape): DenseCost | undefined;
  /** The same under one dense cost. */
  sinkhornOnDense(problem: DenseSinkhornProblem): SinkhornReport;
}

interface GaussianProblem {
  /** Of two axes. */
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly pairs: number;
  readonly a: Float64Array; // [pairs, height, width], not all zero
  readonly b: Float64Array;
  readonly g: Float32Array; // the same, written
}

/** The Gibbs kernel of one cost, formed when it is first used and freed with the garbage collector. */
interface DenseCost {
  readonly native: unique symbol;
}

interface DenseCostShape {
  readonly n: number;
  readonly m: number;
  readonly epsilon: number;
  /** The largest cost. */
  readonly largest: number;
}

export interface SinkhornProblem {
  readonly pairs: number;
  /** At most. */
  readonly iterations: number;
  /** Iterations from one stopping test to the next; 0 for none. */
  readonly checkEvery: number;
  readonly tolerance: number;
  readonly momentum: number;
  /** 0 auto, 1 log, 2 scaling. */
  readonly domain: number;
  /** 0 potentials, 1 KL potentials (fKL from one more half step). */
  readonly output: number;
  /** Averaged updates of the one potential of (a, a): momentum 0.5, b and g unused, KL potentials only. */
  readonly symmetric: boolean;
  /** Penalties of the marginals, in cost units; undefined or Infinity for exact ones. */
  readonly rhoA?: number;
  readonly rhoB?: number;
  readonly a: Float32Array; // [pairs, n]
  readonly b: Float32Array; // [pairs, m]
  readonly start: Float32Array | undefined; // g [pairs, m] in cost units; without it gKL = 0
  readonly f: Float32Array; // [pairs, n], written
  readonly g: Float32Array | undefined; // [pairs, m], written
}

interface GridSinkhornProblem extends SinkhornProblem {
  readonly epsilon: number;
  /** One to three axes. */
  readonly size: readonly number[];
  readonly spacing: readonly number[];
}

interface DenseSinkhornProblem extends SinkhornProblem {
  readonly plan: DenseCost;
  readonly cost: Float64Array; // [n, m], the same at each call with this plan
}

export interface SinkhornReport {
  readonly status: "converged" | "max-iterations" | "non-finite";
  /** Of the pair that needed most. */
  readonly iterations: number;
  /** "log" if any pair needed it. */
  readonly domain: "log" | "scaling";
  /** The largest violation in the batch at each test. */
  readonly errors: number[];
}
