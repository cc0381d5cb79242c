import { describe, expect, it } from "vitest";
import type { Objective } from "../../../models/optimizer.ts";
import { lbfgs, type LbfgsState } from "../../../training/optimizers/lbfgs.ts";
import { beale, counted, quadratic, rosenbrock, type Problem } from "../../support/objectives.ts";

/** Distance from the least value that both solvers must reach. */
const TARGET = 1e-8;

/**
 * Calls of the objective until its value was first within TARGET of the least one: SciPy 1.10.1, NumPy 1.24.2,
 * `fmin_l_bfgs_b(m=10, factr=0, pgtol=0)`, analytic gradients, the starting points of test/support/objectives.ts.
 */
const SCIPY_EVALUATIONS: readonly { problem: Problem; scipy: number }[] = [
  { problem: rosenbrock(2), scipy: 43 },
  { problem: rosenbrock(100), scipy: 613 },
  { problem: beale, scipy: 15 },
  { problem: quadratic([1, 1e6]), scipy: 13 },
  { problem: quadratic([1, 1e2, 1e4, 1e6]), scipy: 36 },
  { problem: quadratic([1, 10, 1e2, 1e3, 1e4, 1e5, 1e6]), scipy: 78 },
];

async function minimize(objective: Objective, start: Float64Array, optimizer = lbfgs(), steps = 2000) {
  let state = await optimizer.init(objective, start);
  for (let step = 0; step < steps && state.finished === undefined; step++)
    state = await optimizer.step(objective, state);
  return state;
}

describe("lbfgs against SciPy", () => {
  it.each(SCIPY_EVALUATIONS)("$problem.name: no more than $scipy evaluations", async ({ problem, scipy }) => {
    const { objective, callsToTarget } = counted(problem, TARGET);
    const state = await minimize(objective, problem.start);
    expect(state.value).toBeLessThanOrEqual(TARGET);
    expect(callsToTarget()).toBeLessThanOrEqual(scipy);
  });
});

describe("lbfgs", () => {
  it("finishes with a reason at the minimiser of Beale's function", async () => {
    const state = await minimize(async (x) => beale.evaluate(x), beale.start);
    expect(state.x).toBeAllclose([3, 0.5], { absolute: 1e-9 });
    expect(state.finished).toMatch(/tolerance/);
    expect(await lbfgs().step(async (x) => beale.evaluate(x), state)).toBe(state);
  });

  it("never raises the value and counts every evaluation", async () => {
    const problem = rosenbrock(10);
    let calls = 0;
    const objective: Objective = async (x) => (calls++, problem.evaluate(x));
    const optimizer = lbfgs({ memory: 5 });
    let state = await optimizer.init(objective, problem.start);
    while (state.finished === undefined) {
      const next = await optimizer.step(objective, state);
      expect(next.value).toBeLessThanOrEqual(state.value);
      expect(next.memory.length).toBeLessThanOrEqual(5);
      expect(next.evaluations).toBe(calls);
      state = next;
    }
  });

  it("steps back from values that are not finite", async () => {
    // -log x + x on x > 0, from far right: the first steps leave the domain.
    const barrier: Objective = async ([x]) => ({
      value: x > 0 ? 1e3 * (x - Math.log(x)) : NaN,
      gradient: Float64Array.of(x > 0 ? 1e3 * (1 - 1 / x) : NaN),
    });
    for (const start of [1e-6, 0.5, 40]) {
      const state = await minimize(barrier, Float64Array.of(start));
      expect(state.x).toBeAllclose([1], { absolute: 1e-6 });
    }
  });

  it("keeps the best point of a line search that cannot satisfy the Wolfe conditions", async () => {
    // A kink: the slope jumps from -1 to 1, so no point is flat.
    const kink: Objective = async ([x]) => ({
      value: Math.abs(x - 0.3),
      gradient: Float64Array.of(x < 0.3 ? -1 : 1),
    });
    const seen: number[] = [];
    const state = await minimize(async (x) => {
      const evaluation = await kink(x);
      seen.push(evaluation.value);
      return evaluation;
    }, Float64Array.of(2));
    expect(state.value).toBe(Math.min(...seen));
    expect(state.finished).toBeDefined();
  });

  it("drops its memory, then finishes, where nothing lower can be found", async () => {
    // The gradient points the wrong way after three evaluations: no direction descends.
    let calls = 0;
    const liar: Objective = async (x) => {
      const { value, gradient } = quadratic([1, 50]).evaluate(x);
      return ++calls <= 3 ? { value, gradient } : { value: value + calls, gradient };
    };
    const state = await minimize(liar, Float64Array.of(1, 1), lbfgs({ maxLineSearchEvaluations: 5 }));
    expect(state.finished).toBe("line search found no lower value");
    expect(state.memory).toHaveLength(0);
  });

  it("refuses a start that is not finite", async () => {
    const objective: Objective = async (x) => ({ value: NaN, gradient: x });
    await expect(lbfgs().init(objective, Float64Array.of(1))).rejects.toThrow("lbfgs: the objective is not finite");
  });

  it("goes on bit for bit from a saved state", async () => {
    const problem = rosenbrock(6);
    const objective: Objective = async (x) => problem.evaluate(x);
    const optimizer = lbfgs({ memory: 4 });
    let state = await optimizer.init(objective, problem.start);
    for (let step = 0; step < 9; step++) state = await optimizer.step(objective, state);
    let resumed: LbfgsState = optimizer.load(optimizer.save(state));
    expect(resumed).toEqual(state);
    for (let step = 0; step < 9; step++) {
      state = await optimizer.step(objective, state);
      resumed = await optimizer.step(objective, resumed);
    }
    expect(resumed).toEqual(state);
  });

  it("names the array of a saved state that does not fit", async () => {
    const saved = lbfgs().save(await lbfgs().init(async (x) => beale.evaluate(x), beale.start));
    const gradient = { shape: [3], data: new Float64Array(3) };
    expect(() => lbfgs().load({ ...saved, gradient })).toThrow("gradient: saved [3], expected [2]");
  });
});
