import { describe, expect, it } from "vitest";
import type { WdlProblem } from "../../../models/wdl/objective.ts";
import { softmax } from "../../../models/wdl/simplex.ts";
import { wdlTask, type WdlState, type WdlTaskSettings } from "../../../models/wdl/task.ts";
import type { StepContext, StepOutcome, Task } from "../../../models/task.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { Random } from "../../../src/tensor/random.ts";
import { arrayLeaves } from "../../../src/tensor/tree.ts";
import { lbfgs, type LbfgsState } from "../../../training/optimizers/index.ts";
import type { BarycenterOptions } from "../../../src/transport/barycenter/options.ts";
import { hostOperator } from "../../support/factors.ts";
import { dataTerm, randomRows } from "../../support/wdl.ts";

type State = WdlState<LbfgsState>;

const geometry = grid({ size: [6, 5] });
const data = randomRows(4, 30, 9);

function problemWith(variant: Partial<BarycenterOptions> = {}, values = data): WdlProblem {
  return {
    term: dataTerm("quadratic", geometry, 2, values),
    pixels: 30,
    atoms: 2,
    operator: hostOperator(geometry, { epsilon: 2, iterations: 3, ...variant }),
    weightMap: softmax,
    zeta: 0.3,
  };
}

function taskWith(
  { variant, ...changes }: Partial<WdlTaskSettings<LbfgsState>> & { variant?: Partial<BarycenterOptions> } = {},
  values = data,
): Task<State> {
  const problem = problemWith(variant, values);
  return wdlTask({ problem, optimizer: lbfgs(), iterations: 12, warmRestart: 4, init: "samples", ...changes });
}

/** The optimiser's state after a step. */
function stepped({ optimizer }: State): LbfgsState {
  if (!("value" in optimizer)) throw new Error("expected a state after a step");
  return optimizer;
}

/** The context of one step; nothing in this task is random, stops early or reports progress. */
function context(step: number): StepContext {
  return { step, random: Random.fromSeed(0), signal: new AbortController().signal, progress: () => undefined };
}

async function run(task: Task<State>, from: State, first: number, last: number): Promise<StepOutcome<State>[]> {
  const outcomes: StepOutcome<State>[] = [];
  let state = from;
  for (let step = first; step <= last; step++) {
    const outcome = await task.step(state, context(step));
    outcomes.push(outcome);
    state = outcome.state;
  }
  return outcomes;
}

/** What a checkpoint makes of a state: a copy without prototypes or shared memory. */
async function throughCheckpoint(task: Task<State>, state: State): Promise<State> {
  return task.load(structuredClone(await task.save(state)));
}

describe("cycles", () => {
  it("are counted, begin from the scalings of the one before, and lower the loss", async () => {
    const task = taskWith();
    const outcomes = await run(task, await task.init(Random.fromSeed(1)), 1, 12);
    expect(outcomes.map(({ state }) => state.cycles)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    expect(outcomes.map(({ state }) => stepped(state).iterations)).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
    expect(outcomes[3].state.start).toBeUndefined();
    expect(outcomes[4].state.start).toHaveLength(4 * 2 * 30);
    expect(outcomes[8].state.start).not.toEqual(outcomes[4].state.start);
    expect(outcomes[11].metrics["loss"]).toBeLessThan(outcomes[0].metrics["loss"]);
  });

  it("add up evaluations", async () => {
    const task = taskWith();
    const outcomes = await run(task, await task.init(Random.fromSeed(1)), 1, 12);
    const evaluations = outcomes.map(({ metrics }) => metrics["evaluations"]);
    // each step evaluates at least once, and each restart once more
    evaluations.slice(1).forEach((count, i) => expect(count).toBeGreaterThan(evaluations[i]));
    const [end, before] = [outcomes[11].state, outcomes[7].state];
    expect(end.earlierEvaluations).toBe(before.earlierEvaluations + stepped(before).evaluations);
    expect(evaluations[11]).toBe(end.earlierEvaluations + stepped(end).evaluations);
  });

  it("are one where warm restarts are off", async () => {
    const task = taskWith({ warmRestart: 0 });
    const outcomes = await run(task, await task.init(Random.fromSeed(1)), 1, 12);
    expect(new Set(outcomes.map(({ state }) => state.cycles))).toEqual(new Set([1]));
  });
});

describe("a saved state", () => {
  it.each([2, 4, 5, 9])("goes on bit for bit after step %i", async (saved) => {
    const task = taskWith();
    const whole = await run(task, await task.init(Random.fromSeed(1)), 1, 12);
    const resumed = await run(taskWith(), await throughCheckpoint(task, whole[saved - 1].state), saved + 1, 12);
    expect(resumed.map(({ metrics }) => metrics)).toEqual(whole.slice(saved).map(({ metrics }) => metrics));
    const leaves = async (outcome: StepOutcome<State>) => [...arrayLeaves(await task.save(outcome.state))];
    expect(await leaves(resumed.at(-1)!)).toEqual(await leaves(whole.at(-1)!));
  });

  it("goes on bit for bit from the start, of which nothing is evaluated yet", async () => {
    const task = taskWith();
    const start = await task.init(Random.fromSeed(1));
    expect(start.optimizer).not.toHaveProperty("value");
    const [whole] = await run(task, start, 1, 1);
    const [resumed] = await run(taskWith(), await throughCheckpoint(task, start), 1, 1);
    expect(resumed).toEqual(whole);
  });

  it("carries both scalings with heavy-ball", async () => {
    const task = taskWith({ variant: { heavyBall: -0.1 } });
    const [last] = (await run(task, await task.init(Random.fromSeed(1)), 1, 5)).slice(-1);
    const tree = await task.save(last.state);
    expect(tree["start"]).toMatchObject({ shape: [4, 2, 2, 30] });
    expect(await throughCheckpoint(task, last.state)).toEqual(last.state);
  });

  it("carries D where barycenters are debiased, and goes on bit for bit", async () => {
    const variant = { debiased: true };
    const task = taskWith({ variant });
    const whole = await run(task, await task.init(Random.fromSeed(1)), 1, 12);
    expect((await task.save(whole[4].state))["start"]).toMatchObject({ shape: [4, 1, 3, 30] });
    const resumed = await run(taskWith({ variant }), await throughCheckpoint(task, whole[4].state), 6, 12);
    expect(resumed.map(({ metrics }) => metrics)).toEqual(whole.slice(5).map(({ metrics }) => metrics));
  });

  it("with scalings of another shape is refused by leaf and shapes", async () => {
    const task = taskWith();
    const [last] = (await run(task, await task.init(Random.fromSeed(1)), 1, 5)).slice(-1);
    const tree = await task.save(last.state);
    const other = taskWith({ variant: { heavyBall: -0.1 } });
    expect(() => other.load(tree)).toThrow("start: saved [4, 1, 2, 30], expected [4, 2, 2, 30]");
  });

  it("of another number of data points is refused by leaf and shapes", async () => {
    const task = taskWith();
    const tree = await task.save(await task.init(Random.fromSeed(1)));
    const other = taskWith({}, data.slice(0, 3 * 30));
    expect(() => other.load(tree)).toThrow("optimizer.x: saved [68], expected [66]");
  });
});

describe("an interrupt", () => {
  /** An objective's evaluations, of which the one with the given number, from 1, brings the signal. */
  function interruptedAt(evaluation: number): { task: Task<State>; signal: AbortSignal } {
    const controller = new AbortController();
    const operator = hostOperator(geometry, { epsilon: 2, iterations: 3 });
    let evaluations = 0;
    const counted: WdlProblem["operator"] = {
      ...operator,
      lossAndGradient(...given) {
        if (++evaluations === evaluation) controller.abort("SIGINT");
        return operator.lossAndGradient(...given);
      },
    };
    return { task: taskWith({ problem: { ...problemWith(), operator: counted } }), signal: controller.signal };
  }

  it("between two evaluations of a step ends it and leaves the state as it was", async () => {
    const { task, signal } = interruptedAt(1);
    const state = await task.init(Random.fromSeed(1));
    const outcome = await task.step(state, { ...context(1), signal });
    expect(outcome.state).toBe(state);
    expect(outcome).toMatchObject({ unfinished: true, metrics: {} });
    const again = await task.step(state, context(1));
    const [whole] = await run(taskWith(), await taskWith().init(Random.fromSeed(1)), 1, 1);
    expect(again.metrics).toEqual(whole.metrics);
  });

  it("during the last evaluation of a step keeps the step", async () => {
    const [whole] = await run(taskWith(), await taskWith().init(Random.fromSeed(1)), 1, 1);
    const { task, signal } = interruptedAt(whole.metrics["evaluations"]);
    const outcome = await task.step(await task.init(Random.fromSeed(1)), { ...context(1), signal });
    expect(outcome).toEqual(whole);
  });

  it("does not hide a failure", async () => {
    const failing = { ...hostOperator(geometry, { epsilon: 2, iterations: 3 }), lossAndGradient: failed };
    const task = taskWith({ problem: { ...problemWith(), operator: failing } });
    const state = await task.init(Random.fromSeed(1));
    await expect(task.step(state, context(1))).rejects.toThrow("out of order");
  });

  async function failed(): Promise<never> {
    throw new Error("out of order");
  }
});

describe("the end", () => {
  it("comes where the optimiser finishes and no restart is to follow", async () => {
    // one data point, two atoms: fitted to the last bit before long
    const task = taskWith({ warmRestart: 0, init: "constant", iterations: 400 }, data.slice(0, 30));
    let state = await task.init(Random.fromSeed(1));
    let done: string | undefined;
    for (let step = 1; step <= 400 && done === undefined; step++) {
      const outcome = await task.step(state, context(step));
      ({ state, done } = { state: outcome.state, done: outcome.done });
    }
    expect(done).toMatch(/tolerance|line search/);
  });

  it("evaluates factors, not logits", async () => {
    const task = taskWith({
      evaluate: async ({ atoms, weights }) => ({ mass: [...atoms, ...weights].reduce((sum, value) => sum + value, 0) }),
    });
    const { mass } = await task.evaluate!(await task.init(Random.fromSeed(1)));
    expect([mass]).toBeAllclose([2 + 4]); // rows of sum one
  });
});
