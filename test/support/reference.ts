import { readFileSync } from "node:fs";
import type { PointCost } from "../../src/geometry/geometry.ts";

/** Reference values in float64; `test/reference/<topic>.json` says where they come from. */
export function reference<T>(topic: string): T {
  return JSON.parse(readFileSync(new URL(`../reference/${topic}.json`, import.meta.url), "utf8")) as T;
}

/** A potential as stored: null where there is no mass. */
export type StoredPotential = readonly (number | null)[];

export interface SinkhornReference {
  readonly problems: readonly {
    readonly name: string;
    readonly x: number[][];
    readonly y: number[][];
    readonly a: number[];
    readonly b: number[];
    readonly solutions: readonly {
      readonly epsilon: number;
      readonly firstErrors: number[];
      readonly iterationsTo: Readonly<Record<string, number>>;
      readonly f: StoredPotential;
      readonly g: StoredPotential;
      readonly fKL: number[];
      readonly gKL: number[];
      readonly transportCost: number;
      readonly kl: number;
      readonly objective: number;
      readonly dual: number;
      readonly entropyObjective: number;
      readonly plan?: number[][];
    }[];
  }[];
}

interface PeersProblem {
  readonly name: string;
  readonly x: number[][];
  readonly y: number[][];
  readonly a: number[];
  readonly b: number[];
}

export interface PeersBalancedReference {
  readonly exact: readonly (PeersProblem & { readonly cost: PointCost; readonly value: number })[];
  readonly entropic: readonly (PeersProblem & {
    readonly cost: PointCost;
    readonly epsilon: number;
    readonly regOtCost: number;
    readonly transportCost: number;
    readonly vector: number[];
    readonly planTimesVector: number[];
  })[];
  readonly divergences: readonly (PeersProblem & { readonly epsilon: number; readonly divergence: number })[];
}

export interface DivergenceReference {
  readonly pairs: readonly {
    readonly name: string;
    readonly cost: string;
    readonly x: number[][];
    readonly y: number[][];
    readonly a: number[];
    readonly b: number[];
    readonly solutions: readonly {
      readonly epsilon: number;
      readonly divergence: number;
      readonly otAB: number;
      readonly otAA: number;
      readonly otBB: number;
      readonly gradientA: number[];
      readonly gradientB: number[];
    }[];
  }[];
}

export interface PairReference {
  readonly sets: readonly {
    readonly name: string;
    readonly epsilon: number;
    readonly histograms: number[][];
    readonly cost: number[][];
    readonly divergences: number[];
  }[];
}

export interface DebiasedReference {
  readonly cases: readonly {
    readonly name: string;
    readonly epsilon: number;
    readonly converged?: number[];
    readonly fixed: { readonly iterations: number; readonly p: number[] };
  }[];
}

export interface DebiasedGradientsReference {
  readonly cases: readonly {
    readonly name: string;
    readonly epsilon: number;
    readonly iterations: number;
    readonly size?: number[];
    readonly cost?: number[][];
    readonly atoms: number[][];
    readonly weights: number[];
    /** log b of each atom and log D. */
    readonly start?: number[][];
    readonly target: number[];
    readonly p: number[];
    readonly logScalings: number[][];
    readonly losses: Readonly<
      Record<string, { readonly value: number; readonly gradientAtoms: number[][]; readonly gradientWeights: number[] }>
    >;
  }[];
}

export interface EmdReference {
  readonly problems: readonly {
    readonly name: string;
    readonly costKind: "explicit" | "euclidean" | "squared-euclidean" | "manhattan";
    readonly a: number[];
    readonly b: number[];
    readonly cost?: number[][];
    readonly x?: number[][];
    readonly y?: number[][];
    readonly value: number;
  }[];
}

/** Subtracts the mean over the finite entries; null and -Infinity become -Infinity. */
export function centred(potential: ArrayLike<number | null>): number[] {
  const values = Array.from(potential, (value) => value ?? -Infinity);
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  return values.map((value) => value - mean);
}

/** A penalty as stored: null for Infinity. */
type StoredRho = number | null;

export interface UnbalancedReference {
  readonly problems: readonly {
    readonly name: string;
    readonly kind: "dense" | "grid";
    readonly cost?: number[][];
    readonly size?: number[];
    readonly spacing?: number[];
    readonly a: number[];
    readonly b: number[];
    readonly epsilon: number;
    readonly rho: { readonly a: StoredRho; readonly b: StoredRho };
    readonly plan: number[][];
    readonly objective: number;
    readonly transportCost: number;
    readonly mass: number;
  }[];
  readonly divergences: readonly {
    readonly x: number[][];
    readonly y: number[][];
    readonly a: number[];
    readonly b: number[];
    readonly epsilon: number;
    readonly rho: StoredRho;
    readonly divergence: number;
  }[];
  readonly entropy: {
    readonly cost: number[][];
    readonly a: number[];
    readonly b: number[];
    readonly epsilon: number;
    readonly rho: number;
    readonly plan: number[][];
  };
  readonly mm: {
    readonly cost: number[][];
    readonly a: number[];
    readonly b: number[];
    readonly rho: number;
    readonly value: number;
  };
  readonly partial: readonly {
    readonly cost: number[][];
    readonly a: number[];
    readonly b: number[];
    readonly mass: number;
    readonly value: number;
    readonly epsilon: number;
    readonly entropicPlan: number[][];
  }[];
  readonly variation: readonly { readonly of: number; readonly penalty: number; readonly value: number }[];
}

export interface SolveReference {
  readonly problems: readonly {
    readonly name: string;
    readonly cost: number[][];
    readonly a: number[];
    readonly b: number[];
    readonly epsilon: number;
    readonly plan: number[][];
    /** <P, C> + epsilon KL(P | a b^T) */
    readonly value: number;
    readonly transportCost: number;
    /** Of exact transport. */
    readonly exact: number;
  }[];
  /** OTT: costs scaled, and the epsilon that it chooses for them. */
  readonly auto: {
    readonly x: number[][];
    readonly y: number[][];
    readonly runs: readonly {
      readonly scale: "none" | "mean" | "max_cost" | "median";
      readonly epsilon: number;
      readonly inverse: number;
      readonly value: number;
      readonly cost: number;
    }[];
  };
  readonly barycenter: {
    readonly cost: number[][];
    readonly atoms: number[][];
    readonly weights: number[];
    readonly epsilon: number;
    readonly barycenter: number[];
  };
}
