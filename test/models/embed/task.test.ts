import { describe, expect, it } from "vitest";
import { embedTask } from "../../../models/embed/task.ts";
import { searchTask, type Candidate } from "../../../models/embed/search.ts";
import type { SearchState } from "../../../models/embed/search-state.ts";
import { chosenTrial, isOwn } from "../../../models/embed/trials.ts";
import { scheduleOf, descentOptions } from "../../../models/embed/options.ts";
import { sizesOf } from "../../../models/embed/problem.ts";
import type { StepContext, Task } from "../../../models/task.ts";
import { resolveOptions } from "../../../src/options.ts";
import { firstNonFinite } from "../../../src/tensor/tree.ts";
import { Random } from "../../../src/tensor/random.ts";
import { referenceProblem } from "../../support/embedding.ts";

const problem = referenceProblem();
const schedule = scheduleOf(resolveOptions(descentOptions, { lambda: 1, epsilon: 0.02, outer: 6 }));

function contextOf(step: number, random: Random): StepContext {
  return { step, random, signal: new AbortController().signal, progress: () => undefined };
}

/** Calls steps until `stop` says so or the task is done, saving and loading after each call where asked. */
async function run<S>(task: Task<S>, { reload }: { readonly reload: boolean }): Promise<S> {
  const random = Random.fromSeed(4);
  let state: S = await task.init(random);
  for (let step = 1; step <= task.steps; step++) {
    for (let isDone = false; !isDone;) {
      const outcome = await task.step(state, contextOf(step, random));
      ({ state } = outcome);
      if (reload) state = await (task.load(await task.save(state)) as Promise<S>);
      isDone = outcome.unfinished !== true;
    }
  }
  return state;
}

describe("embedTask", () => {
  it("goes on bit for bit from what it saved between two starts", async () => {
    const task = embedTask({ problem, schedule, starts: 3, tolerance: 0 });
    const [whole, reloaded] = [await run(task, { reload: false }), await run(task, { reload: true })];
    expect(task.save(reloaded)).toEqual(task.save(whole));
    expect(whole.iterates).toHaveLength(3);
  });

  it("stops once nothing moves, and leaves what has converged alone", async () => {
    const task = embedTask({ problem, schedule, starts: 1, tolerance: 1 });
    let state = await task.init(Random.fromSeed(0));
    const { state: moved } = await task.step(state, contextOf(1, Random.fromSeed(0)));
    expect(moved.iterates[0]).not.toBe(state.iterates[0]);
    for (let step = 2; step <= 5; step++) ({ state } = await task.step(state, contextOf(step, Random.fromSeed(0))));
    const { done } = await task.step(state, contextOf(6, Random.fromSeed(0)));
    expect(done).toBe("converged: at most 1 of the mass moves");
  });
});

describe("searchTask", () => {
  const NO_SIDE = {
    space: problem.x,
    names: [],
    labels: undefined,
    coordinates: undefined,
    mixture: undefined,
    indices: undefined,
    warnings: [],
  };
  const candidates: Candidate[] = [1, 3].map((lambda) => ({
    setUp: () => Promise.resolve({ problem, x: NO_SIDE, y: NO_SIDE, paired: true }),
    schedule: { ...schedule, lambda, lambdaFrom: lambda },
    withPeers: lambda === 3,
  }));
  // better where the Wasserstein term is larger: another order than that of the objective; pairs outside say the opposite
  const settings = {
    candidates,
    sizes: sizesOf(problem),
    starts: 2,
    tolerance: 0,
    validation: Int32Array.of(0, 2),
    peers: [{ method: "peer", align: () => ({ foscttm: new Float64Array(15).fill(-99) }) }],
    score: ({ objective }: { objective: { wasserstein: number } }) => ({
      foscttm: Float64Array.from({ length: 15 }, (_, pair) => (pair % 2 === 0 ? -1 : 2) * objective.wasserstein),
    }),
  };

  it("tries every start of every candidate, and chooses by the validation pairs alone", async () => {
    const state = await run(searchTask(settings), { reload: false });
    expect(state.trials.map(({ candidate, start }) => [candidate, start])).toEqual([[0, 0], [0, 1], [1, -1], [1, 0], [1, 1]]); // prettier-ignore
    const own = state.trials.filter(isOwn);
    const losses = own.map(({ scores }) => (scores["foscttm"][0] + scores["foscttm"][2]) / 2);
    const chosen = state.trials[chosenTrial(state.trials, settings.validation)];
    expect(chosen).toBe(own[losses.indexOf(Math.min(...losses))]);
    expect(state.descents!.iterates).toHaveLength(1);
    const { wasserstein } = state.descents!.iterates[0].terms;
    expect(Math.abs(wasserstein + Math.min(...losses))).toBeLessThan(1e-3 * wasserstein); // solved again, not so loosely
  });

  it("goes on bit for bit from what it saved inside a candidate", async () => {
    const task: Task<SearchState> = searchTask(settings);
    const [whole, reloaded] = [await run(task, { reload: false }), await run(task, { reload: true })];
    expect(reloaded).toEqual(whole);
    expect(await task.save(reloaded)).toEqual(await task.save(whole));
  });

  it("saves finite numbers alone, as the loop ends a run with others; peers have no distortion all the same", async () => {
    const task: Task<SearchState> = searchTask(settings);
    const state = await run(task, { reload: true });
    expect(state.trials.filter((trial) => !isOwn(trial))).toMatchObject([{ distortion: NaN, residual: NaN }]);
    expect(firstNonFinite(await task.save(state))).toBeUndefined();
  });
});
