import { describe, expect, it } from "vitest";
import type { Iterate, Objective, Optimizer } from "../../../models/optimizer.ts";
import { adam, cosineDecay, exponentialDecay, sgd } from "../../../training/optimizers/index.ts";
import { beale, quadratic } from "../../support/objectives.ts";

const bowl: Objective = async (x) => quadratic([1, 4]).evaluate(x);

async function run<S extends Iterate>(
  optimizer: Optimizer<S>,
  objective: Objective,
  start: Float64Array,
  steps: number,
) {
  let state = await optimizer.init(objective, start);
  for (let step = 0; step < steps; step++) state = await optimizer.step(objective, state);
  return state;
}

describe("sgd", () => {
  it("is x (1 - rate w)^t on a quadratic", async () => {
    const { x, evaluations } = await run(sgd({ rate: 0.1 }), bowl, Float64Array.of(1, 1), 5);
    expect(x).toBeAllclose([0.9 ** 5, 0.6 ** 5]);
    expect(evaluations).toBe(6);
  });

  it("adds momentum: v <- mu v + g", async () => {
    // by hand, w = 1, rate 0.1, mu 0.5: v = 1, x = 0.9; v = 0.5 + 0.9 = 1.4, x = 0.76
    const { x } = await run(sgd({ rate: 0.1, momentum: 0.5 }), bowl, Float64Array.of(1, 0), 2);
    expect(x).toBeAllclose([0.76, 0]);
  });

  it("takes its rate from a schedule", async () => {
    // factors (1 - 0.1)(1 - 0.05)
    const { x } = await run(sgd({ rate: exponentialDecay(0.1, 0.5) }), bowl, Float64Array.of(1, 0), 2);
    expect(x).toBeAllclose([0.9 * 0.95, 0]);
  });
});

describe("adam", () => {
  it("moves every coordinate by the rate at first, whatever its scale", async () => {
    const { x } = await run(adam({ rate: 0.01 }), bowl, Float64Array.of(1, 1), 1);
    expect(x).toBeAllclose([0.99, 0.99], { absolute: 1e-8 });
  });

  it("reaches the minimiser of Beale's function", async () => {
    const optimizer = adam({ rate: cosineDecay(0.1, 3000) });
    const { x } = await run(optimizer, async (point) => beale.evaluate(point), beale.start, 3000);
    expect(x).toBeAllclose([3, 0.5], { absolute: 1e-4 }); // as far as 3000 steps of a first-order method go
  });
});

describe.each([sgd({ rate: 0.02, momentum: 0.9 }), adam({ rate: 0.05 })])("$name", (optimizer) => {
  it("goes on bit for bit from a saved state", async () => {
    const before = await run(optimizer, bowl, Float64Array.of(1, -2), 7);
    const resumed = optimizer.load(optimizer.save(before));
    expect(resumed).toEqual(before);
    expect(await optimizer.step(bowl, resumed)).toEqual(await optimizer.step(bowl, before));
  });

  it("names a moment of another length", async () => {
    const saved = optimizer.save(await optimizer.init(bowl, Float64Array.of(1, 1)));
    const moments = Object.fromEntries(
      Object.keys(saved["moments"] as object).map((key) => [key, { shape: [3], data: new Float64Array(3) }]),
    );
    expect(() => optimizer.load({ ...saved, moments })).toThrow(/^moments\.\w+: saved \[3\], expected \[2\]$/);
  });
});
