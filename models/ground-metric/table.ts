import { mostVariable, submatrix } from "../../src/data/cells.ts";
import { numbered, requireValues, samplesOf, type Dataset } from "../../src/data/dataset.ts";
import { InputError } from "../../src/errors.ts";
import { ndarray, sizeOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { exponentiatedComponents } from "./principal-components.ts";

/** The part of a data set that distances are learned from. */
export interface Table {
  /** [n, m] >= 0 */
  readonly values: NdArray<Float64Array>;
  readonly samples: readonly string[];
  readonly features: readonly string[];
  /** Classes of the samples and of the features, where known; for evaluation only. */
  readonly sampleLabels?: readonly string[];
  readonly featureLabels?: readonly (string | undefined)[];
  /** Features of the data set that have no mass in these samples, left out. */
  readonly withoutMass: number;
}

/** Features or samples, between which a matrix of distances is made: it takes 8 GB. */
const MOST_THINGS = 2 ** 15;

/** Largest entries that leave room for squares and sums over all entries, in float64. */
const LEAST_LARGEST = 1e-50;
const MOST_LARGEST = 1e50;

interface TableOptions {
  readonly topFeatures?: number | undefined;
  readonly principalComponents?: number | undefined;
}

/**
 * Samples [n, m] of a data set of any kind (images and grids are flattened), without the features that are zero everywhere,
 * and of the rest the `topFeatures` of largest variance in the order of the data set; or the exponentials of principal components of these.
 * Throws InputError for negative or empty samples, where fewer than 3 samples or features are left or too many for a matrix of
 * distances, and for values whose squares float64 does not hold.
 */
export function tableOf(given: Dataset, { topFeatures = Infinity, principalComponents }: TableOptions): Table {
  const dataset = samplesOf(given);
  const [samples, ...rest] = dataset.values.shape;
  const all = sizeOf(rest);
  const flat = ndarray(dataset.values.data, [samples, all]);
  requireValues(dataset, { masses: true });
  requireRange(dataset.name, flat.data);
  const present = mostVariable(flat, all).length;
  const kept = mostVariable(flat, topFeatures);
  if (samples < 3 || kept.length < 3) {
    throw new InputError(
      `${dataset.name}: expected at least 3 samples and 3 features, got ${samples} and ${kept.length}`,
    );
  }
  if (Math.max(samples, kept.length) > MOST_THINGS) {
    const size = `${samples} and ${kept.length}`;
    throw new InputError(
      `${dataset.name}: expected at most ${MOST_THINGS} samples and features, got ${size}; use fewer (topFeatures, limit)`,
    );
  }
  const matrix = dataset.kind === "matrix" ? dataset : undefined;
  const selected = submatrix(flat, Array.from(dataset.names.keys()), kept);
  const common = {
    samples: dataset.names,
    ...(dataset.labels && { sampleLabels: dataset.labels }),
    withoutMass: all - present,
  };
  if (principalComponents !== undefined) {
    const values = exponentiatedComponents(selected, principalComponents);
    requireRange(`${dataset.name}, exponentials of its principal components`, values.data);
    return { ...common, values, features: numbered(principalComponents).map((name) => `component ${name}`) };
  }
  const names = matrix?.features ?? numbered(all);
  const labels = matrix?.featureLabels;
  return {
    ...common,
    values: selected,
    features: kept.map((feature) => names[feature]),
    ...(labels && { featureLabels: kept.map((feature) => labels[feature]) }),
  };
}

/** Distances between samples are the same for values times any factor; these factors leave float64 on the way to them. */
function requireRange(name: string, values: Float64Array): void {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest >= LEAST_LARGEST && largest <= MOST_LARGEST) return;
  const expected = `expected a largest value from ${LEAST_LARGEST} to ${MOST_LARGEST}`;
  throw new InputError(`${name}: ${expected}, got ${largest}; multiply the data by a factor`);
}
