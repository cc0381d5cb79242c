import type { DistanceMap } from "./distance-map.ts";

/** The two matrices of a fixed point: A between features, B between samples. */
export type SideName = "features" | "samples";

export type BySide<T> = Readonly<Record<SideName, T>>;

/** The side whose matrix is the ground cost of the other. */
export const OTHER_SIDE = { features: "samples", samples: "features" } as const;

/** What makes the matrix of one side: the map from the other side's matrix, with its regulariser. */
export interface Side {
  readonly map: DistanceMap;
  /** Features m or samples n. */
  readonly count: number;
  /** R(a_i - a_j) of all pairs in the order of `pairAt`; undefined: none. */
  readonly regularizer?: Float64Array;
}
