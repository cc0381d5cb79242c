import { beforeAll, describe, expect, it } from "vitest";
import { InputError, OptionError } from "../../../../src/errors.ts";
import { useBackend, type BackendChoice } from "../../../../src/tensor/backend.ts";
import { ndarray, type NdArray, type TypedArray } from "../../../../src/tensor/ndarray.ts";
import { emdPairs } from "../../../../src/transport/pairs/emd-pairs.ts";
import type { PairsOptions } from "../../../../src/transport/pairs/histograms.ts";
import { pairCount } from "../../../../src/transport/pairs/pair-order.ts";
import type { PairSolver } from "../../../../src/transport/pairs/pair-solver.ts";
import { sinkhornDivergencePairs } from "../../../../src/transport/pairs/sinkhorn-divergence-pairs.ts";
import { backends } from "../../../support/backends.ts";
import { euclideanCost } from "../../../support/exact.ts";
import { randomHistogram } from "../../../support/problems.ts";

type Solver = Pick<PairSolver<never>, "count" | "keptBytes" | "solve" | "save" | "load"> & {
  setCost(cost: NdArray): void;
};

type Make = (histograms: NdArray, options?: PairsOptions) => Solver;

function makeDivergences(histograms: NdArray, options?: PairsOptions): Solver {
  const pairs = sinkhornDivergencePairs(histograms, options);
  // with the getters
  return Object.assign(Object.create(pairs) as typeof pairs, {
    setCost: (cost: NdArray) => pairs.setCost(cost, { epsilon: 0.05 }),
  });
}

/** Both kinds of transport, with settings of their own, and the one that a device solves. */
const solvers: readonly { name: string; backend: BackendChoice; make: Make }[] = [
  { name: "emdPairs", backend: "cpu", make: (histograms, options) => emdPairs(histograms, options) },
  { name: "sinkhornDivergencePairs", backend: "cpu", make: makeDivergences },
  { name: "sinkhornDivergencePairs", backend: "webgpu", make: makeDivergences },
];

const [COUNT, BINS] = [9, 20];
const rows = Array.from({ length: COUNT }, (_, row) => [...randomHistogram(BINS, 30 + row, 0.4)]);
const set = ndarray(Float64Array.from(rows.flat()), [COUNT, BINS]);
const cost = euclideanCost(BINS, 1);
const moved = ndarray(
  cost.data.map((entry) => entry ** 0.95),
  cost.shape,
);

const here = solvers.filter(({ backend }) => backends.some((name) => name === backend));
describe.each(here)("$name, $backend", ({ name, backend, make }) => {
  beforeAll(() => useBackend(backend));

  const all = pairCount(COUNT);
  const solve = (pairs: Solver, ground: NdArray, which?: Parameters<Solver["solve"]>[0]) => {
    pairs.setCost(ground);
    return pairs.solve(which);
  };

  it("a range and a list, in any order, give the bits that all pairs give, and touch no others", async () => {
    const { values } = await solve(make(set), cost);
    const pairs = make(set);
    expect((await solve(pairs, cost, { from: 4, to: 31 })).values).toEqual(values.slice(4, 31));
    expect(await pairs.solve({ from: 4, to: 31 })).toMatchObject({ warmStarts: 27, status: "converged" });
    expect(await pairs.solve({ from: 31, to: all })).toMatchObject({ warmStarts: 0 });
    const list = Int32Array.of(30, 2, 17, 0);
    expect((await solve(make(set), cost, list)).values).toEqual(Float64Array.from(list, (pair) => values[pair]));
    expect((await pairs.solve(Int32Array.of())).values).toHaveLength(0);
  });

  it("a warm start needs fewer iterations", async () => {
    const pairs = make(set);
    await solve(pairs, cost);
    const warm = await solve(pairs, moved);
    const cold = await solve(make(set), moved);
    expect(warm.warmStarts).toBe(all);
    expect(cold.warmStarts).toBe(0);
    expect(warm.iterations).toBeLessThan(cold.iterations);
  });

  it("keeps no more than the memory it was given, and gives the same values from nothing", async () => {
    const full = make(set);
    const { values } = await solve(full, cost);
    const half = make(set, { memory: full.keptBytes / 2 });
    expect((await solve(half, cost)).values).toEqual(values);
    expect(half.keptBytes).toBeGreaterThan(0);
    expect(half.keptBytes).toBeLessThanOrEqual(full.keptBytes / 2);
    const { warmStarts } = await half.solve();
    expect(warmStarts).toBeGreaterThan(0);
    expect(warmStarts).toBeLessThan(all);
  });

  it.each(["before", "after"])("loaded %s the cost, goes on bit for bit where the other was saved", async (when) => {
    const first = make(set);
    await solve(first, cost);
    const kept = structuredClone(await first.save());
    const second = make(set);
    if (when === "after") second.setCost(moved);
    second.load(kept);
    expect(await second.save()).toEqual(kept);
    if (when === "before") second.setCost(moved);
    first.setCost(moved);
    expect(await second.solve()).toEqual(await first.solve());
  });

  it("refuses what was kept of other histograms or memory in one line, once there is a cost", async () => {
    const first = make(set);
    await solve(first, cost);
    const kept = structuredClone(await first.save());
    const other = make(set, { memory: first.keptBytes / 2 });
    const goOn = () => {
      other.load(kept);
      other.setCost(cost);
    };
    expect(goOn).toThrow(InputError);
    expect(goOn).toThrow(/^kept \w+: expected \d+ numbers, got \d+; use the histograms, pairs and memory[^\n]*$/);
  });

  it("one histogram has no pairs: nothing to solve, and no error", async () => {
    const pairs = make(ndarray(set.data.slice(0, BINS), [1, BINS]));
    expect(await solve(pairs, cost)).toMatchObject({ values: new Float64Array(), status: "converged" });
    make(ndarray(set.data.slice(0, BINS), [1, BINS])).load(structuredClone(await pairs.save()));
  });

  it("histograms and costs of any numeric type have the same values", async () => {
    const whole = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    const ground = [0, 1, 2, 1, 0, 1, 2, 1, 0];
    const { values } = await solve(
      make(ndarray(Float64Array.from(whole), [3, 3])),
      ndarray(Float64Array.from(ground), [3, 3]),
    );
    for (const type of [Int32Array, Float32Array, Uint8Array]) {
      const pairs = make(ndarray(type.from(whole), [3, 3]));
      expect((await solve(pairs, ndarray(type.from(ground), [3, 3]))).values).toEqual(values);
    }
    const plain = make({ shape: [3, 3], data: whole as unknown as TypedArray });
    expect((await solve(plain, { shape: [3, 3], data: ground as unknown as TypedArray })).values).toEqual(values);
  });

  it("shows progress, and one call at a time", async () => {
    const pairs = make(set);
    pairs.setCost(cost);
    const seen: [number, number][] = [];
    await pairs.solve(undefined, { onProgress: (done, of) => void seen.push([done, of]) });
    expect(seen.at(-1)).toEqual([all, all]);
  });

  it.each<[string, (pairs: Solver) => unknown, string | RegExp]>([
    ["no cost", (pairs) => pairs.solve(), /^\w+: no ground cost yet; call setCost first$/],
    [
      "a range beyond the pairs",
      (pairs) => solve(pairs, cost, { from: 0, to: 37 }),
      "pairs: expected a range within 0 to 36, got 0 to 37",
    ],
    ["a range that runs backwards", (pairs) => solve(pairs, cost, { from: 2, to: 1 }), /got 2 to 1$/],
    [
      "a number that is not there",
      (pairs) => solve(pairs, cost, Int32Array.of(36)),
      "pairs: expected numbers below 36, got 36 at 0",
    ],
    ["a negative number", (pairs) => solve(pairs, cost, Int32Array.of(-1)), /got -1 at 0$/],
    [
      "a pair twice",
      (pairs) => solve(pairs, cost, Int32Array.of(3, 1, 3)),
      "pairs: expected each number once, got 3 again",
    ],
    [
      "a cost of another shape",
      (pairs) => pairs.setCost(euclideanCost(3, 1)),
      "ground cost: expected shape [20, 20], got [3, 3]",
    ],
    [
      "a cost of another length than its shape",
      (pairs) => pairs.setCost({ shape: [20, 20], data: new Float64Array(3) }),
      /needs 400 elements, got 3/,
    ],
    [
      "a cost that is not finite",
      (pairs) => pairs.setCost({ shape: [20, 20], data: new Float64Array(400).fill(NaN) }),
      /finite entries .* got NaN at \[0, 0\]$/,
    ],
    [
      "a kept state of another kind",
      (pairs) => pairs.load({ nodes: "none", values: 3 }),
      /^kept \w+: expected a \w+Array, got \w+$/,
    ],
  ])("refuses %s in one line", async (_, act, message) => {
    const pairs = make(set);
    const run = async () => act(pairs);
    await expect(run()).rejects.toThrow(InputError);
    await expect(run()).rejects.toThrow(message);
  });

  it("refuses bad memory, and histograms that are no matrix", () => {
    expect(() => make(set, { memory: -1 })).toThrow(new OptionError("memory", "expected bytes >= 0, got -1"));
    expect(() => make({ shape: [4], data: new Float64Array(4) })).toThrow(
      /histograms: expected a matrix \[n, m\] with entries/,
    );
    expect(() => make({ shape: [0, 0], data: new Float64Array() })).toThrow(InputError);
    expect(() => make({ shape: [2, 2], data: new BigInt64Array(4) as unknown as TypedArray })).toThrow(InputError);
    expect(name).toMatch(/Pairs$/);
  });
});
