import { isNdArray, type NdArray } from "./ndarray.ts";

/**
 * The state of a run, a model or an optimiser as plain data: nested records with arrays and JSON scalars as leaves.
 * Arrays go to the tensor file of a checkpoint under their dotted path (`optimizer.history.0.step`), scalars to its
 * manifest.
 */
export interface StateTree {
  readonly [key: string]: StateValue;
}
export type StateValue = NdArray | StateTree | readonly StateValue[] | string | number | boolean | null;

/** The array leaves of a tree with their dotted paths, in the order of the keys. */
export function* arrayLeaves(tree: StateValue, path = ""): Generator<[path: string, array: NdArray]> {
  if (isNdArray(tree)) {
    yield [path, tree];
  } else if (typeof tree === "object" && tree !== null) {
    for (const [key, value] of Object.entries(tree)) yield* arrayLeaves(value, path ? `${path}.${key}` : key);
  }
}

/** The path of the first array leaf that holds a NaN or an infinity, or undefined. */
export function firstNonFinite(tree: StateValue): string | undefined {
  for (const [path, { data }] of arrayLeaves(tree)) {
    if ((data instanceof Float64Array || data instanceof Float32Array) && !data.every(Number.isFinite)) return path;
  }
  return undefined;
}
