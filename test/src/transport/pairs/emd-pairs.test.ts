import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { nativeStatus } from "../../../../src/native/loader.ts";
import { ndarray, type NdArray } from "../../../../src/tensor/ndarray.ts";
import { emd } from "../../../../src/transport/exact/emd.ts";
import { emdPairs } from "../../../../src/transport/pairs/emd-pairs.ts";
import { hostEmdPairs } from "../../../../src/transport/pairs/emd/engine-host.ts";
import { nativeEmdPairs } from "../../../../src/transport/pairs/emd/engine-native.ts";
import type { EmdPairsProblem, EmdSettings } from "../../../../src/transport/pairs/emd/problem.ts";
import { scaledEmdPairs } from "../../../../src/transport/pairs/emd/scaled-engine.ts";
import type { PairEngine } from "../../../../src/transport/pairs/engine.ts";
import { histogramRows } from "../../../../src/transport/pairs/histograms.ts";
import { allPairs, type PairList } from "../../../../src/transport/pairs/pair-order.ts";
import { costMatrix, euclideanCost, randomCost } from "../../../support/exact.ts";
import { randomHistogram } from "../../../support/problems.ts";

const { addon } = nativeStatus();

type Engine = PairEngine<EmdSettings>;

const engines: readonly { name: string; engineOf: (problem: EmdPairsProblem) => Engine }[] = [
  ...(addon
    ? [{ name: "native", engineOf: (problem: EmdPairsProblem) => nativeEmdPairs({ addon, name: "native" }, problem) }]
    : []),
  { name: "TypeScript", engineOf: hostEmdPairs },
];

const MEMORY = 2 ** 20;
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

describe.each(engines)("$name", ({ engineOf }) => {
  const set = histograms(COUNT, BINS, 1);
  const pairs = allPairs(COUNT);

  function make(left: NdArray, right: NdArray, list: PairList): Engine {
    const rows = histogramRows(left, "left");
    const columns = left === right ? rows : histogramRows(right, "right");
    return scaledEmdPairs(engineOf({ left: rows, right: columns, pairs: list, memory: MEMORY }));
  }

  const everyPair = ({ rows }: PairList) => ({ from: 0, to: rows.length });

  async function solve(
    engine: Engine,
    cost: NdArray<Float64Array>,
    which: { from: number; to: number } | Int32Array = everyPair(pairs),
  ) {
    engine.setCost(cost.data, { maxPivots: 1e6 });
    const size = which instanceof Int32Array ? which.length : which.to - which.from;
    const values = new Float64Array(size).fill(NaN);
    return { ...(await engine.solve(which, values)), values };
  }

  it.each([
    ["a metric", euclideanCost(BINS, 1)],
    ["a cost that is no metric", randomCost(BINS, BINS, 2)],
    ["squared distances", costMatrix(BINS, BINS, (i, j) => (i - j) ** 2)],
    ["a metric with ties", costMatrix(BINS, BINS, (i, j) => (i === j ? 0 : 1))],
  ])("under %s, each pair has the value that it has alone", async (_, cost) => {
    const { values, unconverged } = await solve(make(set, set, pairs), cost);
    expect(unconverged).toBe(0);
    expect(values).toBeAllclose(expected(set, set, pairs, cost), { relative: 1e-12, absolute: 1e-15 });
  });

  it("a warm start equals a cold one, and needs fewer pivots", async () => {
    const engine = make(set, set, pairs);
    const [before, after] = [euclideanCost(BINS, 3), euclideanCost(BINS, 4)];
    // a mean of two metrics is one
    const between = (t: number) =>
      costMatrix(BINS, BINS, (i, j) => (1 - t) * before.data[i * BINS + j] + t * after.data[i * BINS + j]);
    const first = await solve(engine, between(0));
    expect(first.warmStarts).toBe(0);
    for (const t of [0.01, 0.02, 0.5, 1]) {
      const warm = await solve(engine, between(t));
      const cold = await solve(make(set, set, pairs), between(t));
      expect(warm.warmStarts).toBe(pairs.rows.length);
      expect(warm.values).toBeAllclose(cold.values, { relative: 1e-12, absolute: 0 });
      if (t < 0.1) expect(warm.iterations).toBeLessThan(cold.iterations / 2);
    }
    expect((await solve(engine, between(1))).iterations).toBe(0);
  });

  it("goes on when a cost stops being a metric, and when it becomes one again", async () => {
    const engine = make(set, set, pairs);
    for (const cost of [
      euclideanCost(BINS, 5),
      randomCost(BINS, BINS, 6),
      randomCost(BINS, BINS, 7),
      euclideanCost(BINS, 8),
    ]) {
      expect((await solve(engine, cost)).values).toBeAllclose(expected(set, set, pairs, cost), {
        relative: 1e-12,
        absolute: 0,
      });
    }
  });

  it("between two sets, with a rectangular cost", async () => {
    const other = histograms(3, 17, 50);
    const list = { rows: Int32Array.of(0, 7, 3, 3), columns: Int32Array.of(2, 0, 1, 1) };
    const cost = randomCost(BINS, 17, 9);
    const { values } = await solve(make(set, other, list), cost, everyPair(list));
    expect(values).toBeAllclose(expected(set, other, list, cost), { relative: 1e-12, absolute: 0 });
    expect(values[2]).toBe(values[3]);
  });

  it("some of the pairs, in any order", async () => {
    const cost = euclideanCost(BINS, 10);
    const engine = make(set, set, pairs);
    const all = (await solve(engine, cost)).values;
    const some = Int32Array.of(20, 3, 11);
    expect([...(await solve(engine, cost, some)).values]).toEqual([all[20], all[3], all[11]]);
    expect([...(await solve(make(set, set, pairs), cost, some)).values]).toEqual([all[20], all[3], all[11]]);
  });

  it("equal histograms are at distance zero, and scaled pairs at a scaled one", async () => {
    const [a, b] = [randomHistogram(BINS, 60), randomHistogram(BINS, 61)];
    const given = ndarray(Float64Array.of(...a, ...b, ...a.map((x) => 5 * x), ...b.map((x) => 5 * x)), [4, BINS]);
    const list = { rows: Int32Array.of(0, 0, 2), columns: Int32Array.of(0, 1, 3) };
    for (const cost of [euclideanCost(BINS, 11), costMatrix(BINS, BINS, (i, j) => (i - j) ** 2)]) {
      const { values } = await solve(make(given, given, list), cost, everyPair(list));
      expect(values[0]).toBe(0);
      expect([values[2]]).toBeAllclose([5 * values[1]], { relative: 1e-12, absolute: 0 });
    }
  });

  it("costs beyond 2^60 and masses of any size have the same values, times a power of two", async () => {
    const cost = euclideanCost(BINS, 14);
    const plain = (await solve(make(set, set, pairs), cost)).values;
    const times = ({ data, shape }: NdArray<Float64Array>, exponent: number) =>
      ndarray(
        data.map((entry) => entry * 2 ** exponent),
        shape,
      );
    for (const exponent of [960, -960]) {
      expect((await solve(make(set, set, pairs), times(cost, exponent))).values).toEqual(
        plain.map((value) => value * 2 ** exponent),
      );
      const scaled = times(set, exponent);
      expect((await solve(make(scaled, scaled, pairs), cost)).values).toEqual(
        plain.map((value) => value * 2 ** exponent),
      );
    }
  });

  it("refuses bases that are no trees of its pairs, and keeps its own", async () => {
    const engine = make(set, set, pairs);
    await solve(engine, euclideanCost(BINS, 15));
    const { nodes, ...kept } = structuredClone(await engine.save()) as { nodes: NdArray<Uint16Array>; metric: boolean };
    const load = (data: Uint16Array) => () => engine.load({ ...kept, nodes: { shape: [data.length], data } });
    expect(load(nodes.data.slice(2))).toThrow(
      /kept nodes: expected \d+ numbers, got \d+; use the histograms, pairs and memory/,
    );
    for (const [at, value] of [
      [2, 60000],
      [2, nodes.data[0]],
      [3, 9],
    ]) {
      expect(load(nodes.data.map((node, k) => (k === at ? value : node)))).toThrow(InputError);
    }
    expect(await engine.save()).toEqual({ ...kept, nodes });
  });
});

describe("emdPairs", () => {
  const set = histograms(4, BINS, 80);
  const cost = euclideanCost(BINS, 12);
  const list = { rows: Int32Array.of(4), columns: Int32Array.of(0) };

  it("says when pivots were not enough", async () => {
    const pairs = emdPairs(set);
    pairs.setCost(randomCost(BINS, BINS, 13), { maxPivots: 0 });
    expect(await pairs.solve()).toMatchObject({ status: "max-iterations", unconverged: 6 });
  });

  it("takes a second side, and pairs as plain arrays", async () => {
    const right = histograms(3, 5, 90);
    const between = randomCost(BINS, 5, 3);
    const some = { rows: [0, 3] as unknown as Int32Array, columns: [2, 1] as unknown as Int32Array };
    const pairs = emdPairs(set, { right, pairs: some });
    pairs.setCost(between);
    const { values } = await pairs.solve();
    expect(values).toBeAllclose(
      [0, 1].map((k) => emd(row(set, some.rows[k]), row(right, some.columns[k]), between).value),
      { relative: 1e-12 },
    );
  });

  it.each<[string, () => void, RegExp]>([
    ["a pair that is not there", () => emdPairs(set, { pairs: list }), /rows below 4, got 4 at 0/],
    [
      "a number that is no integer",
      () => emdPairs(set, { pairs: { rows: [0.5] as unknown as Int32Array, columns: Int32Array.of(1) } }),
      /rows below 4, got 0.5 at 0/,
    ],
    [
      "lists of different lengths",
      () => emdPairs(set, { pairs: { rows: Int32Array.of(1), columns: Int32Array.of() } }),
      /as many rows as columns/,
    ],
    ["two sides without a list", () => emdPairs(set, { right: set }), /which histograms of the two sides go together/],
    [
      "a histogram without mass",
      () => emdPairs(ndarray(new Float64Array(4), [2, 2])),
      /histograms\[0\].*at least one must be positive/,
    ],
    [
      "masses whose sum is beyond float64",
      () => emdPairs(ndarray(new Float64Array(4).fill(1e308), [2, 2])),
      /histograms\[0\]: their sum is beyond float64/,
    ],
    [
      "histograms of other totals",
      () => emdPairs(ndarray(Float64Array.of(1, 1, 1, 2), [2, 2])),
      /a sums to 2, b to 3; balanced transport needs equal totals/,
    ],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(InputError);
    expect(act).toThrow(message);
  });

  it("refuses a value beyond float64", async () => {
    const pairs = emdPairs(ndarray(Float64Array.of(1e10, 0, 0, 1e10), [2, 2]));
    pairs.setCost(ndarray(Float64Array.of(0, 1e300, 1e300, 0), [2, 2]));
    await expect(pairs.solve()).rejects.toThrow(
      new InputError("emdPairs: a value is beyond float64 (Infinity); divide costs or masses"),
    );
  });

  it("does not go on from bases of a metric under a cost that is none", async () => {
    const pairs = emdPairs(set);
    pairs.setCost(cost);
    await pairs.solve();
    const kept = structuredClone(await pairs.save());
    const other = emdPairs(set);
    other.load(kept);
    other.setCost(randomCost(BINS, BINS, 1)); // bases of a metric do not belong to it
    expect(await other.solve()).toMatchObject({ warmStarts: 0 });
  });
});
