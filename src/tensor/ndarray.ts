import { InputError } from "../errors.ts";

/** The element types that files (`.npy`, safetensors) and host arrays share. */
export type TypedArray =
  Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

/**
 * A dense row-major array on the host. It is what data sets, checkpoints and results are made of; a `tf.Tensor` is
 * float32 and belongs to a backend, an `NdArray` is plain memory in any of the element types.
 */
export interface NdArray<T extends TypedArray = TypedArray> {
  readonly shape: readonly number[];
  readonly data: T;
}

/** Number of elements of a shape; 1 for a scalar `[]`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Wraps `data` after checking that it has as many elements as `shape` says. Throws InputError. */
export function ndarray<T extends TypedArray>(data: T, shape: readonly number[]): NdArray<T> {
  if (data.length !== sizeOf(shape)) {
    throw new InputError(`array: shape [${shape.join(", ")}] needs ${sizeOf(shape)} elements, got ${data.length}`);
  }
  return { shape, data };
}

/** A row of a row-major matrix with rows of `length` numbers, as a view. */
export function rowOf<T extends TypedArray>(data: T, length: number, row: number): T {
  return data.subarray(row * length, (row + 1) * length) as T;
}

/** All of them. */
export function rowsOf<T extends TypedArray>(data: T, length: number): T[] {
  return Array.from({ length: data.length / length }, (_, row) => rowOf(data, length, row));
}

/** True for anything of the form `{ shape, data: TypedArray }`. */
export function isNdArray(value: unknown): value is NdArray {
  return (
    typeof value === "object" &&
    value !== null &&
    Array.isArray((value as NdArray).shape) &&
    ArrayBuffer.isView((value as NdArray).data)
  );
}

/** The same array as float64; no copy if it already is. */
export function toFloat64(array: NdArray): NdArray<Float64Array> {
  const { data, shape } = array;
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/** The same array as float32; no copy if it already is. */
export function toFloat32(array: NdArray): NdArray<Float32Array> {
  const { data, shape } = array;
  return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

/** Numbers as callers have them: any typed array but those of big integers, or a plain array. */
export type Numbers = ArrayLike<number>;

/**
 * Numbers in float64, in which the host computes; no copy if they are. Throws InputError for anything else: arithmetic in the
 * caller's own element type would round without a word.
 */
export function float64Of(values: Numbers, name: string): Float64Array {
  if (values instanceof Float64Array) return values;
  // a plain array may hold anything, of which null would become 0
  const other = Array.isArray(values)
    ? values.findIndex((value) => typeof value !== "number")
    : ArrayBuffer.isView(values) && (values.length === 0 || typeof values[0] === "number")
      ? -1
      : undefined;
  if (other === -1) return Float64Array.from(values);
  const got = other === undefined ? describe(values) : `${describe(values[other])} at index ${other}`;
  throw new InputError(`${name}: expected an array of numbers (Float64Array), got ${got}`);
}

/** True for `{ shape, data }`, whatever the data is: `float64Of` will tell. */
export function hasShape(value: unknown): value is { readonly shape: readonly number[]; readonly data: Numbers } {
  return typeof value === "object" && value !== null && Array.isArray((value as NdArray).shape) && "data" in value;
}

/** What a value is, for messages. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean") return String(value);
  if (typeof value === "number" || typeof value === "bigint") return `the ${typeof value} ${value}`;
  if (typeof value !== "object") return `a ${typeof value}`;
  if ("dataSync" in value) return "a tensor (read it with `await tensor.data()`)";
  if (isNdArray(value)) return `an array of shape [${value.shape.join(", ")}] (give its data)`;
  const name = (value.constructor as { readonly name?: string } | undefined)?.name;
  return name === "Object" || !name ? "an object" : `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}
