import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { Random } from "../../../../src/tensor/random.ts";
import { sinkhornDivergenceHost } from "../../../../src/transport/divergence-host.ts";
import { PairDivergences } from "../../../../src/transport/pairs/pair-divergences.ts";
import { pairAt, symmetricFromPairs } from "../../../../src/transport/pairs/pair-order.ts";
import { randomHistogram } from "../../../support/problems.ts";
import { reference, type DivergenceReference } from "../../../support/reference.ts";

interface PairReference {
  readonly sets: readonly {
    readonly name: string;
    readonly epsilon: number;
    readonly histograms: number[][];
    readonly cost: number[][];
    readonly divergences: number[];
  }[];
}

/** Histograms [count, bins] with about the given share of zeros, and the distances of random points in the unit square. */
function randomProblem(count: number, bins: number, seed: number, zeroShare = 0.5) {
  const rows = Array.from({ length: count }, (_, i) => [...randomHistogram(bins, 100 * seed + i, zeroShare)]);
  const histograms = Float64Array.from(rows.flat());
  return { histograms, count, bins, cost: pointDistances(bins, seed) };
}

function pointDistances(bins: number, seed: number): Float64Array {
  const random = Random.fromSeed(seed);
  const points = Array.from({ length: bins }, () => [random.uniform(), random.uniform()]);
  return Float64Array.from(points.flatMap((p) => points.map((q) => Math.hypot(p[0] - q[0], p[1] - q[1]))));
}

/** The cost to which a power iteration might move next. */
function moved(cost: Float64Array, bins: number, seed: number): Float64Array {
  const other = pointDistances(bins, seed);
  return cost.map((entry, index) => 0.9 * entry + 0.1 * other[index]);
}

describe.each(reference<PairReference>("pair_divergences").sets)("torus, $name", (set) => {
  it("are the values of the reference to 1e-6 of the largest", async () => {
    const pairs = new PairDivergences(Float64Array.from(set.histograms.flat()), set.histograms.length);
    const { divergences, clamped, unconverged } = await pairs.compute(Float64Array.from(set.cost.flat()), set);
    const largest = Math.max(...set.divergences);
    expect(divergences).toBeAllclose(set.divergences, { relative: 1e-6, absolute: 1e-7 * largest });
    expect({ clamped, unconverged }).toEqual({ clamped: 0, unconverged: 0 });
  });
});

const references = reference<DivergenceReference>("sinkhorn_divergence").pairs;
describe.each(references)("$name", ({ cost: costName, x, y, a, b, solutions }) => {
  // one set of points for both: the clouds one after the other, where they differ
  const apart = JSON.stringify(x) !== JSON.stringify(y);
  const points = apart ? [...x, ...y] : x;
  const zeros = (other: number[]): number[] => (apart ? other.map(() => 0) : []);
  const histograms = Float64Array.from([a, zeros(b), zeros(a), b].flat());
  const squared = (p: number[], q: number[]): number => p.reduce((sum, value, k) => sum + (value - q[k]) ** 2, 0);
  const distance = (p: number[], q: number[]): number =>
    costName === "squared Euclidean" ? squared(p, q) : Math.sqrt(squared(p, q));
  const cost = Float64Array.from(points.flatMap((p) => points.map((q) => distance(p, q))));

  it.each(solutions)("is the reference's divergence at epsilon $epsilon", async ({ epsilon, divergence }) => {
    const { divergences } = await new PairDivergences(histograms, 2).compute(cost, { epsilon });
    expect(divergences).toBeAllclose([divergence], { relative: 1e-6, absolute: 1e-7 * epsilon });
  });
});

it("agrees with single divergences in float64, at any epsilon", async () => {
  const { histograms, count, bins, cost } = randomProblem(6, 23, 1);
  for (const epsilon of [1, 0.1, 0.01, 0.002]) {
    const { divergences } = await new PairDivergences(histograms, count).compute(cost, {
      epsilon,
      maxIterations: 20_000,
    });
    const single = Array.from(divergences, (_, pair) => {
      const [a, b] = pairAt(pair).map((i) => histograms.slice(i * bins, (i + 1) * bins));
      const options = { epsilon, tolerance: 1e-10, maxIterations: 20_000 };
      return sinkhornDivergenceHost(denseGeometry(cost, [bins, bins]), a, b, options).divergence;
    });
    expect(divergences).toBeAllclose(single, { relative: 1e-6, absolute: 2e-7 * epsilon });
  }
});

it("gives zero for equal histograms, and for a single one no pairs", async () => {
  const { histograms, bins, cost } = randomProblem(2, 17, 2);
  const twice = Float64Array.from([...histograms, ...histograms]);
  const { divergences } = await new PairDivergences(twice, 4).compute(cost, { epsilon: 0.05 });
  const matrix = symmetricFromPairs(divergences, 4);
  expect([matrix[2], matrix[7]]).toBeAllclose([0, 0], { absolute: 1e-8 });
  expect(matrix[1]).toBeGreaterThan(1e-3);
  const alone = await new PairDivergences(histograms.slice(0, bins), 1).compute(cost, { epsilon: 0.05 });
  expect(alone.divergences).toHaveLength(0);
});

it("is exact for single points: their cost", async () => {
  const cost = pointDistances(3, 9);
  const { divergences } = await new PairDivergences(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 3).compute(cost, {
    epsilon: 0.01,
  });
  expect(divergences).toBeAllclose([cost[1], cost[2], cost[5]], { relative: 1e-6 });
});

it("does not depend on the order of histograms or of bins", async () => {
  const problem = randomProblem(5, 14, 3);
  const { count, bins } = problem;
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: count }),
      fc.shuffledSubarray([...Array(bins).keys()], { minLength: bins }),
      async (rows, columns) => {
        const at = (i: number, k: number): number => problem.histograms[rows[i] * bins + columns[k]];
        const histograms = Float64Array.from({ length: count * bins }, (_, e) => at(Math.floor(e / bins), e % bins));
        const cost = Float64Array.from({ length: bins * bins }, (_, e) => {
          return problem.cost[columns[Math.floor(e / bins)] * bins + columns[e % bins]];
        });
        const plain = await new PairDivergences(problem.histograms, count).compute(problem.cost, { epsilon: 0.1 });
        const shuffled = await new PairDivergences(histograms, count).compute(cost, { epsilon: 0.1 });
        const expected = symmetricFromPairs(plain.divergences, count);
        const got = symmetricFromPairs(shuffled.divergences, count);
        const back = got.map((_, e) => expected[rows[Math.floor(e / count)] * count + rows[e % count]]);
        expect(got).toBeAllclose(back, { absolute: 2e-8 });
      },
    ),
    { numRuns: 10 },
  );
});

describe("while the cost moves", () => {
  const { histograms, count, bins, cost } = randomProblem(8, 30, 4);
  const next = moved(cost, bins, 5);
  const options = { epsilon: 0.05 };

  it("kept potentials save iterations and leave the values", async () => {
    const kept = new PairDivergences(histograms, count);
    const cold = new PairDivergences(histograms, count, { memory: 0 });
    const part = new PairDivergences(histograms, count, { memory: kept.fullMemory / 2 });
    for (const pairs of [kept, cold, part]) await pairs.compute(cost, options);
    const [warm, fresh, mixed] = await Promise.all([kept, cold, part].map((pairs) => pairs.compute(next, options)));
    expect(warm.divergences).toBeAllclose(fresh.divergences, { relative: 1e-6, absolute: 1e-8 });
    expect(mixed.divergences).toBeAllclose(fresh.divergences, { relative: 1e-6, absolute: 1e-8 });
    expect(warm.iterations).toBeLessThan(mixed.iterations);
    expect(mixed.iterations).toBeLessThan(fresh.iterations);
  });

  it("the budget bounds what is kept, to the byte", () => {
    const kept = new PairDivergences(histograms, count);
    const bytes = (pairs: PairDivergences): number => {
      const { values, present } = pairs.potentials();
      return values.byteLength + present.byteLength;
    };
    expect(bytes(kept)).toBe(kept.fullMemory);
    const half = bytes(new PairDivergences(histograms, count, { memory: kept.fullMemory / 2 }));
    expect(half).toBeLessThanOrEqual(kept.fullMemory / 2);
    expect(half).toBeGreaterThan(kept.fullMemory / 2 - 4 * bins - 1);
    expect(bytes(new PairDivergences(histograms, count, { memory: 0 }))).toBe(0);
  });

  it("restored potentials go on bit for bit", async () => {
    const first = new PairDivergences(histograms, count);
    await first.compute(cost, options);
    const second = new PairDivergences(histograms, count);
    second.restore(structuredClone(first.potentials()));
    expect(await second.compute(next, options)).toEqual(await first.compute(next, options));
    expect(() => new PairDivergences(histograms, count, { memory: 0 }).restore(first.potentials())).toThrow(InputError);
  });
});

it("a range at a time gives the same bits", async () => {
  const { histograms, count, cost } = randomProblem(9, 20, 6);
  const pairs = new PairDivergences(histograms, count);
  const progress: [number, number][] = [];
  const onProgress = (done: number, of: number): void => void progress.push([done, of]);
  const whole = await pairs.compute(cost, { epsilon: 0.1, onProgress });
  expect(progress.at(-1)).toEqual([36, 36]);
  const fresh = new PairDivergences(histograms, count);
  const parts: number[] = [];
  for (const [from, to] of [
    [0, 5],
    [5, 5],
    [5, 29],
    [29, 36],
  ]) {
    const { divergences } = await fresh.compute(cost, { epsilon: 0.1, from, to });
    parts.push(...divergences);
  }
  expect(Float64Array.from(parts)).toEqual(whole.divergences);
});

it("reports pairs that ended early", async () => {
  const { histograms, count, cost } = randomProblem(4, 20, 7);
  const options = { epsilon: 0.01, maxIterations: 2 };
  const { unconverged, mostIterations } = await new PairDivergences(histograms, count).compute(cost, options);
  expect({ unconverged, mostIterations }).toEqual({ unconverged: 6, mostIterations: 2 });
});

describe("refuses", () => {
  const { histograms, count, bins, cost } = randomProblem(3, 5, 8);
  const changed = (values: Float64Array, index: number, value: number): Float64Array => values.with(index, value);

  it.each<[string, Float64Array, number, object]>([
    ["a negative mass", changed(histograms, 1, -1), count, {}],
    ["a mass that is not a number", changed(histograms, 1, NaN), count, {}],
    ["an empty histogram", histograms.map((mass, index) => (index < bins ? 0 : mass)), count, {}],
    ["histograms that do not sum to one", histograms.map((mass) => 2 * mass), count, {}],
    ["a count that does not divide", histograms, 4, {}],
    ["a negative budget", histograms, count, { memory: -1 }],
  ])("%s", (_, values, rows, options) => {
    expect(() => new PairDivergences(values, rows, options)).toThrow(InputError);
  });

  it.each<[string, Float64Array, object]>([
    ["a cost of another size", new Float64Array(16), {}],
    ["a cost that is not symmetric", changed(cost, 1, 3), {}],
    ["a cost with a diagonal", changed(cost, 6, 0.1), {}],
    ["a negative cost", cost.map((entry) => -entry), {}],
    ["an infinite cost", changed(changed(cost, 1, Infinity), 5, Infinity), {}],
    ["epsilon zero", cost, { epsilon: 0 }],
    ["a tolerance of zero", cost, { tolerance: 0 }],
    ["no iterations", cost, { maxIterations: 0 }],
    ["a range beyond the pairs", cost, { to: 4 }],
    ["a range that runs backwards", cost, { from: 2, to: 1 }],
  ])("%s", async (_, matrix, options) => {
    const run = new PairDivergences(histograms, count).compute(matrix, { epsilon: 0.1, ...options });
    await expect(run).rejects.toThrow(InputError);
  });
});

describe("marked pairs", () => {
  const { histograms, count, cost } = randomProblem(9, 14, 5);

  it("are solved as all pairs are, the others are passed over and keep their potentials", async () => {
    const all = new PairDivergences(histograms, count);
    const some = new PairDivergences(histograms, count);
    const whole = await all.compute(cost, { epsilon: 0.1 });
    const [from, to] = [4, 31];
    const wanted = Uint8Array.from({ length: to - from }, (_, index) => (index % 3 === 1 ? 1 : 0));
    const { divergences } = await some.compute(cost, { epsilon: 0.1, from, to, wanted });
    const expected = Array.from(wanted, (mark, index) => (mark === 1 ? whole.divergences[from + index] : 0));
    expect([...divergences]).toEqual(expected);
    const marks = Array.from(some.potentials().present);
    expect(marks).toEqual(marks.map((_, pair) => (pair >= from && pair < to && (pair - from) % 3 === 1 ? 1 : 0)));
  });

  it("need a mark each", async () => {
    const pairs = new PairDivergences(histograms, count);
    const options = { epsilon: 0.1, from: 0, to: 5, wanted: new Uint8Array(4) };
    await expect(pairs.compute(cost, options)).rejects.toThrow(
      new InputError("pairs: expected 5 marks of wanted pairs (one each), got 4"),
    );
  });
});
