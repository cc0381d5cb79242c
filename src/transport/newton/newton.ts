import { costShift, type Geometry } from "../../geometry/geometry.ts";
import { epsilonStages, type EpsilonStage } from "../sinkhorn/epsilon-scaling.ts";
import { chooseNewtonStage, type NewtonStage } from "./choose.ts";

export interface NewtonOptions {
  /** Strength of the entropy, in cost units. */
  readonly epsilon: number;
  /** |P^T 1 - b|_1 at which a pair is solved; the first marginal is exact. @default 1e-9 */
  readonly tolerance?: number;
  /** Applications of the kernel to one pair, at most, of all stages. An iteration of Sinkhorn would take two. @default 20000 */
  readonly maxProducts?: number;
}

/** Histograms a [B, n] and b [B, m] of equal totals, row by row; zeros are allowed. Not checked. */
interface NewtonPairs {
  readonly count: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** log v [B, m] of similar pairs to start from. @default epsilon is scaled down to its value */
  readonly start?: Float64Array | undefined;
}

interface NewtonSolutions {
  /** log u = f / epsilon [B, n] and log v = g / epsilon [B, m]; -Infinity where there is no mass. */
  readonly logU: Float64Array;
  readonly logV: Float64Array;
  /** |P^T 1 - b|_1 at the end [B]: above the tolerance where products ran out, NaN where numbers left float64. */
  readonly errors: Float64Array;
  /** Products carried out [B]. */
  readonly products: Int32Array;
}

/** Epsilon starts at this part of the largest cost and falls by a factor, each stage solved to 1e-2. */
const FIRST_SHARE = 1 / 16;
const FACTOR = 1 / 4;

/** Entropic transport of many pairs over one geometry, in float64. */
export interface NewtonSolver {
  /** What computes: "native float64 (avx2, 2 threads)", "host float64". */
  readonly name: string;
  solve(pairs: NewtonPairs): NewtonSolutions;
}

/**
 * Newton's method on the dual for entropic transport at one epsilon (see `host.ts`): for potentials that are right to many digits
 * where Sinkhorn takes ten thousands of iterations. Throws OptionError for an epsilon that float64 does not hold.
 */
export function newtonSolver(geometry: Geometry, options: NewtonOptions): NewtonSolver {
  const { epsilon, tolerance = 1e-9, maxProducts = 20_000 } = options;
  const from = FIRST_SHARE * (geometry.maxCost - costShift(geometry));
  const stages: EpsilonStage[] =
    from > epsilon
      ? epsilonStages(geometry, epsilon, { from, factor: FACTOR, tolerance: 1e-2, maxIterations: maxProducts })
      : [];
  const solvers = new Map<number, NewtonStage>();
  const at = (stage: number): NewtonStage => {
    const solver = solvers.get(stage) ?? chooseNewtonStage(geometry, stage);
    solvers.set(stage, solver);
    return solver;
  };

  return {
    name: at(epsilon).name,

    solve({ count, a, b, start }) {
      const [n] = geometry.shape;
      const found = { logU: new Float64Array(count * n), logV: start?.slice() ?? b.map(Math.log) };
      const products = new Int32Array(count);
      const run = (stage: number, goal: number): Float64Array => {
        const errors = new Float64Array(count);
        const taken = new Int32Array(count);
        at(stage).solve({ count, a, b, ...found, errors, taken, tolerance: goal, products: maxProducts });
        for (let pair = 0; pair < count; pair++) products[pair] += taken[pair];
        return errors;
      };
      if (start === undefined) {
        stages.forEach((stage, index) => {
          run(stage.epsilon, stage.tolerance);
          // the part log b of log v does not follow epsilon
          const ratio = stage.epsilon / (stages[index + 1]?.epsilon ?? epsilon);
          found.logV.forEach((value, j, logV) => {
            const mass = Math.log(b[j]);
            logV[j] = mass === -Infinity ? mass : ratio * (value - mass) + mass;
          });
        });
      }
      return { ...found, errors: run(epsilon, tolerance), products };
    },
  };
}
