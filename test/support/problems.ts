import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";
import { Random } from "../../src/tensor/random.ts";

/** Uniform values in [0, 1), of which about the given share is exactly zero. */
export function randomMasses(count: number, seed: number, zeroShare = 0): Float64Array {
  const random = Random.fromSeed(seed);
  return random.fill(count, () => (random.uniform() < zeroShare ? 0 : random.uniform() + 1e-3));
}

/** The same, summing to one. */
export function randomHistogram(count: number, seed: number, zeroShare = 0): Float64Array {
  const masses = randomMasses(count, seed, zeroShare);
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}

/** Normal values. */
export function randomNormal(count: number, seed: number): Float64Array {
  const random = Random.fromSeed(seed);
  return random.fill(count, () => random.normal());
}

export function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return Array.from(x).reduce((sum, value, index) => sum + value * y[index], 0);
}

/** Points given as rows. */
export function points(rows: readonly (readonly number[])[]): NdArray<Float64Array> {
  return ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);
}
