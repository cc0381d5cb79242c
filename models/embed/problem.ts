import { denseFromChecked } from "../../src/geometry/dense.ts";
import type { DenseGeometry } from "../../src/geometry/geometry.ts";
import type { Space } from "../../src/spaces/space.ts";
import type { Target } from "../../src/spaces/target.ts";

/** Two spaces that share no features, and the space in which they are to meet. */
export interface EmbedProblem {
  readonly x: Space;
  readonly y: Space;
  readonly target: Target;
  /** Squared distances of the target [nz, nz], as they are and divided by the largest. */
  readonly squares: { readonly plain: DenseGeometry; readonly relative: DenseGeometry };
}

export function embedProblem(x: Space, y: Space, target: Target): EmbedProblem {
  const { data, shape } = target.metric.matrix();
  const scaled = (factor: number): DenseGeometry =>
    denseFromChecked({ data: data.map((distance) => factor * distance * distance), shape }, undefined);
  const { largest } = target.metric;
  return { x, y, target, squares: { plain: scaled(1), relative: scaled(largest > 0 ? 1 / largest ** 2 : 1) } };
}

/** One step of block-coordinate descent, as numbers; `schedule.ts` says how they change from step to step. */
export interface StepSettings {
  /** Weight of the Gromov-Wasserstein terms. */
  readonly lambda: number;
  /** Entropic regularisation: in squared units of the distances or, with `scaleCosts`, a share of the largest cost. */
  readonly epsilon: number;
  /**
   * Divide the squared target distances by their maximum, and then all costs of a step by theirs, as the paper's code does:
   * epsilon is relative then, and lambda means something else.
   */
  readonly scaleCosts: boolean;
  /** Go as far towards the plan found as lowers the objective most, not all the way; see `descend`. */
  readonly lineSearch: boolean;
  /** Weights of X and Y may change at a price of rho times their Kullback-Leibler divergence. @default they may not */
  readonly rho?: number | undefined;
  /** Of the inner problem: the L1 violation of its marginals, and iterations. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** Points of the three spaces. */
export interface Sizes {
  readonly nx: number;
  readonly nz: number;
  readonly ny: number;
}

export function sizesOf({ x, y, target }: EmbedProblem): Sizes {
  return { nx: x.metric.points, nz: target.metric.points, ny: y.metric.points };
}
