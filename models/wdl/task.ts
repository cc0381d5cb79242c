import { expectArray, expectNumber, expectTree } from "../../checkpoints/leaves.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import type { Iterate, Optimizer } from "../optimizer.ts";
import type { Metrics, StepContext, StepOutcome, Task } from "../task.ts";
import { barycenterInputs, type Factors } from "./factors.ts";
import { checkInit, initialLogits, type InitName } from "./initialize.ts";
import { dictionaryObjective, packFactors, unpackFactors, type Carried, type WdlProblem } from "./objective.ts";

export interface WdlTaskSettings<S extends Iterate> {
  readonly problem: WdlProblem;
  readonly optimizer: Optimizer<S>;
  /** Optimiser iterations in all. */
  readonly iterations: number;
  /** A fresh optimiser every so many iterations, scalings carried over (paper, section 4.2); 0: never. */
  readonly warmRestart: number;
  readonly init: InitName;
  /** Dear metrics of the current factors (mean PSNR), given from outside. */
  readonly evaluate?: (factors: Factors, start: Float32Array | undefined) => Promise<Metrics>;
}

type Start = Pick<Iterate, "x">;

/** Immutable; a cycle is the run of one optimiser between two warm restarts. */
export interface WdlState<S extends Iterate> {
  /** Before the first step only where it starts: nothing is evaluated outside a step. */
  readonly optimizer: S | Start;
  /** Log-scalings, of the operator's `logScalingShape`, that the barycenters of this cycle start from; undefined in the first: ones. */
  readonly start?: Float32Array;
  /** Potentials [M, S, N] that the transport problems of the locality start from. */
  readonly potentials?: Float32Array;
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
  const { problem, optimizer, iterations, warmRestart, init, evaluate } = settings;
  const { pixels, atoms } = problem;
  const { data } = problem.term;
  const points = data.length / pixels;
  const startShape = problem.operator.logScalingShape(points, atoms, pixels);
  checkInit(init, points, atoms);

  /** The first iterate of a run. */
  async function begin({ x }: Start, signal: AbortSignal, carried: Carried): Promise<S> {
    return optimizer.init(dictionaryObjective(problem, undefined, signal, carried), x);
  }

  /** Ends the cycle: the scalings reached at its last iterate become the start of the next one. */
  async function restart(
    state: WdlState<S>,
    { x, evaluations }: S,
    signal: AbortSignal,
    carried: Carried,
  ): Promise<WdlState<S>> {
    const inputs = barycenterInputs(problem, unpackFactors(problem, x), state.start);
    const start = await problem.operator.logScalings(inputs, signal);
    return {
      optimizer: await optimizer.init(dictionaryObjective(problem, start, signal, carried), x),
      start,
      cycles: state.cycles + 1,
      earlierEvaluations: state.earlierEvaluations + evaluations,
    };
  }

  async function advance(state: WdlState<S>, signal: AbortSignal): Promise<StepOutcome<WdlState<S>>> {
    const carried: Carried = { potentials: state.potentials };
    const reached = isBegun(state.optimizer) ? state.optimizer : await begin(state.optimizer, signal, carried);
    const { iterations: inCycle, finished } = reached;
    const due = warmRestart > 0 && inCycle > 0 && (inCycle >= warmRestart || finished !== undefined);
    const current = due ? await restart(state, reached, signal, carried) : { ...state, optimizer: reached };
    const objective = dictionaryObjective(problem, current.start, signal, carried);
    const next = await optimizer.step(objective, current.optimizer as S);
    const ended = next.finished !== undefined && (warmRestart === 0 || next.iterations === 0);
    return {
      state: { ...current, optimizer: next, ...(carried.potentials && { potentials: carried.potentials }) },
      metrics: {
        loss: next.value,
        gradientNorm: Math.sqrt(next.gradient.reduce((sum, value) => sum + value * value, 0)),
        evaluations: current.earlierEvaluations + next.evaluations,
        ...localityMetrics(carried, points),
      },
      ...(ended ? { done: next.finished } : {}),
    };
  }

  const potentialsOf = (tree: StateTree) => expectArray(tree, "potentials", [points, atoms, pixels], Float32Array).data;

  return {
    name: "wdl",
    steps: iterations,

    async init(random) {
      const { alpha, beta } = initialLogits(init, data, { atoms, pixels }, random);
      return { optimizer: { x: packFactors(problem, alpha, beta) }, cycles: 1, earlierEvaluations: 0 };
    },

    async step(state, { signal }: StepContext) {
      try {
        return await advance(state, signal);
      } catch (error) {
        if (!signal.aborted || error !== signal.reason) throw error;
        return { state, metrics: {}, unfinished: true }; // what was evaluated is lost, the state is not touched
      }
    },

    ...(evaluate ? { evaluate: ({ optimizer: { x }, start }) => evaluate(unpackFactors(problem, x), start) } : {}),

    save({ optimizer: inner, start, potentials, cycles, earlierEvaluations }): StateTree {
      const saved = isBegun(inner) ? optimizer.save(inner) : { x: { shape: [inner.x.length], data: inner.x } };
      const kept = potentials && { potentials: { shape: [points, atoms, pixels], data: potentials } };
      const tree = { optimizer: saved, cycles, earlierEvaluations, ...kept };
      return start ? { ...tree, start: { shape: startShape, data: start } } : tree;
    },

    load(tree) {
      const { data: x } = expectArray(tree, "optimizer.x", [atoms * pixels + points * atoms], Float64Array);
      const saved = expectTree(tree, "optimizer");
      const inner = "value" in saved ? optimizer.load(saved) : { x };
      const start = "start" in tree ? expectArray(tree, "start", startShape, Float32Array).data : undefined;
      return {
        optimizer: inner,
        ...(start ? { start } : {}),
        ...(problem.locality && "potentials" in tree && { potentials: potentialsOf(tree) }),
        cycles: expectNumber(tree, "cycles"),
        earlierEvaluations: expectNumber(tree, "earlierEvaluations"),
      };
    },
  };
}

/** What the regulariser comes to: mean W2^2 to the atoms of a point, and pairs that did not converge. */
function localityMetrics({ locality }: Carried, points: number): Metrics {
  return locality ? { locality: locality.value / points, unconverged: locality.unconverged } : {};
}

function isBegun<S extends Iterate>(optimizer: S | Start): optimizer is S {
  return "value" in optimizer;
}
