import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { useBackend, type BackendChoice } from "../../../../src/tensor/backend.ts";
import { Random } from "../../../../src/tensor/random.ts";
import { sinkhornDivergenceHost } from "../../../../src/transport/divergence-host.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { pairAt, pairCount, squareFromCondensed } from "../../../../src/transport/pairs/pair-order.ts";
import type { PairSelection } from "../../../../src/transport/pairs/engine.ts";
import {
  sinkhornDivergencePairs,
  type SinkhornDivergencePairs,
} from "../../../../src/transport/pairs/sinkhorn-divergence-pairs.ts";
import type { DivergencePairsSettings } from "../../../../src/transport/pairs/sinkhorn/settings.ts";
import { backends } from "../../../support/backends.ts";
import { randomHistogram } from "../../../support/problems.ts";
import { reference, type DivergenceReference, type PairReference } from "../../../support/reference.ts";

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

function pairsOf(histograms: Float64Array, count: number, options = {}): SinkhornDivergencePairs {
  return sinkhornDivergencePairs(ndarray(histograms, [count, histograms.length / count]), options);
}

interface Request extends DivergencePairsSettings {
  readonly which?: PairSelection;
  readonly onProgress?: (done: number, of: number) => void;
}

async function compute(pairs: SinkhornDivergencePairs, cost: Float64Array, request: Request) {
  const { which, onProgress, ...settings } = request;
  const bins = Math.sqrt(cost.length);
  pairs.setCost(ndarray(cost, [bins, bins]), settings);
  return pairs.solve(which, { onProgress });
}

/** The cost to which a power iteration might move next. */
function moved(cost: Float64Array, bins: number, seed: number): Float64Array {
  const other = pointDistances(bins, seed);
  return cost.map((entry, index) => 0.9 * entry + 0.1 * other[index]);
}

interface Engine {
  readonly backend: BackendChoice;
  /** What an engine's rounding takes from a divergence beside the tolerance, in cost units. */
  readonly rounding: (epsilon: number, cost: ArrayLike<number>) => number;
  readonly epsilons: readonly number[];
  readonly numRuns: number;
}

const engines: readonly Engine[] = [
  { backend: "cpu", rounding: () => 0, epsilons: [1, 0.1, 0.01, 0.002], numRuns: 10 },
  {
    backend: "webgpu",
    // float32: what `webgpuDivergencePairs` states
    rounding: (epsilon, cost) =>
      2e-7 * epsilon + 1e-7 * Array.from(cost).reduce((most, entry) => Math.max(most, entry)),
    epsilons: [1, 0.1, 0.02], // a software adapter takes long for smaller ones
    numRuns: 3,
  },
];

const here = engines.filter(({ backend }) => backends.some((name) => name === backend));
describe.each(here)("$backend", ({ backend, rounding, epsilons, numRuns }) => {
  beforeAll(() => useBackend(backend));

  describe.each(reference<PairReference>("pair_divergences").sets)("torus, $name", (set) => {
    it("are the values of the reference to 1e-6 of the largest", async () => {
      const pairs = pairsOf(Float64Array.from(set.histograms.flat()), set.histograms.length);
      const { epsilon } = set;
      const found = await compute(pairs, Float64Array.from(set.cost.flat()), { epsilon });
      const { values: divergences, clamped, unconverged } = found;
      const largest = Math.max(...set.divergences);
      // the reference goes along the rows of the lower triangle
      const expected = Array.from(divergences, (_, pair) => {
        const [i, j] = pairAt(pair, set.histograms.length);
        return set.divergences[pairCount(j) + i];
      });
      expect(divergences).toBeAllclose(expected, {
        relative: 1e-6,
        absolute: 1e-7 * largest + rounding(epsilon, set.cost.flat()),
      });
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
      const { values: divergences } = await compute(pairsOf(histograms, 2), cost, { epsilon });
      expect(divergences).toBeAllclose([divergence], {
        relative: 1e-6,
        absolute: 1e-7 * epsilon + rounding(epsilon, cost),
      });
    });
  });

  it("agrees with single divergences in float64, at any epsilon", async () => {
    const { histograms, count, bins, cost } = randomProblem(6, 23, 1);
    for (const epsilon of epsilons) {
      const { values: divergences } = await compute(pairsOf(histograms, count), cost, {
        epsilon,
        maxIterations: 20_000,
      });
      const single = Array.from(divergences, (_, pair) => {
        const [a, b] = pairAt(pair, count).map((i) => histograms.slice(i * bins, (i + 1) * bins));
        const options = { epsilon, tolerance: 1e-10, maxIterations: 20_000 };
        return sinkhornDivergenceHost(a, b, denseGeometry(cost, [bins, bins]), options).divergence;
      });
      expect(divergences).toBeAllclose(single, { relative: 1e-6, absolute: 2e-7 * epsilon + rounding(epsilon, cost) });
    }
  });

  it("gives zero for equal histograms, and for a single one no pairs", async () => {
    const { histograms, bins, cost } = randomProblem(2, 17, 2);
    const twice = Float64Array.from([...histograms, ...histograms]);
    const { values: divergences } = await compute(pairsOf(twice, 4), cost, { epsilon: 0.05 });
    const matrix = squareFromCondensed(divergences, 4);
    expect([matrix[2], matrix[7]]).toBeAllclose([0, 0], { absolute: 1e-8 + rounding(0.05, cost) });
    expect(matrix[1]).toBeGreaterThan(1e-3);
    const alone = await compute(pairsOf(histograms.slice(0, bins), 1), cost, { epsilon: 0.05 });
    expect(alone.values).toHaveLength(0);
  });

  it("is exact for single points: their cost", async () => {
    const cost = pointDistances(3, 9);
    const { values: divergences } = await compute(pairsOf(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 3), cost, {
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
          const plain = await compute(pairsOf(problem.histograms, count), problem.cost, { epsilon: 0.1 });
          const shuffled = await compute(pairsOf(histograms, count), cost, { epsilon: 0.1 });
          const expected = squareFromCondensed(plain.values, count);
          const got = squareFromCondensed(shuffled.values, count);
          const back = got.map((_, e) => expected[rows[Math.floor(e / count)] * count + rows[e % count]]);
          expect(got).toBeAllclose(back, { absolute: 2e-8 + rounding(0.1, cost) });
        },
      ),
      { numRuns },
    );
  });

  describe("while the cost moves", () => {
    const { histograms, count, bins, cost } = randomProblem(8, 30, 4);
    const next = moved(cost, bins, 5);
    const options = { epsilon: 0.05 };

    it("kept potentials save iterations and leave the values", async () => {
      const kept = pairsOf(histograms, count);
      const cold = pairsOf(histograms, count, { memory: 0 });
      const part = pairsOf(histograms, count, { memory: kept.keptBytes / 2 });
      for (const pairs of [kept, cold, part]) await compute(pairs, cost, options);
      const [warm, fresh, mixed] = await Promise.all([kept, cold, part].map((pairs) => compute(pairs, next, options)));
      expect(warm.values).toBeAllclose(fresh.values, { relative: 1e-6, absolute: 1e-8 + rounding(0.05, next) });
      expect(mixed.values).toBeAllclose(fresh.values, { relative: 1e-6, absolute: 1e-8 + rounding(0.05, next) });
      expect(warm.iterations).toBeLessThan(mixed.iterations);
      expect(mixed.iterations).toBeLessThan(fresh.iterations);
    });

    it("the budget bounds what is kept, to the byte", () => {
      const { keptBytes } = pairsOf(histograms, count);
      const sizes = Array.from({ length: count }, (_, i) => {
        return histograms.subarray(i * bins, (i + 1) * bins).filter((mass) => mass > 0).length;
      });
      const smaller = sizes.flatMap((size, i) => sizes.slice(i + 1).map((other) => Math.min(size, other)));
      expect(keptBytes).toBe(smaller.reduce((sum, size) => sum + 4 * size + 1, 0));
      const half = pairsOf(histograms, count, { memory: keptBytes / 2 }).keptBytes;
      expect(half).toBeLessThanOrEqual(keptBytes / 2);
      expect(half).toBeGreaterThan(keptBytes / 2 - 4 * bins - 1);
      expect(pairsOf(histograms, count, { memory: 0 }).keptBytes).toBe(0);
    });
  });

  it("a range at a time gives the same bits", async () => {
    const { histograms, count, cost } = randomProblem(9, 20, 6);
    const pairs = pairsOf(histograms, count);
    const progress: [number, number][] = [];
    const onProgress = (done: number, of: number): void => void progress.push([done, of]);
    const whole = await compute(pairs, cost, { epsilon: 0.1, onProgress });
    expect(progress.at(-1)).toEqual([36, 36]);
    const fresh = pairsOf(histograms, count);
    const parts: number[] = [];
    for (const [from, to] of [
      [0, 5],
      [5, 5],
      [5, 29],
      [29, 36],
    ]) {
      const { values: divergences } = await compute(fresh, cost, { epsilon: 0.1, which: { from, to } });
      parts.push(...divergences);
    }
    expect(Float64Array.from(parts)).toEqual(whole.values);
  });

  it("reports pairs that ended early", async () => {
    const { histograms, count, cost } = randomProblem(4, 20, 7);
    const found = await compute(pairsOf(histograms, count), cost, { epsilon: 0.01, maxIterations: 2 });
    expect(found).toMatchObject({ unconverged: 6, iterations: 12, status: "max-iterations" });
    expect(found.largestViolation).toBeGreaterThan(0);
  });
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
    expect(() => pairsOf(values, rows, options)).toThrow(InputError);
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
    ["iterations beyond 32 bits", cost, { maxIterations: 2 ** 31 }],
    ["an epsilon that is nothing beside the cost", cost.map((entry) => 1e200 * entry), { epsilon: 1e-200 }],
  ])("%s", async (_, matrix, options) => {
    const run = compute(pairsOf(histograms, count), matrix, { epsilon: 0.1, ...options });
    await expect(run).rejects.toThrow(InputError);
  });
});
