import type { GromovResult } from "./result.ts";

/** What comes of one start. */
export interface GromovRun extends Pick<GromovResult, "value" | "objective" | "potentials" | "status" | "history"> {
  /** [n, m] */
  readonly plan: Float64Array;
}
