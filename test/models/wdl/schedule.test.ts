import { describe, expect, it } from "vitest";
import { gammaStages } from "../../../models/wdl/schedule.ts";
import type { WdlProblem } from "../../../models/wdl/objective.ts";
import { softmax } from "../../../models/wdl/simplex.ts";
import { wdlTask, type WdlState } from "../../../models/wdl/task.ts";
import type { StepOutcome, Task } from "../../../models/task.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { Random } from "../../../src/tensor/random.ts";
import { arrayLeaves } from "../../../src/tensor/tree.ts";
import { lbfgs, type LbfgsState } from "../../../training/optimizers/index.ts";
import { hostOperator } from "../../support/factors.ts";
import { dataTerm, randomRows } from "../../support/wdl.ts";

describe("stages", () => {
  const stagesOf = (gamma: number, gammaSchedule: string | undefined, iterations: number) =>
    gammaStages({ gamma, gammaSchedule, iterations });

  it("are one without a schedule", () => {
    expect(stagesOf(1, undefined, 100)).toEqual([{ gamma: 1, until: 100 }]);
  });

  it("share the iterations equally, the gamma itself last", () => {
    const expected = [
      { gamma: 8, until: 25 },
      { gamma: 4, until: 50 },
      { gamma: 2, until: 75 },
      { gamma: 1, until: 100 },
    ];
    expect(stagesOf(1, "8,4,2", 100)).toEqual(expected);
    expect(stagesOf(1, " 8, 4,2,1", 100)).toEqual(expected);
    expect(stagesOf(0.5, "2", 5).map(({ until }) => until)).toEqual([3, 5]);
  });

  it.each([
    ["2,4", "expected gammas that fall, down to --gamma 1, got 2, 4, 1"],
    ["2,0.5", "expected gammas that fall, down to --gamma 1, got 2, 0.5, 1"],
    ["4,x", 'expected positive numbers as in 8,4,2, got "4,x"'],
    ["4,,2", "expected positive numbers"],
    ["-4", "expected positive numbers"],
    ["9,8,7,6,5,4", "7 stages need as many --iterations, got 6"],
  ])("%s is refused", (gammaSchedule, message) => {
    expect(() => stagesOf(1, gammaSchedule, 6)).toThrow(message);
  });
});

type State = WdlState<LbfgsState>;
const geometry = grid({ size: [6, 5] });
const data = randomRows(4, 30, 9);

function problemAt(gamma: number, loss: "quadratic" | "wasserstein-normalized"): WdlProblem {
  return {
    term: dataTerm(loss, geometry, gamma, data),
    pixels: 30,
    atoms: 2,
    operator: hostOperator(geometry, { epsilon: gamma, iterations: 3 }),
    weightMap: softmax,
    zeta: 0.3,
  };
}

function taskWith(warmRestart: number, loss: "quadratic" | "wasserstein-normalized" = "quadratic"): Task<State> {
  const stages = gammaStages({ gamma: 1, gammaSchedule: "4,2", iterations: 9 }).map((stage) => ({
    ...stage,
    problem: problemAt(stage.gamma, loss),
  }));
  const { problem } = stages.at(-1)!;
  return wdlTask({ problem, stages, optimizer: lbfgs(), iterations: 9, warmRestart, init: "samples" });
}

async function run(task: Task<State>, from: State, first: number): Promise<StepOutcome<State>[]> {
  const outcomes: StepOutcome<State>[] = [];
  let state = from;
  for (let step = first; step <= 9; step++) {
    const { signal } = new AbortController();
    const context = { step, random: Random.fromSeed(0), signal, progress: () => undefined };
    const outcome = await task.step(state, context);
    outcomes.push(outcome);
    state = outcome.state;
  }
  return outcomes;
}

describe("a run in stages", () => {
  it("takes a fresh optimiser at each gamma, from ones, and goes on from the factors", async () => {
    const task = taskWith(2);
    const outcomes = await run(task, await task.init(Random.fromSeed(1)), 1);
    expect(outcomes.map(({ metrics }) => metrics["gamma"])).toEqual([4, 4, 4, 2, 2, 2, 1, 1, 1]);
    expect(outcomes.map(({ state }) => state.cycles)).toEqual([1, 1, 2, 1, 1, 2, 1, 1, 2]);
    expect(outcomes.map(({ state }) => state.start !== undefined)).toEqual([
      false, false, true, false, false, true, false, false, true,
    ]); // prettier-ignore
    const evaluations = outcomes.map(({ metrics }) => metrics["evaluations"]);
    evaluations.slice(1).forEach((count, i) => expect(count).toBeGreaterThan(evaluations[i]));
    const losses = outcomes.map(({ metrics }) => metrics["loss"]);
    for (const i of [1, 2, 4, 5, 7, 8]) expect(losses[i]).toBeLessThanOrEqual(losses[i - 1]);
  });

  it.each([
    [2, 0, "quadratic"],
    [3, 0, "quadratic"],
    [4, 2, "quadratic"],
    [6, 2, "quadratic"],
    [2, 0, "wasserstein-normalized"],
    [6, 0, "wasserstein-normalized"],
  ] as const)("goes on bit for bit after step %i, warm restart %i, %s", async (saved, warmRestart, loss) => {
    const task = taskWith(warmRestart, loss);
    const whole = await run(task, await task.init(Random.fromSeed(1)), 1);
    const other = taskWith(warmRestart, loss);
    const tree = structuredClone(await task.save(whole[saved - 1].state));
    const resumed = await run(other, await other.load(tree), saved + 1);
    expect(resumed.map(({ metrics }) => metrics)).toEqual(whole.slice(saved).map(({ metrics }) => metrics));
    const leaves = async ({ state }: StepOutcome<State>) => [...arrayLeaves(await task.save(state))];
    expect(await leaves(resumed.at(-1)!)).toEqual(await leaves(whole.at(-1)!));
  });
});
