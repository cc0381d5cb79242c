import { InputError } from "../../errors.ts";
import { requireGeometry } from "../../geometry/checks.ts";
import type { Geometry } from "../../geometry/geometry.ts";
import { float64Of, type Numbers } from "../../tensor/ndarray.ts";
import { checkMasses } from "../histograms.ts";
import { ExactIterate, finiteOnly, untilTolerance, type SinkhornHostResult } from "./exact-iterate.ts";
import { checkSinkhornOptions, type SinkhornOptions } from "./options.ts";
import { checkOneRho, marginalPenalty } from "./rho.ts";

export interface SinkhornSymmetricOptions extends Omit<SinkhornOptions, "momentum"> {
  /** @default 1000 */
  readonly maxIterations?: number;
  /** @default 1e-9 */
  readonly tolerance?: number;
}

/** Geometric mean of the old scaling and the new one, that is (f + T f) / 2. */
const AVERAGED = 0.5;

/**
 * The problem (a, a) with a symmetric cost, in float64: averaged updates `f <- (f + T f) / 2` of the one potential f = g
 * (Feydy et al. 2019, section 3.1). Alternating updates stall there at small epsilon, because f - g is almost free.
 * Starts from f = epsilon log a. An unbalanced problem has one rho for both sides. Throws InputError for bad masses, options, or a cost that is not symmetric.
 */
export function sinkhornSymmetricHost(
  masses: Numbers,
  geometry: Geometry,
  options: SinkhornSymmetricOptions,
): SinkhornHostResult {
  checkSinkhornOptions(options);
  requireGeometry(geometry, "sinkhornSymmetricHost");
  const a = float64Of(masses, "masses a");
  const total = checkMasses(a, geometry.shape[0], "a");
  if (!geometry.symmetric) throw new InputError("sinkhorn of (a, a): expected a symmetric ground cost, got another");
  const { epsilon, domain = "auto", maxIterations = 1000, tolerance = 1e-9 } = options;
  const penalty = marginalPenalty(checkOneRho(options.rho, "(a, a)"), epsilon);
  const logA = a.map(Math.log);
  const start = { logU: logA, logV: logA };
  const state = new ExactIterate(geometry.hostKernel(epsilon), { a, b: a }, start, domain, penalty);
  state.applyKernel();
  const { errors, status } = untilTolerance(
    () => {
      state.updateFirst(AVERAGED);
      state.mirror();
      state.applyKernel();
      return state.violation() / total;
    },
    tolerance,
    maxIterations,
  );
  const result = { ...state.potentials(), iterations: errors.length, errors, status, domain: state.domain };
  return finiteOnly(result, { a, b: a });
}
