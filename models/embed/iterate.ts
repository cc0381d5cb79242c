import { gromovCost } from "../../src/transport/gromov/objective.ts";
import type { Couplings } from "./couplings.ts";
import type { ObjectiveParts } from "./embedding.ts";
import { between, inner, type Matrix } from "./matrix.ts";
import type { EmbedProblem } from "./problem.ts";

/** Where the descent from one start has come to. */
export interface Iterate {
  readonly couplings: Couplings;
  /** Gromov-Wasserstein costs (without lambda) that follow from the couplings: [nx, nz] and [nz, ny]. */
  readonly costs: { readonly x: Matrix; readonly y: Matrix };
  /** The parts of the objective that follow from the couplings too. */
  readonly terms: ObjectiveTerms;
  /** Potentials of the last inner problem, one a node: the next one starts from them. Undefined of a start. */
  readonly potentials: readonly Float64Array[] | undefined;
  /** KL of the 4-plan to the uniform product, and of its marginals on X and Y to their weights. */
  readonly entropy: number;
  readonly divergence: number;
  readonly report: StepReport;
}

type ObjectiveTerms = Omit<ObjectiveParts, "value">;

/** About the step that led to an iterate. */
interface StepReport {
  /** The bi-convex objective (see `descend`), which a step of the same settings never raises. NaN of a start. */
  readonly biconvex: number;
  /** How far the step went towards the plan that it found: 1 without line search. */
  readonly share: number;
  /** Share of the mass of the couplings that the plan found would move, at most 1; zero at a fixed point. 1 of a start. */
  readonly residual: number;
  /** Iterations of the inner problem, and the violation of its marginals. */
  readonly iterations: number;
  readonly error: number;
}

/** What an iterate remembers beside its couplings. */
export type Remembered = Pick<Iterate, "potentials" | "entropy" | "divergence" | "report">;

/** What a start remembers. */
export const NOTHING: Remembered = {
  potentials: undefined,
  entropy: 0,
  divergence: 0,
  report: { biconvex: NaN, share: 1, residual: 1, iterations: 0, error: 0 },
};

/** The iterate at these couplings, with what follows from them: products of distances and couplings, the most work of a step. */
export function iterateAt(problem: EmbedProblem, couplings: Couplings, remembered: Remembered): Iterate {
  const { x, y, target, squares } = problem;
  const { xz, zz, zy } = couplings;
  const costs = { x: gromovCost(x.metric, target.metric, xz), y: gromovCost(target.metric, y.metric, zy) };
  const terms = {
    wasserstein: inner(zz, squares.plain.cost),
    gromovX: Math.max(inner(costs.x, xz), 0), // rounding may take a perfect match below zero
    gromovY: Math.max(inner(costs.y, zy), 0),
  };
  return { ...remembered, couplings, costs, terms };
}

/**
 * The iterate a share of the way between two. Entropy and divergence are convex, so that theirs are bounds from above; costs would
 * be linear, and are computed anew, so that a run that is loaded goes on with the same bits. Potentials and report are those of
 * the second.
 */
export function mixed(problem: EmbedProblem, from: Iterate, to: Iterate, share: number): Iterate {
  const couplings = {
    xz: between(from.couplings.xz, to.couplings.xz, share),
    zz: between(from.couplings.zz, to.couplings.zz, share),
    zy: between(from.couplings.zy, to.couplings.zy, share),
  };
  const number = (a: number, b: number): number => a + share * (b - a);
  const { potentials, report } = to;
  const entropy = number(from.entropy, to.entropy);
  return iterateAt(problem, couplings, {
    potentials,
    report,
    entropy,
    divergence: number(from.divergence, to.divergence),
  });
}

/** The objective of the model (equation 14) at an iterate. */
export function objectiveAt({ terms }: Iterate, lambda: number): ObjectiveParts {
  return { value: terms.wasserstein + lambda * (terms.gromovX + terms.gromovY), ...terms };
}
