// What callers give as numbers, read in one place: computed with in float64, or refused in one line that names what came.
import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../errors.ts";
import { describe, float64Of, hasShape, isNdArray, ndarray, type NdArray, type Numbers } from "./ndarray.ts";

/** Rows of numbers, to any depth. */
export type NestedNumbers = readonly (Numbers | NestedNumbers)[];

/** An array as callers have it: with its shape, or as rows (plain or typed arrays) within each other. */
export type ArrayInput = NdArray | NestedNumbers;

/** In float64, of so many axes; no copy of an NdArray in float64. Throws InputError for anything else. */
export function arrayOf(given: ArrayInput, rank: number, name: string): NdArray<Float64Array> {
  const array = arrayOfAnyRank(given, name, FORMS[rank]);
  if (array.shape.length !== rank || array.data.length === 0) {
    throw new InputError(`${name}: expected ${FORMS[rank]}, got shape [${array.shape.join(", ")}]`);
  }
  return array;
}

/** The same of any number of axes, numbers alone too. */
export function arrayOfAnyRank(
  given: ArrayInput | Numbers,
  name: string,
  expected = "numbers, rows of numbers or { shape, data }",
): NdArray<Float64Array> {
  if (hasShape(given)) return ndarray(float64Of(given.data, name), given.shape);
  if (Array.isArray(given)) return stacked(given as NestedNumbers, name, "");
  if (ArrayBuffer.isView(given)) {
    const numbers = float64Of(given as Numbers, name);
    return ndarray(numbers, [numbers.length]);
  }
  throw new InputError(`${name}: expected ${expected}, got ${describe(given)}`);
}

/** [n] or [n, m] in float64, whatever it came as, also a tensor of any backend. Throws InputError. */
export async function readArray(
  given: ArrayInput | Numbers | tf.Tensor,
  rank: number,
  name: string,
): Promise<NdArray<Float64Array>> {
  if (given instanceof tf.Tensor) {
    const numbers = float64Of((await given.data()) as Numbers, name);
    return arrayOf(ndarray(numbers, given.shape), rank, name);
  }
  if (rank > 1 || isNdArray(given)) return arrayOf(given as ArrayInput, rank, name);
  const numbers = float64Of(given as Numbers, name);
  return arrayOf(ndarray(numbers, [numbers.length]), rank, name);
}

const FORMS: Readonly<Record<number, string>> = {
  1: "numbers [n]",
  2: "a matrix [n, m] with entries (rows of numbers, or { shape, data })",
};

function stacked(rows: NestedNumbers, name: string, at: string): NdArray<Float64Array> {
  const isRow = typeof rows[0] !== "object" || rows[0] === null;
  if (isRow) return ndarray(float64Of(rows as unknown as Numbers, at ? `${name} ${at}` : name), [rows.length]);
  const parts = rows.map((row, index) => {
    const place = `${at}[${index}]`;
    if (Array.isArray(row)) return stacked(row as NestedNumbers, name, place);
    const numbers = float64Of(row as Numbers, `${name} ${place}`);
    return ndarray(numbers, [numbers.length]);
  });
  const { shape } = parts[0];
  const size = parts[0].data.length;
  const data = new Float64Array(parts.length * size);
  parts.forEach((part, index) => {
    if (part.shape.join() !== shape.join()) {
      throw new InputError(
        `${name}: expected rows of equal length, got [${shape.join(", ")}] and, at ${at}[${index}], [${part.shape.join(", ")}]`,
      );
    }
    data.set(part.data, index * size);
  });
  return ndarray(data, [parts.length, ...shape]);
}
