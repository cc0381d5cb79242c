import { InputError } from "../src/errors.ts";
import { isNdArray, type NdArray, type TypedArray } from "../src/tensor/ndarray.ts";
import type { StateTree, StateValue } from "../src/tensor/tree.ts";

/** Constructor of an element type; `Float64Array` and the like. */
export type ElementType<T extends TypedArray> = new (length: number) => T;

/**
 * The array at a dotted path of a saved state. `null` in `shape` stands for any extent. Throws InputError naming the leaf
 * and both shapes: "atoms: saved [5, 784], expected [6, 784]".
 *
 * @param type element type that the array must have; any by default
 */
export function expectArray<T extends TypedArray = TypedArray>(
  tree: StateTree,
  path: string,
  shape: readonly (number | null)[],
  type?: ElementType<T>,
): NdArray<T> {
  const leaf = leafAt(tree, path);
  if (!isNdArray(leaf)) throw new InputError(`${path}: saved ${describe(leaf)}, expected an array ${bracket(shape)}`);
  const fits =
    leaf.shape.length === shape.length && shape.every((extent, axis) => extent === null || extent === leaf.shape[axis]);
  if (!fits) throw new InputError(`${path}: saved ${bracket(leaf.shape)}, expected ${bracket(shape)}`);
  if (type && !(leaf.data instanceof type)) {
    throw new InputError(`${path}: saved as ${leaf.data.constructor.name}, expected ${type.name}`);
  }
  return leaf as NdArray<T>;
}

/** The number at a dotted path; NaN and infinities count as numbers. Throws InputError. */
export function expectNumber(tree: StateTree, path: string): number {
  const leaf = leafAt(tree, path);
  if (typeof leaf !== "number") throw new InputError(`${path}: saved ${describe(leaf)}, expected a number`);
  return leaf;
}

/** The text at a dotted path. Throws InputError. */
export function expectText(tree: StateTree, path: string): string {
  const leaf = leafAt(tree, path);
  if (typeof leaf !== "string") throw new InputError(`${path}: saved ${describe(leaf)}, expected text`);
  return leaf;
}

/** The subtree at a dotted path. Throws InputError. */
export function expectTree(tree: StateTree, path: string): StateTree {
  const leaf = leafAt(tree, path);
  if (typeof leaf !== "object" || leaf === null || Array.isArray(leaf) || isNdArray(leaf)) {
    throw new InputError(`${path}: saved ${describe(leaf)}, expected a group`);
  }
  return leaf as StateTree;
}

function leafAt(tree: StateTree, path: string): StateValue | undefined {
  let value: StateValue | undefined = tree;
  for (const key of path.split(".")) {
    const isBranch: boolean =
      typeof value === "object" && value !== null && !isNdArray(value) && Object.hasOwn(value, key);
    value = isBranch ? (value as StateTree)[key] : undefined;
  }
  return value;
}

function describe(value: StateValue | undefined): string {
  if (value === undefined) return "nothing";
  if (isNdArray(value)) return bracket(value.shape);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "a group" : JSON.stringify(value);
}

function bracket(shape: readonly (number | null)[]): string {
  return `[${shape.map((extent) => extent ?? "any").join(", ")}]`;
}
