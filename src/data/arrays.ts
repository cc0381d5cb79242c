import { extname } from "#platform/files";
import { InputError } from "../errors.ts";
import type { NdArray } from "../tensor/ndarray.ts";
import { readNpy } from "./npy.ts";
import { readNpz } from "./npz.ts";

/** Whether a path names an array of NumPy. */
export function isArrayFile(path: string): boolean {
  return [".npy", ".npz"].includes(extname(path).toLowerCase());
}

/**
 * Reads the array of a `.npy` or `.npz` file. An `.npz` may hold several: taken is the only one, or the only one with as
 * many axes as the caller can use.
 *
 * @param axes the numbers of axes that the caller can use, to choose by; the caller still checks the shape
 * @throws InputError where the choice is not clear
 */
export async function readArray(path: string, axes: readonly number[]): Promise<NdArray> {
  if (extname(path).toLowerCase() === ".npy") return readNpy(path);
  const arrays = [...(await readNpz(path))];
  const fitting = arrays.length === 1 ? arrays : arrays.filter(([, { shape }]) => axes.includes(shape.length));
  if (fitting.length !== 1) {
    const held = arrays.map(([name, { shape }]) => `${name} [${shape.join(", ")}]`).join(", ") || "none";
    throw new InputError(
      `${path}: expected one array with ${axes.join(" or ")} axes, it holds: ${held}; save the one you mean as .npy`,
    );
  }
  return fitting[0][1];
}
