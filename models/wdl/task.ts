import { expectArray, expectNumber, expectTree } from "../../checkpoints/leaves.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import type { Iterate, Optimizer } from "../optimizer.ts";
import type { Metrics, Task } from "../task.ts";
import { checkInit, initialLogits, type InitName } from "./initialize.ts";
import type { Factors } from "./operator.ts";
import { dictionaryObjective, packFactors, unpackFactors, type WdlProblem } from "./objective.ts";

export interface WdlTaskSettings<S extends Iterate> {
  readonly problem: WdlProblem;
  readonly optimizer: Optimizer<S>;
  /** Optimiser iterations in all. */
  readonly iterations: number;
  /** A fresh optimiser every so many iterations, scalings carried over (paper, section 4.2); 0: never. */
  readonly warmRestart: number;
  /** Scalings that a warm start carries: 1, or 2 with heavy-ball. */
  readonly sides: 1 | 2;
  readonly init: InitName;
  /** Dear metrics of the current factors (mean PSNR), given from outside. */
  readonly evaluate?: (factors: Factors, start: Float32Array | undefined) => Promise<Metrics>;
}

/** Immutable; a cycle is the run of one optimiser between two warm restarts. */
export interface WdlState<S extends Iterate> {
  readonly optimizer: S;
  /** Log scalings [M, S, N] that the barycenters of this cycle start from; undefined in the first: ones. */
  readonly start?: Float32Array;
  /** Cycles begun, the present one included. */
  readonly cycles: number;
  /** Objective evaluations of the cycles before. */
  readonly earlierEvaluations: number;
}

/**
 * Wasserstein dictionary learning (Schmitz et al. 2018, Algorithm 2) as a task of the training loop. Throws InputError
 * where `init` needs more data points than there are.
 */
export function wdlTask<S extends Iterate>(settings: WdlTaskSettings<S>): Task<WdlState<S>> {
  const { problem, optimizer, iterations, warmRestart, sides, init, evaluate } = settings;
  const { pixels, atoms } = problem;
  const { data } = problem.term;
  const points = data.length / pixels;
  checkInit(init, points, atoms);

  /** Ends the cycle: the scalings reached at its last iterate become the start of the next one. */
  async function restart(state: WdlState<S>): Promise<WdlState<S>> {
    const { x, evaluations } = state.optimizer;
    const start = await problem.operator.logScalings(unpackFactors(problem, x), state.start);
    return {
      optimizer: await optimizer.init(dictionaryObjective(problem, start), x),
      start,
      cycles: state.cycles + 1,
      earlierEvaluations: state.earlierEvaluations + evaluations,
    };
  }

  return {
    name: "wdl",
    steps: iterations,

    async init(random) {
      const { alpha, beta } = initialLogits(init, data, { atoms, pixels }, random);
      const x = packFactors(problem, alpha, beta);
      return { optimizer: await optimizer.init(dictionaryObjective(problem), x), cycles: 1, earlierEvaluations: 0 };
    },

    async step(state) {
      const { iterations: inCycle, finished } = state.optimizer;
      const due = warmRestart > 0 && inCycle > 0 && (inCycle >= warmRestart || finished !== undefined);
      const current = due ? await restart(state) : state;
      const next = await optimizer.step(dictionaryObjective(problem, current.start), current.optimizer);
      const ended = next.finished !== undefined && (warmRestart === 0 || next.iterations === 0);
      return {
        state: { ...current, optimizer: next },
        metrics: {
          loss: next.value,
          gradientNorm: Math.sqrt(next.gradient.reduce((sum, value) => sum + value * value, 0)),
          evaluations: current.earlierEvaluations + next.evaluations,
        },
        ...(ended ? { done: next.finished! } : {}),
      };
    },

    ...(evaluate ? { evaluate: ({ optimizer: { x }, start }) => evaluate(unpackFactors(problem, x), start) } : {}),

    save({ optimizer: inner, start, cycles, earlierEvaluations }): StateTree {
      const tree = { optimizer: optimizer.save(inner), cycles, earlierEvaluations };
      return start ? { ...tree, start: { shape: [points, sides, atoms, pixels], data: start } } : tree;
    },

    load(tree) {
      expectArray(tree, "optimizer.x", [atoms * pixels + points * atoms], Float64Array);
      const inner = optimizer.load(expectTree(tree, "optimizer"));
      const start =
        "start" in tree ? expectArray(tree, "start", [points, sides, atoms, pixels], Float32Array).data : undefined;
      return {
        optimizer: inner,
        ...(start ? { start } : {}),
        cycles: expectNumber(tree, "cycles"),
        earlierEvaluations: expectNumber(tree, "earlierEvaluations"),
      };
    },
  };
}
