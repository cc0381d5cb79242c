import { InputError } from "../../errors.ts";
import { isNdArray, type TypedArray } from "../../tensor/ndarray.ts";
import type { StateTree } from "../../tensor/tree.ts";

const ADVICE = "use the histograms, pairs and memory with which it was saved";

/** The vector of that name and length in what `save` gave. Throws InputError. */
export function keptVector<T extends TypedArray>(
  kept: StateTree,
  name: string,
  type: new (length: number) => T,
  length?: number,
): T {
  const leaf = kept[name];
  if (!isNdArray(leaf) || !(leaf.data instanceof type)) {
    throw new InputError(
      `kept ${name}: expected a ${type.name}, got ${isNdArray(leaf) ? leaf.data.constructor.name : typeof leaf}`,
    );
  }
  if (length !== undefined) checkKeptLength(name, leaf.data.length, length);
  return leaf.data;
}

export function checkKeptLength(name: string, got: number, expected: number): void {
  if (got !== expected) throw new InputError(`kept ${name}: expected ${expected} numbers, got ${got}; ${ADVICE}`);
}

/** A vector as a leaf of a state. */
export function vector<T extends TypedArray>(data: T) {
  return { shape: [data.length], data };
}
