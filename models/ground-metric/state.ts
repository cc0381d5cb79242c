import type { Change } from "./changes.ts";
import type { Half } from "./half-iteration.ts";
import type { BySide } from "./sides.ts";
import type { SymmetricMatrix } from "./symmetric-matrix.ts";

/** Immutable, except that the values of the present half are filled in slice by slice. */
export interface GroundMetricState extends BySide<SymmetricMatrix> {
  /** lambda and mu of the normalised algorithms, alpha and beta of the others. */
  readonly scales: BySide<number>;
  /** How far the present iteration is. */
  readonly half: Half;
  /** What the first half of the present iteration changed; undefined before its end. */
  readonly featureChange?: Change;
  /** Negative values set to zero so far. */
  readonly clamped: number;
}
