import { totalmem } from "node:os";
import { InputError } from "../errors.ts";

/**
 * Bytes that one thing read from a file may take: half of the machine's memory, or of what its container is given. Values are
 * copied at least once on their way into a model.
 */
export function memoryLimit(): number {
  const constrained = process.constrainedMemory?.() ?? 0; // 0, or beyond the machine, where nothing constrains
  return Math.min(totalmem(), constrained > 0 ? constrained : Infinity) / 2;
}

/**
 * Requires that `bytes` may be allocated for what a file holds; to be called with what its header claims, before allocating.
 *
 * @param name what messages call the file (its path)
 * @param what what takes the memory: "a matrix of 30000 x 40000 in float64"
 * @throws InputError
 */
export function requireMemory(bytes: number, name: string, what: string, limit = memoryLimit()): void {
  if (bytes <= limit) return;
  throw new InputError(
    `${name}: ${what} needs ${gigabytes(bytes)} of memory, at most ${gigabytes(limit)} (half of this machine's) are used ` +
      "for one; take a part of it",
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}
