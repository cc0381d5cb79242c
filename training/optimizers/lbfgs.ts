import { expectArray } from "../../checkpoints/leaves.ts";
import type { Evaluation, Iterate, Objective, Optimizer } from "../../models/optimizer.ts";
import { RunError } from "../../src/errors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { loadIterate, saveIterate } from "./iterate.ts";
import { lineSearch, type LineSearchResult } from "./line-search.ts";
import { accumulate, addScaled, difference, dot, isFinite, maxAbs, norm, scaled } from "./vector.ts";

export interface LbfgsOptions {
  /** Correction pairs kept. @default 10 */
  readonly memory?: number;
  /** Sufficient decrease c1 of the Wolfe conditions. @default 1e-4 */
  readonly decrease?: number;
  /** Curvature c2 of the strong Wolfe conditions. @default 0.9 */
  readonly curvature?: number;
  /** Finished when max |gradient| is at most this. @default 1e-10 */
  readonly gradientTolerance?: number;
  /** Finished when a step lowers the value by at most this times max(|value|, 1). @default 1e-15 */
  readonly valueTolerance?: number;
  /** Evaluations of one line search. @default 20 */
  readonly maxLineSearchEvaluations?: number;
}

/** One correction pair, oldest first in a memory. */
interface Correction {
  /** s_k = x_{k+1} - x_k */
  readonly step: Float64Array;
  /** y_k = g_{k+1} - g_k */
  readonly change: Float64Array;
}

export interface LbfgsState extends Iterate {
  readonly memory: readonly Correction[];
}

/** Pairs with s.y below this part of |y|^2 would make the inverse Hessian model singular and are left out. */
const LEAST_CURVATURE = Number.EPSILON;

/**
 * Limited-memory BFGS: two-loop recursion (Nocedal & Wright, "Numerical Optimization", algorithm 7.4) with a line search
 * for the strong Wolfe conditions. The first step is tried at 1 / |gradient|, later ones at 1. The value never rises, so
 * the iterate is always the best point seen. Where the line search finds nothing lower, the memory is dropped and the
 * negative gradient tried once before the optimiser finishes.
 */
export function lbfgs({
  memory: capacity = 10,
  decrease = 1e-4,
  curvature = 0.9,
  gradientTolerance = 1e-10,
  valueTolerance = 1e-15,
  maxLineSearchEvaluations: maxEvaluations = 20,
}: LbfgsOptions = {}): Optimizer<LbfgsState> {
  async function search(
    objective: Objective,
    { x, value, gradient, memory }: LbfgsState,
  ): Promise<LineSearchResult<Evaluation & Pick<Iterate, "x">>> {
    const direction = descentDirection(gradient, memory);
    const slope = dot(gradient, direction);
    if (!(slope < 0)) return { evaluations: 0, wolfe: false };
    return lineSearch(
      async (step) => {
        const trial = addScaled(x, step, direction);
        const evaluation = await objective(trial);
        const slopeThere = isFinite(evaluation.gradient) ? dot(evaluation.gradient, direction) : NaN;
        return { step, value: evaluation.value, slope: slopeThere, payload: { ...evaluation, x: trial } };
      },
      { step: 0, value, slope },
      { decrease, curvature, maxEvaluations, initialStep: memory.length === 0 ? 1 / norm(gradient) : 1 },
    );
  }

  return {
    name: "lbfgs",

    async init(objective, x) {
      const { value, gradient } = await objective(x);
      if (!Number.isFinite(value) || !isFinite(gradient)) {
        throw new RunError(`lbfgs: the objective is not finite at its starting point (value ${value})`);
      }
      const finished = maxAbs(gradient) <= gradientTolerance ? "gradient tolerance" : undefined;
      return { x: x.slice(), value, gradient, iterations: 0, evaluations: 1, memory: [], finished };
    },

    async step(objective, state) {
      if (state.finished !== undefined) return state;
      let found = await search(objective, state);
      let { evaluations } = found;
      let memory = state.memory;
      if (!found.point && memory.length > 0) {
        memory = [];
        found = await search(objective, { ...state, memory });
        evaluations += found.evaluations;
      }
      const counted = {
        iterations: state.iterations + 1,
        evaluations: state.evaluations + evaluations,
      };
      if (!found.point) return { ...state, ...counted, memory, finished: "line search found no lower value" };
      const next = found.point.payload;
      return {
        ...counted,
        x: next.x,
        value: next.value,
        gradient: next.gradient,
        memory: remember(memory, difference(next.x, state.x), difference(next.gradient, state.gradient)),
        finished: stopReason(state.value, next),
      };
    },

    save({ memory, ...iterate }) {
      return {
        ...saveIterate(iterate),
        memory: {
          steps: stack(
            memory.map(({ step }) => step),
            iterate.x.length,
          ),
          changes: stack(
            memory.map(({ change }) => change),
            iterate.x.length,
          ),
        },
      };
    },

    load(tree) {
      const iterate = loadIterate(tree);
      const length = iterate.x.length;
      const steps = expectArray(tree, "memory.steps", [null, length], Float64Array);
      const changes = expectArray(tree, "memory.changes", [...steps.shape], Float64Array);
      const row = ({ data }: NdArray<Float64Array>, k: number) => data.slice(k * length, (k + 1) * length);
      const memory = Array.from({ length: steps.shape[0] }, (_, k) => ({
        step: row(steps, k),
        change: row(changes, k),
      }));
      return { ...iterate, memory };
    },
  };

  function remember(memory: readonly Correction[], step: Float64Array, change: Float64Array): readonly Correction[] {
    if (!(dot(step, change) > LEAST_CURVATURE * dot(change, change))) return memory;
    return [...memory, { step, change }].slice(-capacity);
  }

  function stopReason(before: number, { value, gradient }: Evaluation): string | undefined {
    if (maxAbs(gradient) <= gradientTolerance) return "gradient tolerance";
    if (before - value <= valueTolerance * Math.max(Math.abs(before), Math.abs(value), 1)) return "value tolerance";
    return undefined;
  }
}

/** -H g for the inverse Hessian model H of the memory; its scale is s.y / y.y of the newest pair. */
function descentDirection(gradient: Float64Array, memory: readonly Correction[]): Float64Array {
  const direction = scaled(gradient, -1);
  const newest = memory.at(-1);
  if (!newest) return direction;

  const pairs = memory.map(({ step, change }) => ({ step, change, rho: 1 / dot(step, change) }));
  const projections = pairs.toReversed().map(({ step, change, rho }) => {
    const projection = rho * dot(step, direction);
    accumulate(direction, -projection, change);
    return projection;
  });
  const scale = dot(newest.step, newest.change) / dot(newest.change, newest.change);
  for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  for (const { step, change, rho } of pairs) {
    accumulate(direction, projections.pop()! - rho * dot(change, direction), step);
  }
  return direction;
}

/** Vectors of one length as the rows of an array [count, length]. */
function stack(rows: readonly Float64Array[], length: number): NdArray<Float64Array> {
  const data = new Float64Array(rows.length * length);
  rows.forEach((row, index) => data.set(row, index * length));
  return { shape: [rows.length, length], data };
}
