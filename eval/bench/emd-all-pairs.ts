import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";
import { allPairs, emdPairs, type EmdPairs } from "../../src/transport/exact/emd-pairs.ts";
import { best, type BenchResult } from "./timing.ts";

export interface EmdAllPairsSettings {
  readonly samples: number;
  readonly features: number;
  readonly iterations: number;
  readonly repeat: number;
}

/** Weight of the l1 distances that keep power iterations from collapsing (Huizing et al. 2022), and mass on every bin. */
const [TAU, LEAST_MASS] = [0.1, 1e-6];

type Matrix = NdArray<Float64Array>;

/**
 * Exact transport between all pairs of the two-mode torus data: once under the l1 cost, from nothing, and as power iterations
 * from it, distances between features by those between samples and back, where bases are kept.
 */
export async function emdAllPairs({
  samples,
  features,
  iterations,
  repeat,
}: EmdAllPairsSettings): Promise<BenchResult[]> {
  const rows = histograms(samples, features, (i, k) => twoModes(i / samples - k / features));
  const columns = histograms(features, samples, (k, i) => twoModes(i / samples - k / features));
  const start = scaled(l1Distances(columns));

  const cold = await best(repeat, async () => {
    const pairs = emdPairs(rows, rows, allPairs(samples));
    return distances(pairs, samples, start);
  });
  const power = await best(repeat, async () => {
    const [between, across] = [emdPairs(rows, rows, allPairs(samples)), emdPairs(columns, columns, allPairs(features))];
    const [rowRegulariser, columnRegulariser] = [l1Distances(rows), l1Distances(columns)];
    let [featureCost, sampleCost] = [start, start];
    for (let iteration = 0; iteration < iterations; iteration++) {
      sampleCost = scaled(regularised(distances(between, samples, featureCost), rowRegulariser));
      featureCost = scaled(regularised(distances(across, features, sampleCost), columnRegulariser));
    }
    return featureCost;
  });
  const line = (work: string, { value, seconds }: { value: Matrix; seconds: number }, extra: object) => {
    const sum = value.data.reduce((total, entry) => total + entry, 0);
    return { work, samples, features, ...extra, sum, max: largest(value), seconds };
  };
  return [line("emd_all_pairs", cold, {}), line("emd_power_iterations", power, { iterations })];
}

/** A wave on the unit circle with two bumps of different height and width. */
function twoModes(position: number): number {
  let sum = 0;
  for (let turn = -2; turn <= 2; turn++) {
    sum += Math.exp(-(((position + turn) / 0.1) ** 2)) + 0.5 * Math.exp(-(((position + turn + 1 / 3) / 0.05) ** 2));
  }
  return sum;
}

/** Rows f(i, k), normalised, with a little mass everywhere. */
function histograms(count: number, bins: number, entry: (row: number, bin: number) => number): Matrix {
  const data = new Float64Array(count * bins);
  for (let row = 0; row < count; row++) {
    const values = data.subarray(row * bins, (row + 1) * bins);
    values.forEach((_, bin) => (values[bin] = entry(row, bin)));
    normalise(values);
    values.forEach((value, bin) => (values[bin] = value + LEAST_MASS));
    normalise(values);
  }
  return ndarray(data, [count, bins]);
}

function normalise(values: Float64Array): void {
  const total = values.reduce((sum, value) => sum + value, 0);
  values.forEach((value, bin) => (values[bin] = value / total));
}

function l1Distances({ data, shape: [count, bins] }: Matrix): Matrix {
  return symmetric(count, (i, j) => {
    let sum = 0;
    for (let bin = 0; bin < bins; bin++) sum += Math.abs(data[i * bins + bin] - data[j * bins + bin]);
    return sum;
  });
}

/** Transport costs of all pairs under a cost, as a matrix. */
function distances(pairs: EmdPairs, count: number, cost: Matrix): Matrix {
  pairs.setCost(cost);
  const { values } = pairs.solve();
  let next = 0;
  return symmetric(count, () => values[next++]);
}

function symmetric(count: number, entry: (i: number, j: number) => number): Matrix {
  const data = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) data[i * count + j] = data[j * count + i] = entry(i, j);
  }
  return ndarray(data, [count, count]);
}

/** D + tau R, for costs whose largest entry is one. */
function regularised({ data, shape }: Matrix, regulariser: Matrix): Matrix {
  return ndarray(
    data.map((distance, k) => distance + TAU * regulariser.data[k]),
    shape,
  );
}

function largest({ data }: Matrix): number {
  return data.reduce((most, entry) => Math.max(most, entry), 0);
}

function scaled(matrix: Matrix): Matrix {
  const most = largest(matrix);
  return ndarray(
    matrix.data.map((entry) => entry / most),
    matrix.shape,
  );
}
