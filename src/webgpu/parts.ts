import { kernelLimits } from "./limits.ts";
import type { Part } from "./launch.ts";

/** Bindings start at a multiple of so many numbers. */
const ALIGNMENT = 64;

/**
 * A batch [rows, width] of 4-byte numbers cut into runs of rows, each of which a kernel can see at once. Throws RangeError where one
 * binding does not hold the fewest rows that start where a binding may.
 */
export function rowParts(rows: number, width: number): Pick<Part, "from" | "count">[] {
  const bytes = 4 * width;
  const most = Math.floor(kernelLimits().maxStorageBufferBindingSize / bytes);
  if (rows <= most) return [{ from: 0, count: rows * width }];
  const step = ALIGNMENT / greatestCommonDivisor(width, ALIGNMENT);
  const run = most - (most % step);
  if (run === 0) throw new RangeError(`webgpu: ${step} rows of ${bytes} bytes are more than this device binds at once`);
  const parts = [];
  for (let row = 0; row < rows; row += run) parts.push({ from: row * width, count: Math.min(run, rows - row) * width });
  return parts;
}

/** The part of a tensor that holds some of its numbers, and how many lie before these in it. */
export function partFrom(
  tensor: Part["tensor"],
  from: number,
  count: number,
): { readonly part: Part; readonly skip: number } {
  const skip = from % ALIGNMENT;
  return { part: { tensor, from: from - skip, count: count + skip }, skip };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
