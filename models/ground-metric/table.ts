import { mostVariable, submatrix } from "../../src/data/cells.ts";
import { numbered, type Dataset } from "../../src/data/dataset.ts";
import { InputError } from "../../src/errors.ts";
import { ndarray, sizeOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { heldOutFeatures } from "./held-out-features.ts";
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
  /** Features [n, h] that are not among `features`, for an early stop that needs no labels. */
  readonly heldOut?: NdArray<Float64Array>;
}

interface TableOptions {
  readonly topFeatures?: number | undefined;
  readonly principalComponents?: number | undefined;
  readonly holdOut?: number | undefined;
}

/**
 * Samples [n, m] of a data set of any kind (images and grids are flattened), without the features that are zero everywhere
 * and a share `holdOut` of the others, and of the rest the `topFeatures` of largest variance in the order of the data set; or
 * the exponentials of principal components of these. Throws InputError where fewer than 3 samples or features are left.
 */
export function tableOf(dataset: Dataset, options: TableOptions): Table {
  const { topFeatures = Infinity, principalComponents, holdOut = 0 } = options;
  const [samples, ...rest] = dataset.values.shape;
  const all = sizeOf(rest);
  const flat = ndarray(dataset.values.data, [samples, all]);
  const present = mostVariable(flat, all);
  const heldOut = heldOutFeatures(present, holdOut);
  const kept = mostVariable(
    flat,
    topFeatures,
    present.filter((feature) => !heldOut.includes(feature)),
  );
  if (samples < 3 || kept.length < 3) {
    throw new InputError(
      `${dataset.name}: expected at least 3 samples and 3 features, got ${samples} and ${kept.length}`,
    );
  }
  const matrix = dataset.kind === "matrix" ? dataset : undefined;
  const rows = Array.from(dataset.names.keys());
  const selected = submatrix(flat, rows, kept);
  const common = {
    samples: dataset.names,
    ...(dataset.labels && { sampleLabels: dataset.labels }),
    withoutMass: all - present.length,
    ...(heldOut.length > 0 && { heldOut: submatrix(flat, rows, heldOut) }),
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
