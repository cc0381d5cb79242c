import { expectArray, expectNumber, expectTree } from "../../checkpoints/leaves.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import type { Iterate, Optimizer } from "../optimizer.ts";
import type { Metrics, StepContext, StepOutcome, Task } from "../task.ts";
import { barycenterInputs, type Factors } from "./factors.ts";
import { checkInit, givenLogits, type GivenStart, type InitName } from "./initialize.ts";
import { dictionaryObjective, packFactors, unpackFactors, type Carried, type WdlProblem } from "./objective.ts";

/** A part of the run with a problem of its own, the same but for its gamma. */
interface WdlStage {
  readonly gamma: number;
  /** The last optimiser iteration of the stage, counted from 1 over the whole run. */
  readonly until: number;
  readonly problem: WdlProblem;
}

export interface WdlTaskSettings<S extends Iterate> {
  readonly problem: WdlProblem;
  /** Coarse to fine; the last one's problem is `problem`. @default one for all iterations */
  readonly stages?: readonly WdlStage[];
  readonly optimizer: Optimizer<S>;
  /** Optimiser iterations in all. */
  readonly iterations: number;
  /** A fresh optimiser every so many iterations, scalings carried over (paper, section 4.2); 0: never. */
  readonly warmRestart: number;
  readonly init: InitName;
  /** Data [M, N] that `init` looks at. @default those of the problem */
  readonly startData?: Float64Array;
  /** In place of what `init` makes. @default nothing */
  readonly given?: GivenStart;
  /** Dear metrics of the current factors (mean PSNR), given from outside. */
  readonly evaluate?: (factors: Factors, start: Float32Array | undefined, problem: WdlProblem) => Promise<Metrics>;
}

type Start = Pick<Iterate, "x">;

/** Immutable; a cycle is the run of one optimiser between two warm restarts, or a stage's. */
export interface WdlState<S extends Iterate> {
  /** Before the first step only where it starts: nothing is evaluated outside a step. */
  readonly optimizer: S | Start;
  /** Log-scalings, of the operator's `logScalingShape`, that the barycenters of this cycle start from; undefined in the first: ones. */
  readonly start?: Float32Array;
  /** Potentials [M, S, N] that the transport problems of the locality start from. */
  readonly potentials?: Float32Array;
  /** Cycles begun at this gamma, the present one included. */
  readonly cycles: number;
  /** Objective evaluations of the cycles before. */
  readonly earlierEvaluations: number;
  /** Index of the stage. */
  readonly stage: number;
  /** What the loss keeps from its last evaluation for the next one, see `DataTerm`. */
  readonly termMemory?: Float64Array | undefined;
}

/**
 * Wasserstein dictionary learning (Schmitz et al. 2018, Algorithm 2) as a task of the training loop. Throws InputError
 * where `init` needs more data points than there are.
 */
export function wdlTask<S extends Iterate>(settings: WdlTaskSettings<S>): Task<WdlState<S>> {
  const {
    problem,
    optimizer,
    iterations,
    warmRestart,
    init,
    given = {},
    startData = settings.problem.term.data,
    evaluate,
    stages,
  } = settings;
  const problemAt = (stage: number): WdlProblem => stages?.[stage].problem ?? problem;
  const lastStage = (stages?.length ?? 1) - 1;
  const { pixels, atoms } = problem;
  const { data } = problem.term;
  const points = data.length / pixels;
  const startShape = problem.operator.logScalingShape(points, atoms, pixels);
  checkInit(init, points, atoms, given);

  /** The first iterate of a run. */
  async function begin({ x }: Start, signal: AbortSignal, carried: Carried): Promise<S> {
    return optimizer.init(dictionaryObjective(problemAt(0), undefined, signal, carried), x);
  }

  /**
   * Ends the cycle: the scalings reached at its last iterate become the start of the next one. A new stage begins from ones instead, as
   * its barycenters must be those of a number of iterations at its own gamma.
   */
  async function restart(
    state: WdlState<S>,
    { x, evaluations }: S,
    stage: number,
    signal: AbortSignal,
    carried: Carried,
  ): Promise<WdlState<S>> {
    const current = problemAt(stage);
    const inputs = barycenterInputs(current, unpackFactors(current, x), state.start);
    const isSame = stage === state.stage;
    const start = isSame ? await current.operator.logScalings(inputs, signal) : undefined;
    return {
      optimizer: await optimizer.init(dictionaryObjective(current, start, signal, carried), x),
      start,
      cycles: isSame ? state.cycles + 1 : 1,
      earlierEvaluations: state.earlierEvaluations + evaluations,
      stage,
    };
  }

  /** Whether the optimiser has nothing more to do at this gamma. */
  const isStuck = ({ finished, iterations: inCycle }: S): boolean =>
    finished !== undefined && (warmRestart === 0 || inCycle === 0);

  /** The stage that a step belongs to: the one after `stage` too where that came to its end early. */
  function stageOf(stage: number, step: number, reached: S): number {
    const bySchedule = stages?.findIndex(({ until }) => step <= until) ?? 0;
    return Math.min(lastStage, Math.max(bySchedule, isStuck(reached) ? stage + 1 : stage));
  }

  async function advance(state: WdlState<S>, { step, signal }: StepContext): Promise<StepOutcome<WdlState<S>>> {
    const { memory } = problemAt(state.stage).term;
    if (memory) memory.values = state.termMemory;
    const carried: Carried = { potentials: state.potentials };
    const reached = isBegun(state.optimizer) ? state.optimizer : await begin(state.optimizer, signal, carried);
    const { iterations: inCycle, finished } = reached;
    const stage = stageOf(state.stage, step, reached);
    const { term } = problemAt(stage);
    if (term.memory && stage !== state.stage) term.memory.values = undefined;
    const due = warmRestart > 0 && inCycle > 0 && (inCycle >= warmRestart || finished !== undefined);
    const current =
      due || stage !== state.stage
        ? await restart(state, reached, stage, signal, carried)
        : { ...state, optimizer: reached };
    const objective = dictionaryObjective(problemAt(stage), current.start, signal, carried);
    const next = await optimizer.step(objective, current.optimizer as S);
    return {
      state: {
        ...current,
        optimizer: next,
        termMemory: term.memory?.values,
        ...(carried.potentials && { potentials: carried.potentials }),
      },
      metrics: {
        loss: next.value,
        gradientNorm: Math.sqrt(next.gradient.reduce((sum, value) => sum + value * value, 0)),
        evaluations: current.earlierEvaluations + next.evaluations,
        ...(stages && { gamma: stages[stage].gamma }),
        ...term.report?.(),
        ...localityMetrics(carried, points),
      },
      ...(stage === lastStage && isStuck(next) ? { done: next.finished } : {}),
    };
  }

  const potentialsOf = (tree: StateTree) => expectArray(tree, "potentials", [points, atoms, pixels], Float32Array).data;

  return {
    name: "wdl",
    steps: iterations,

    async init(random) {
      const { alpha, beta } = givenLogits(init, given, startData, problem, random);
      return { optimizer: { x: packFactors(problem, alpha, beta) }, cycles: 1, earlierEvaluations: 0, stage: 0 };
    },

    async step(state, context) {
      const { signal } = context;
      try {
        return await advance(state, context);
      } catch (error) {
        if (!signal.aborted || error !== signal.reason) throw error;
        return { state, metrics: {}, unfinished: true }; // what was evaluated is lost, the state is not touched
      }
    },

    ...(evaluate && {
      evaluate: ({ optimizer: { x }, start, stage }) => evaluate(unpackFactors(problem, x), start, problemAt(stage)),
    }),

    save({ optimizer: inner, start, potentials, cycles, earlierEvaluations, stage, termMemory }): StateTree {
      const saved = isBegun(inner) ? optimizer.save(inner) : { x: { shape: [inner.x.length], data: inner.x } };
      const tree = {
        optimizer: saved,
        cycles,
        earlierEvaluations,
        ...(stages && { stage }),
        ...(potentials && { potentials: { shape: [points, atoms, pixels], data: potentials } }),
        ...(termMemory && { termMemory: { shape: [termMemory.length], data: termMemory } }),
        ...(potentials && { potentials: { shape: [points, atoms, pixels], data: potentials } }),
      };
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
        stage: stages ? expectNumber(tree, "stage") : 0,
        ...("termMemory" in tree && { termMemory: expectArray(tree, "termMemory", [null], Float64Array).data }),
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
