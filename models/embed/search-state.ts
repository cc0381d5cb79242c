import type { Descents } from "./descents.ts";
import type { Trial } from "./trials.ts";

/** How far a search has come. */
export interface SearchState {
  /** Candidates that are done; one more once the chosen one has been solved again. */
  readonly done: number;
  /** Of what is under way, and in the end of the chosen trial. */
  readonly descents: Descents | undefined;
  /** The masses [starts, nz] from which these have started. */
  readonly images: readonly Float64Array[];
  /** Peers that have been run on the spaces of the next candidate. */
  readonly peers: number;
  readonly trials: readonly Trial[];
}
