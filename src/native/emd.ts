/** Of `cpp/glue/glue_emd.cc`. */
export interface EmdNatives {
  emd(problem: EmdNativeProblem): EmdNativeSolution;
  createEmdPairs(settings: EmdPairsSettings): EmdNativePairs;
  setEmdCost(pairs: EmdNativePairs, cost: Float64Array): { readonly metric: number; readonly basisBytes: number };
  /** Copies the stored bases, two numbers a node; as many as `basisBytes` says. */
  emdPairBases(pairs: EmdNativePairs, bases: Uint16Array): void;
  restoreEmdPairBases(pairs: EmdNativePairs, bases: Uint16Array): void;
  solveEmdPairs(pairs: EmdNativePairs, request: EmdPairsRequest): EmdPairsTotals;
}

type EmdNativeProblem = EmdNativeMasses & (EmdNativeMatrix | EmdNativePoints);

interface EmdNativeMatrix {
  readonly cost: Float64Array; // [rows, columns]
}

/** Costs are formed from points as they are priced. */
interface EmdNativePoints {
  /** `PointRule` of `cpp/emd/emd_pricing.h`. */
  readonly rule: number;
  readonly dimension: number;
  readonly x: Float64Array; // [rows, dimension]
  readonly y: Float64Array; // [columns, dimension]
  /** No cost is greater. */
  readonly largest: number;
}

interface EmdNativeMasses {
  readonly rows: number;
  readonly columns: number;
  readonly a: Float64Array; // [rows]
  readonly b: Float64Array; // [columns]
  readonly start?: Float64Array | undefined; // g [columns] to start from
  readonly maxPivots: number;
  readonly f: Float64Array; // [rows], written
  readonly g: Float64Array; // [columns], written
}

interface EmdNativeSolution {
  readonly value: number;
  readonly pivots: number;
  readonly converged: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly masses: Float64Array;
}

/** Histograms, pairs and their bases, freed with the garbage collector. */
interface EmdNativePairs {
  readonly native: unique symbol;
}

interface EmdPairsSettings {
  readonly leftCount: number;
  readonly leftBins: number;
  readonly left: Float64Array; // [leftCount, leftBins]
  readonly rightCount: number;
  readonly rightBins: number;
  readonly right: Float64Array; // [rightCount, rightBins]
  readonly pairs: number;
  readonly rows: Int32Array; // [pairs]
  readonly columns: Int32Array; // [pairs]
  readonly memory: number; // bytes
}

interface EmdPairsRequest {
  readonly count: number;
  readonly which: Int32Array; // [count], distinct
  readonly maxPivots: number;
  readonly values: Float64Array; // [count], written
}

/** Of the pairs that were solved. */
interface EmdPairsTotals {
  readonly pivots: number;
  /** Pairs that started from a basis of an earlier call. */
  readonly warm: number;
  /** Pairs that met the limit of pivots. */
  readonly unconverged: number;
}
