import { beforeAll, describe, expect, it } from "vitest";
import { generatedPairs, GENERATED } from "../../../eval/sinkinit/cells/histograms.ts";
import { figuresOf, ratiosOf } from "../../../eval/sinkinit/cells/iterations.ts";
import { tableOfCells, THRESHOLDS, type CellFigures } from "../../../eval/sinkinit/cells/table.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { Random } from "../../../src/tensor/random.ts";
import { previousSolution } from "../../../src/transport/initializers/previous.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import type { HostInitializer } from "../../../src/transport/initializers/initializer.ts";

describe("generated pairs", () => {
  it.each(GENERATED)("%s are histograms, and the same for a seed", (kind) => {
    const { mu, nu } = generatedPairs(kind, [6, 9], 3, Random.fromSeed(1));
    for (const { data, shape } of [mu, nu]) {
      expect(shape).toEqual([3, 54]);
      for (let pair = 0; pair < 3; pair++) {
        const row = data.subarray(pair * 54, (pair + 1) * 54);
        expect(row.reduce((sum, mass) => sum + mass)).toBeCloseTo(1, 12);
        expect(row.every((mass) => mass >= 0)).toBe(true);
      }
    }
    expect(generatedPairs(kind, [6, 9], 3, Random.fromSeed(1))).toEqual({ mu, nu });
    expect(generatedPairs(kind, [6, 9], 3, Random.fromSeed(2)).mu).not.toEqual(mu);
  });
});

it("figures are of the pairs, ratios to the better of ones and Gaussian", () => {
  const counts = { learned: [2, 4, 12], ones: [4, 8, 3], gaussian: [2, 16, 6] };
  expect(figuresOf(counts.learned)).toMatchObject({ mean: 6, p95: 12, worst: 12 });
  expect(ratiosOf(counts, "learned")).toEqual({ p95: 4, worst: 4 });
});

describe("the table", () => {
  beforeAll(async () => void (await useBackend("wasm")));

  it("a start that is the solution needs one iteration; what came to a threshold was timed", async () => {
    const perfect: HostInitializer = {
      name: "perfect",
      guarded: true,
      hostPotential({ geometry, a, b, epsilon }) {
        const { g } = sinkhornHost(a, b, geometry, { epsilon, tolerance: 1e-10 });
        return previousSolution(g).hostPotential({ geometry, a, b, epsilon });
      },
    };
    const random = Random.fromSeed(3);
    const values = ndarray(
      random.fill(4 * 64, () => 255 * random.uniform()),
      [4, 8, 8],
    );
    const images = { waves: { kind: "images", name: "waves", values, names: ["a", "b", "c", "d"] } } as const;
    const settings = {
      images,
      grids: [[8, 8]],
      epsilons: [0.05],
      batches: [2, 5],
      pairs: 3,
      turns: 1,
      seed: 0,
    } as const;
    const { value } = await tableOfCells(perfect, settings).next();
    const { set, grid, iterations, ratios, times } = value as CellFigures;
    expect([set, grid]).toEqual(["waves", "8x8"]);
    expect(iterations["learned"]).toMatchObject({ mean: 1, worst: 1 });
    expect(iterations["ones"].mean).toBeGreaterThan(1);
    expect(ratios["learned"].worst).toBeLessThanOrEqual(1);
    expect(times).toHaveLength(THRESHOLDS.length * 2);
    for (const { milliseconds, processorMilliseconds, threshold } of times) {
      if (threshold < 1e-3) continue; // float32 may not come there
      expect(milliseconds["ones"]).toBeGreaterThan(0);
      expect(processorMilliseconds["learned"]).toBeGreaterThan(0);
    }
  });
});
