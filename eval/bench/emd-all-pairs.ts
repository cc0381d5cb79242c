import { ndarray } from "../../src/tensor/ndarray.ts";
import { emdPairs, type EmdPairs } from "../../src/transport/pairs/emd-pairs.ts";
import { squareFromCondensed } from "../../src/transport/pairs/pair-order.ts";
import { best, type BenchResult, type Timed } from "./timing.ts";
import { l1Distances, largest, scaled, torusHistograms, type Matrix } from "./torus-pairs.ts";
import { numberOption } from "../../src/options.ts";
import { defineWork } from "./work.ts";

export const emdAllPairsWork = defineWork({
  description: "Exact transport between all pairs of histograms, cold and in warm-started power iterations.",
  options: {
    samples: numberOption({ description: "histograms", default: 100, least: 2, integer: true }),
    features: numberOption({ description: "bins", default: 80, least: 2, integer: true }),
    iterations: numberOption({
      description: "power iterations, in both directions",
      default: 2,
      least: 1,
      integer: true,
    }),
  },
  peer: "emd_all_pairs.py",
  hostOnly: "exact transport goes pivot after pivot",
  async prepare({ repeat, ...sizes }) {
    return {
      ours: () => emdAllPairs({ ...sizes, repeat }),
      peerArguments: Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});

interface EmdAllPairsSettings {
  readonly samples: number;
  readonly features: number;
  readonly iterations: number;
  readonly repeat: number;
}

/** Weight of the l1 distances that keep power iterations from collapsing (Huizing et al. 2022), and mass on every bin. */
const TAU = 0.1;

/**
 * Exact transport between all pairs of the two-mode torus data: once under the l1 cost, from nothing, and as power iterations
 * from it, distances between features by those between samples and back, where bases are kept.
 */
async function emdAllPairs({ samples, features, iterations, repeat }: EmdAllPairsSettings): Promise<BenchResult[]> {
  const { rows, columns } = torusHistograms(samples, features);
  const start = scaled(l1Distances(columns));

  const cold = await best(repeat, async () => {
    return distances(emdPairs(rows), samples, start);
  });
  const power = await best(repeat, async () => {
    const [between, across] = [emdPairs(rows), emdPairs(columns)];
    const [rowRegulariser, columnRegulariser] = [l1Distances(rows), l1Distances(columns)];
    let [featureCost, sampleCost] = [start, start];
    for (let iteration = 0; iteration < iterations; iteration++) {
      sampleCost = scaled(regularised(await distances(between, samples, featureCost), rowRegulariser));
      featureCost = scaled(regularised(await distances(across, features, sampleCost), columnRegulariser));
    }
    return featureCost;
  });
  const line = (work: string, { timing, value }: Timed<Matrix>, extra: object) => {
    const sum = value.data.reduce((total, entry) => total + entry, 0);
    return { work, samples, features, ...extra, sum, max: largest(value), ...timing };
  };
  return [line("emd_all_pairs", cold, {}), line("emd_power_iterations", power, { iterations })];
}

/** Transport costs of all pairs under a cost, as a matrix. */
async function distances(pairs: EmdPairs, count: number, cost: Matrix): Promise<Matrix> {
  pairs.setCost(cost);
  const { values } = await pairs.solve();
  return ndarray(squareFromCondensed(values, count), [count, count]);
}

/** D + tau R, for costs whose largest entry is one. */
function regularised({ data, shape }: Matrix, regulariser: Matrix): Matrix {
  return ndarray(
    data.map((distance, k) => distance + TAU * regulariser.data[k]),
    shape,
  );
}
