import { InputError } from "../src/errors.ts";
import { isNdArray, type NdArray } from "../src/tensor/ndarray.ts";
import type { StateTree, StateValue } from "../src/tensor/tree.ts";

/** JSON, as a manifest holds it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** In a state map, `{ "$array": path }` stands for an array of the tensor file. */
const ARRAY_KEY = "$array";
/** `{ "$number": "NaN" }` stands for a number that JSON cannot write: NaN, the infinities, and -0. */
const NUMBER_KEY = "$number";

export interface SplitState {
  /** The tree with references in place of arrays and of the numbers that JSON lacks. */
  readonly map: Json;
  /** The arrays under their dotted paths (`optimizer.memory.steps`). */
  readonly arrays: ReadonlyMap<string, NdArray>;
}

/**
 * Splits a state into arrays, for the tensor file, and a JSON map, for the manifest. `joinState` undoes it exactly. Throws
 * an Error (a defect of the task) for values that are no state: functions, undefined, keys that clash.
 */
export function splitState(tree: StateValue): SplitState {
  const arrays = new Map<string, NdArray>();

  function walk(value: StateValue, path: string): Json {
    if (isNdArray(value)) {
      if (arrays.has(path)) throw new Error(`state: two arrays are called ${path}; use keys without dots`);
      arrays.set(path, value);
      return { [ARRAY_KEY]: path };
    }
    if (typeof value === "number") {
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { [NUMBER_KEY]: Object.is(value, -0) ? "-0" : String(value) };
    }
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value !== "object") throw new Error(`state: ${path} is ${typeof value}, which cannot be saved`);
    const below = (key: string) => (path ? `${path}.${key}` : key);
    if (Array.isArray(value)) return (value as StateValue[]).map((entry, index) => walk(entry, below(String(index))));
    return Object.fromEntries(
      Object.entries(value as StateTree).map(([key, entry]) => {
        if (key.startsWith("$")) throw new Error(`state: ${below(key)} may not start with "$"`);
        return [key, walk(entry, below(key))];
      }),
    );
  }

  return { map: walk(tree, ""), arrays };
}

/** Puts a state together again. Throws InputError where the map names an array that is not there. */
export function joinState(map: Json, arrays: ReadonlyMap<string, NdArray>): StateValue {
  if (typeof map !== "object" || map === null) return map;
  if (Array.isArray(map)) return (map as Json[]).map((entry) => joinState(entry, arrays));
  const record = map as { readonly [key: string]: Json };
  if (Object.hasOwn(record, NUMBER_KEY)) return Number(record[NUMBER_KEY]);
  if (Object.hasOwn(record, ARRAY_KEY)) {
    const path = String(record[ARRAY_KEY]);
    const array = arrays.get(path);
    if (!array) throw new InputError(`the tensor file has no array ${path}, which the manifest names`);
    return array;
  }
  return Object.fromEntries(Object.entries(record).map(([key, entry]) => [key, joinState(entry, arrays)]));
}
