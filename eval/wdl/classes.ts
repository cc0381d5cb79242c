import type { SampleDataset } from "../../src/data/dataset.ts";
import { rowsOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { squaredDistances } from "../baselines/squared-distances.ts";
import { clusteringScores } from "../metrics/clustering.ts";
import { labelsTold } from "../metrics/label-transfer.ts";
import { mean } from "../metrics/images.ts";
import { evenly } from "../pictures/orders.ts";
import type { Comparison } from "./compare.ts";

/** Classes of data points that training did not see, and how well the coefficients of each method tell them. */
export interface Classes {
  /** One a data point [M]. */
  readonly labels: readonly string[];
  /** The classes in their order [C]. */
  readonly names: readonly string[];
  /** Mean barycentric weights of each class [C, S]. */
  readonly meanWeights: NdArray<Float64Array>;
  /** One a method, ours first. */
  readonly scores: readonly ClassScore[];
}

export interface ClassScore {
  readonly method: string;
  /** Share of data points whose class most of the five nearest others have, by the coefficients. */
  readonly neighbors: number;
  /** Average silhouette width. */
  readonly silhouette: number | undefined;
}

/** Distances of all pairs are computed: of more data points, only of so many, evenly taken. */
const MOST_SCORED = 2000;
const NEIGHBORS = 5;

/** Undefined where the data have no classes, or one. */
export function classesOf({ labels }: SampleDataset, methods: readonly Comparison[]): Classes | undefined {
  const names = [...new Set(labels)].sort();
  if (!labels || names.length < 2) return undefined;
  const [{ coefficients: weights }] = methods;
  const [, atoms] = weights.shape;
  const members = names.map((name) => labels.filter((label) => label === name).length);
  const data = new Float64Array(names.length * atoms);
  rowsOf(weights.data, atoms).forEach((row, point) => {
    const own = names.indexOf(labels[point]);
    row.forEach((weight, atom) => (data[own * atoms + atom] += weight / members[own]));
  });
  return {
    labels,
    names,
    meanWeights: { shape: [names.length, atoms], data },
    scores: methods.map(({ name, coefficients }) => ({ method: name, ...scoreOf(coefficients, labels) })),
  };
}

/** By Euclidean distances of coefficients; those that cannot be negative are divided by their sum, as weights are. */
function scoreOf({ shape: [points, count], data }: NdArray<Float64Array>, labels: readonly string[]) {
  const chosen = evenly(points, MOST_SCORED);
  const rows = rowsOf(data, count);
  const isNonnegative = data.every((value) => value >= 0);
  const distances = squaredDistances(chosen.map((point) => (isNonnegative ? shares(rows[point]) : rows[point]))).map(
    Math.sqrt,
  );
  const own = chosen.map((point) => labels[point]);
  const { silhouette } = clusteringScores(distances, own);
  chosen.forEach((_, row) => (distances[row * chosen.length + row] = Infinity)); // nobody tells their own class
  const told = labelsTold(
    { shape: [chosen.length, chosen.length], data: distances },
    own,
    own,
    Math.min(NEIGHBORS, chosen.length - 1),
  );
  return { neighbors: mean(told.yToX), silhouette };
}

function shares(row: Float64Array): Float64Array {
  const sum = row.reduce((total, value) => total + value, 0);
  return sum > 0 ? row.map((value) => value / sum) : row;
}
