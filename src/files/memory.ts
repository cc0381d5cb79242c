import { InputError } from "../errors.ts";
import { formatBytes, machineMemory } from "../memory.ts";

/**
 * Bytes that one thing read from a file may take: half of the machine's memory, or of what its container is given. Values are
 * copied at least once on their way into a model.
 */
export function memoryLimit(): number {
  return machineMemory() / 2;
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
    `${name}: ${what} needs ${formatBytes(bytes)} of memory, at most ${formatBytes(limit)} (half of this machine's) are used ` +
      "for one; take a part of it",
  );
}

type Allocated = Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Zeros for what a file holds. Throws InputError, as `requireMemory` does, before anything is allocated. */
export function allocate<T extends Allocated>(
  type: { new (length: number): T; readonly BYTES_PER_ELEMENT: number },
  length: number,
  name: string,
  what: string,
): T {
  requireMemory(length * type.BYTES_PER_ELEMENT, name, what);
  try {
    return new type(length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(`${name}: ${what} is more than this machine can hold in one piece; take a part of it`);
  }
}
