import type { Change } from "./changes.ts";
import type { Half } from "./half-iteration.ts";
import type { BySide } from "./sides.ts";
import type { SymmetricMatrix } from "./symmetric-matrix.ts";

/** The matrices after the iteration whose distances agreed best with held-out features. */
export interface BestIterate extends BySide<SymmetricMatrix> {
  readonly step: number;
  readonly agreement: number;
}

/** Immutable, except that the values of the present half are filled in slice by slice. */
export interface GroundMetricState extends BySide<SymmetricMatrix> {
  /** lambda and mu of the normalised algorithms, alpha and beta of the others. */
  readonly scales: BySide<number>;
  /** How far the present iteration is. */
  readonly half: Half;
  /** What the first half of the present iteration changed; undefined before its end. */
  readonly featureChange?: Change;
  /** What a run ends with where features are held out; undefined before the first iteration's end. */
  readonly best?: BestIterate;
  /** Negative values set to zero so far. */
  readonly clamped: number;
}
