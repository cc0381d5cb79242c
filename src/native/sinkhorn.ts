/** Of `cpp/glue_sinkhorn.cc`. */
export interface SinkhornNatives {
  /** Sinkhorn for pairs of histograms on one grid, with tensors that lie in `heap`, the memory of tfjs' wasm backend. */
  sinkhornOnGrid(heap: Uint8Array, problem: GridSinkhornProblem): SinkhornReport;
}

/** Tensors are byte offsets in the heap; -1 where there is none. */
interface SinkhornProblem {
  readonly epsilon: number;
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
  readonly a: number; // [pairs, n]
  readonly b: number; // [pairs, m]
  readonly start: number; // g [pairs, m] in cost units; -1: gKL = 0
  readonly f: number; // [pairs, n]
  readonly g: number; // [pairs, m]
}

interface GridSinkhornProblem extends SinkhornProblem {
  /** One to three axes. */
  readonly size: readonly number[];
  readonly spacing: readonly number[];
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
