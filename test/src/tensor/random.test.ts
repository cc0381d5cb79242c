import { describe, expect, it } from "vitest";
import { Random } from "../../../src/tensor/random.ts";

const COUNT = 20_000;

function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

describe("Random", () => {
  it("depends on the seed alone", () => {
    const draws = (seed: number): number[] => {
      const random = Random.fromSeed(seed);
      return [random.uniform(), random.normal(), random.integer(1000), ...random.permutation(5)];
    };
    expect(draws(7)).toEqual(draws(7));
    expect(draws(7)).not.toEqual(draws(8));
    expect(draws(-1)).not.toEqual(draws(1));
  });

  it("goes on from its state, which is four integers that JSON keeps", () => {
    const random = Random.fromSeed(3);
    random.normal();
    const state = random.state();
    const next = [random.normal(), random.uniform(), random.integer(10)];
    const again = Random.fromState(JSON.parse(JSON.stringify(state)) as number[]);
    expect([again.normal(), again.uniform(), again.integer(10)]).toEqual(next);
    expect(state).toHaveLength(4);
    expect(random.state()).not.toEqual(state);
  });

  it("draws uniform numbers in [0, 1)", () => {
    const random = Random.fromSeed(1);
    const values = random.fill(COUNT, () => random.uniform());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const { mean, variance } = moments(values);
    // three standard errors
    expect([mean, variance]).toBeAllclose([1 / 2, 1 / 12], { absolute: 0.0062, relative: 0 });
    // all 53 bits are in use: the 26 low ones are not constant
    expect(new Set(values.map((value) => (value * 2 ** 27) % 1)).size).toBeGreaterThan(COUNT / 2);
  });

  it("draws normal numbers", () => {
    const random = Random.fromSeed(2);
    const values = random.fill(COUNT, () => random.normal());
    const { mean, variance } = moments(values);
    expect([mean, variance]).toBeAllclose([0, 1], { absolute: 0.03, relative: 0 });
    const beyond = values.filter((value) => Math.abs(value) > 1.959964).length / COUNT;
    expect(beyond).toBeCloseTo(0.05, 2);
  });

  it("draws each integer below the bound equally often", () => {
    const random = Random.fromSeed(4);
    const counts = new Array<number>(7).fill(0);
    for (let draw = 0; draw < COUNT; draw++) counts[random.integer(7)]++;
    // chi-squared with 6 degrees of freedom: 22.5 is passed once in a thousand
    const chi = counts.reduce((sum, count) => sum + (count - COUNT / 7) ** 2 / (COUNT / 7), 0);
    expect(chi).toBeLessThan(22.5);
  });

  it("makes permutations, every one of them equally often", () => {
    const random = Random.fromSeed(5);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 6000; draw++) {
      const order = random.permutation(3).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(["012", "021", "102", "120", "201", "210"]);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(100);
    expect([...random.permutation(100)].sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
    expect(random.permutation(0)).toHaveLength(0);
  });

  it.each([1.5, NaN, Infinity, 2 ** 32, -(2 ** 31) - 1])("refuses the seed %d", (seed) => {
    expect(() => Random.fromSeed(seed)).toThrow(
      `seed: expected a whole number from -2147483648 to 4294967295, got ${seed}`,
    );
  });

  it.each([[[1, 2, 3]], [[1, 2, 3, 4, 5]], [[1, 2, 3, 0.5]]])("refuses the state %j", (state) => {
    expect(() => Random.fromState(state)).toThrow(`random state: expected 4 integers, got [${state.join(", ")}]`);
  });
});
