import { mostVariable, submatrix } from "../../src/data/cells.ts";
import { numbered, type Dataset } from "../../src/data/dataset.ts";
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

interface TableOptions {
  readonly topFeatures?: number | undefined;
  readonly principalComponents?: number | undefined;
}

/**
 * Samples [n, m] of a data set of any kind (images and grids are flattened), without the features that are zero everywhere,
 * and of the rest the `topFeatures` of largest variance in the order of the data set; or the exponentials of principal components of these.
 * Throws InputError where fewer than 3 samples or features are left.
 */
export function tableOf(dataset: Dataset, { topFeatures = Infinity, principalComponents }: TableOptions): Table {
  const [samples, ...rest] = dataset.values.shape;
  const all = sizeOf(rest);
  const flat = ndarray(dataset.values.data, [samples, all]);
  const present = mostVariable(flat, all).length;
  const kept = mostVariable(flat, topFeatures);
  if (samples < 3 || kept.length < 3) {
    throw new InputError(
      `${dataset.name}: expected at least 3 samples and 3 features, got ${samples} and ${kept.length}`,
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
