import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { nativeStatus } from "../../../../src/native/loader.ts";
import { ndarray, type NdArray } from "../../../../src/tensor/ndarray.ts";
import { emd } from "../../../../src/transport/exact/emd.ts";
import { allPairs, emdPairs } from "../../../../src/transport/exact/emd-pairs.ts";
import type { PairList, PairsEngine } from "../../../../src/transport/exact/pairs-engine.ts";
import { HostPairs } from "../../../../src/transport/exact/host-pairs.ts";
import { nativePairs } from "../../../../src/transport/exact/native-pairs.ts";
import { costMatrix, euclideanCost, randomCost } from "../../../support/exact.ts";
import { randomHistogram } from "../../../support/problems.ts";

const { addon } = nativeStatus();

type MakeEngine = (left: NdArray<Float64Array>, right: NdArray<Float64Array>, pairs: PairList) => PairsEngine;

const MEMORY = 2 ** 20;

const engines: readonly { name: string; make: MakeEngine }[] = [
  ...(addon
    ? [
        {
          name: "native",
          make: ((left, right, pairs) => nativePairs(addon, { left, right, pairs, memory: MEMORY })) as MakeEngine,
        },
      ]
    : []),
  { name: "TypeScript", make: (left, right, pairs) => new HostPairs({ left, right, pairs, memory: MEMORY }) },
];

const COUNT = 8;
const BINS = 24;

function histograms(count: number, bins: number, seed: number): NdArray<Float64Array> {
  const rows = Array.from({ length: count }, (_, row) => [...randomHistogram(bins, seed + row, 0.3)]);
  return ndarray(Float64Array.from(rows.flat()), [count, bins]);
}

const row = ({ data, shape }: NdArray<Float64Array>, index: number) =>
  data.subarray(index * shape[1], (index + 1) * shape[1]);

/** Each pair for itself. */
function expected(
  left: NdArray<Float64Array>,
  right: NdArray<Float64Array>,
  pairs: PairList,
  cost: NdArray<Float64Array>,
) {
  return Float64Array.from(pairs.rows, (i, k) => emd(row(left, i), row(right, pairs.columns[k]), cost).value);
}

const everyPair = ({ rows }: PairList) => Int32Array.from(rows.keys());

describe.each(engines)("$name", ({ make }) => {
  const set = histograms(COUNT, BINS, 1);
  const pairs = allPairs(COUNT);
  const which = everyPair(pairs);
  const bare = { pivots: 0, warm: 0, unconverged: 0 };

  function solve(engine: PairsEngine, cost: NdArray<Float64Array>, wanted = which) {
    engine.setCost(cost.data);
    const values = new Float64Array(wanted.length).fill(NaN);
    return { ...bare, ...engine.solve(wanted, 1e6, values), values };
  }

  it.each([
    ["a metric", euclideanCost(BINS, 1)],
    ["a cost that is no metric", randomCost(BINS, BINS, 2)],
    ["squared distances", costMatrix(BINS, BINS, (i, j) => (i - j) ** 2)],
    ["a metric with ties", costMatrix(BINS, BINS, (i, j) => (i === j ? 0 : 1))],
  ])("under %s, each pair has the value that it has alone", (_, cost) => {
    const { values, unconverged } = solve(make(set, set, pairs), cost);
    expect(unconverged).toBe(0);
    expect(values).toBeAllclose(expected(set, set, pairs, cost), { relative: 1e-12, absolute: 1e-15 });
  });

  it("a warm start equals a cold one, and needs fewer pivots", () => {
    const engine = make(set, set, pairs);
    const [before, after] = [euclideanCost(BINS, 3), euclideanCost(BINS, 4)];
    // a mean of two metrics is one
    const between = (t: number) =>
      costMatrix(BINS, BINS, (i, j) => (1 - t) * before.data[i * BINS + j] + t * after.data[i * BINS + j]);
    const first = solve(engine, between(0));
    expect(first.warm).toBe(0);
    for (const t of [0.01, 0.02, 0.5, 1]) {
      const warm = solve(engine, between(t));
      const cold = solve(make(set, set, pairs), between(t));
      expect(warm.warm).toBe(pairs.rows.length);
      expect(warm.values).toBeAllclose(cold.values, { relative: 1e-12, absolute: 0 });
      if (t < 0.1) expect(warm.pivots).toBeLessThan(cold.pivots / 2);
    }
    expect(solve(engine, between(1)).pivots).toBe(0);
  });

  it("goes on when a cost stops being a metric, and when it becomes one again", () => {
    const engine = make(set, set, pairs);
    for (const cost of [
      euclideanCost(BINS, 5),
      randomCost(BINS, BINS, 6),
      randomCost(BINS, BINS, 7),
      euclideanCost(BINS, 8),
    ]) {
      expect(solve(engine, cost).values).toBeAllclose(expected(set, set, pairs, cost), {
        relative: 1e-12,
        absolute: 0,
      });
    }
  });

  it("between two sets, with a rectangular cost", () => {
    const other = histograms(3, 17, 50);
    const list = { rows: Int32Array.of(0, 7, 3, 3), columns: Int32Array.of(2, 0, 1, 1) };
    const cost = randomCost(BINS, 17, 9);
    const { values } = solve(make(set, other, list), cost, everyPair(list));
    expect(values).toBeAllclose(expected(set, other, list, cost), { relative: 1e-12, absolute: 0 });
    expect(values[2]).toBe(values[3]);
  });

  it("some of the pairs, in any order", () => {
    const cost = euclideanCost(BINS, 10);
    const engine = make(set, set, pairs);
    const all = solve(engine, cost).values;
    const some = Int32Array.of(20, 3, 11);
    expect([...solve(engine, cost, some).values]).toEqual([all[20], all[3], all[11]]);
    expect([...solve(make(set, set, pairs), cost, some).values]).toEqual([all[20], all[3], all[11]]);
  });

  it("equal histograms are at distance zero, and scaled pairs at a scaled one", () => {
    const [a, b] = [randomHistogram(BINS, 60), randomHistogram(BINS, 61)];
    const given = ndarray(Float64Array.of(...a, ...b, ...a.map((x) => 5 * x), ...b.map((x) => 5 * x)), [4, BINS]);
    const list = { rows: Int32Array.of(0, 0, 2), columns: Int32Array.of(0, 1, 3) };
    for (const cost of [euclideanCost(BINS, 11), costMatrix(BINS, BINS, (i, j) => (i - j) ** 2)]) {
      const { values } = solve(make(given, given, list), cost, everyPair(list));
      expect(values[0]).toBe(0);
      expect([values[2]]).toBeAllclose([5 * values[1]], { relative: 1e-12, absolute: 0 });
    }
  });
});

describe("emdPairs", () => {
  const set = histograms(4, BINS, 80);
  const cost = euclideanCost(BINS, 12);

  it("keeps bases within the memory it was given, and gives the same values", () => {
    const full = emdPairs(set, set, allPairs(4));
    full.setCost(cost);
    const { values } = full.solve();
    const memory = full.basisBytes / 2;
    const half = emdPairs(set, set, allPairs(4), { memory });
    half.setCost(cost);
    expect(half.basisBytes).toBeGreaterThan(0);
    expect(half.basisBytes).toBeLessThanOrEqual(memory);
    expect(half.solve().values).toEqual(values);
    const { warmStarts } = half.solve();
    expect(warmStarts).toBeGreaterThan(0);
    expect(warmStarts).toBeLessThan(6);
    expect(full.solve()).toMatchObject({ warmStarts: 6, pivots: 0, status: "converged" });
  });

  it("says when pivots were not enough", () => {
    const pairs = emdPairs(set, set, allPairs(4), { maxPivots: 0 });
    pairs.setCost(randomCost(BINS, BINS, 13));
    expect(pairs.solve().status).toBe("max-iterations");
  });

  it("lists pairs by rows", () => {
    expect(allPairs(3)).toEqual({ rows: Int32Array.of(0, 0, 1), columns: Int32Array.of(1, 2, 2) });
    expect(allPairs(1).rows.length).toBe(0);
  });

  it.each<[string, () => void, RegExp]>([
    [
      "a pair that is not there",
      () => emdPairs(set, set, { rows: Int32Array.of(4), columns: Int32Array.of(0) }),
      /rows below 4/,
    ],
    [
      "lists of different lengths",
      () => emdPairs(set, set, { rows: Int32Array.of(1), columns: Int32Array.of() }),
      /as many rows as columns/,
    ],
    [
      "a histogram without mass",
      () => emdPairs(ndarray(new Float64Array(4), [2, 2]), set, allPairs(2)),
      /left\[0\].*at least one must be positive/,
    ],
    ["negative memory", () => emdPairs(set, set, allPairs(4), { memory: -1 }), /memory: expected bytes >= 0/],
    [
      "a cost of another shape",
      () => emdPairs(set, set, allPairs(4)).setCost(randomCost(3, 3, 1)),
      /expected shape \[24, 24\], got \[3, 3\]/,
    ],
    ["no cost", () => emdPairs(set, set, allPairs(4)).solve(), /call setCost first/],
    [
      "a pair twice",
      () => {
        const pairs = emdPairs(set, set, allPairs(4));
        pairs.setCost(cost);
        pairs.solve(Int32Array.of(1, 1));
      },
      /different numbers below 6, got 1/,
    ],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(InputError);
    expect(act).toThrow(message);
  });
});

describe("bases", () => {
  const histograms = { shape: [6, 8], data: Float64Array.from({ length: 48 }, (_, at) => 1 + ((at * 7) % 5)) };
  for (let row = 0; row < 6; row++) {
    const masses = histograms.data.subarray(8 * row, 8 * row + 8);
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    masses.forEach((mass, bin) => (masses[bin] = mass / total));
  }
  const cost = (power: number) => ({
    shape: [8, 8],
    data: Float64Array.from({ length: 64 }, (_, at) => Math.abs((at % 8) - Math.floor(at / 8)) ** power),
  });
  const make = () => emdPairs(histograms, histograms, allPairs(6));

  it("carry over to other pairs of the same histograms, which then go on warm with the same bits", () => {
    const first = make();
    first.setCost(cost(1));
    first.solve();
    const kept = first.bases()!;
    const second = make();
    second.setCost(cost(0.9));
    expect(second.restore(kept)).toBe(true);
    expect(second.bases()).toEqual(kept);
    first.setCost(cost(0.9));
    expect(second.solve()).toEqual(first.solve());
    expect(second.solve().warmStarts).toBe(14); // one pair is of equal histograms
  });

  it("are refused where they are no trees of the pairs, or of another kind of cost", () => {
    const pairs = make();
    expect(() => pairs.restore({ metric: true, nodes: new Uint16Array() })).toThrow(InputError);
    expect(pairs.bases()).toBeUndefined();
    pairs.setCost(cost(1));
    pairs.solve();
    const { metric, nodes } = pairs.bases()!;
    expect(metric).toBe(true);
    expect(pairs.restore({ metric: false, nodes })).toBe(false);
    expect(pairs.restore({ metric, nodes: nodes.slice(2) })).toBe(false);
    for (const value of [60000, nodes[0]!]) {
      expect(pairs.restore({ metric, nodes: nodes.map((node, at) => (at === 2 ? value : node)) })).toBe(false);
    }
    expect(pairs.restore({ metric, nodes: nodes.map((node, at) => (at === 3 ? 9 : node)) })).toBe(false);
    expect(pairs.bases()!.nodes).toEqual(nodes);
  });
});
