import { InputError } from "../../errors.ts";

/** How the scalings are stored: as numbers, as logarithms, or numbers as long as these are known to be exact. */
export type SinkhornDomain = "auto" | "log" | "scaling";

/** `converged`: the error reached the tolerance. `non-finite`: a NaN or an infinity came up, and the iteration stopped. */
export type SinkhornStatus = "converged" | "max-iterations" | "non-finite";

/** What every Sinkhorn solver takes. Tolerances and errors are L1 distances of masses. */
export interface SinkhornOptions {
  /** Strength of the entropy, in cost units (POT's `reg`). */
  readonly epsilon: number;
  readonly maxIterations?: number;
  /** Stop when the first marginal's L1 violation is at or below this. */
  readonly tolerance?: number;
  /** @default "auto" */
  readonly domain?: SinkhornDomain;
  /**
   * Over-relaxation omega in (0, 2): scalings move by `u^(1 - omega) (a / K v)^omega` (Thibault et al. 2021). Above 1 it
   * speeds up slow problems; too close to 2 it diverges.
   * @default 1 (plain)
   */
  readonly momentum?: number;
}

/** Throws InputError for an option outside its range. */
export function checkSinkhornOptions(options: SinkhornOptions): void {
  const { epsilon, maxIterations = 1, tolerance = 0, momentum = 1, domain = "auto" } = options;
  requireThat(epsilon > 0 && epsilon < Infinity, "epsilon", "a positive finite number (in cost units)", epsilon);
  requireThat(
    Number.isInteger(maxIterations) && maxIterations > 0,
    "maxIterations",
    "a positive integer",
    maxIterations,
  );
  requireThat(tolerance >= 0 && tolerance < Infinity, "tolerance", "a finite number >= 0", tolerance);
  requireThat(momentum > 0 && momentum < 2, "momentum", "a number in (0, 2)", momentum);
  requireThat(["auto", "log", "scaling"].includes(domain), "domain", "auto, log or scaling", domain);
}

export function requireThat(holds: boolean, option: string, expected: string, got: unknown): void {
  if (!holds) throw new InputError(`sinkhorn: ${option} must be ${expected}, got ${String(got)}`);
}
