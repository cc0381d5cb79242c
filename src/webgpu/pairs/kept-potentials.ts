import type * as tf from "@tensorflow/tfjs-core";
import { allocate, clear, readBack, release, upload } from "../launch.ts";
import { kernelLimits } from "../limits.ts";

/** A buffer of potentials: those of whole pairs, [from, from + count) of all numbers. */
interface Segment {
  readonly from: number;
  readonly count: number;
  tensor: tf.TensorInfo | undefined;
}

export interface KeptPlace {
  readonly segment: number;
  /** In the segment's buffer. */
  readonly place: number;
}

/**
 * Potentials that stay on the device between calls, in as many buffers as its bindings ask for; those of a pair lie in one.
 * Buffers are made when they are first written.
 */
export class KeptPotentials {
  readonly #segments: readonly Segment[];

  /** For the pairs whose potentials have these lengths, one behind the other. */
  constructor(lengths: Iterable<number>) {
    this.#segments = segmentsOf(lengths, Math.floor(kernelLimits().maxStorageBufferBindingSize / 4));
  }

  /** Where a pair lies whose potential begins at a place among all numbers. */
  find(place: number): KeptPlace {
    let [low, high] = [0, this.#segments.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#segments[middle].from <= place) low = middle;
      else high = middle - 1;
    }
    return { segment: low, place: place - this.#segments[low].from };
  }

  buffer(segment: number): tf.TensorInfo {
    const one = this.#segments[segment];
    if (!one.tensor) clear((one.tensor = allocate([one.count])));
    return one.tensor;
  }

  /** All numbers; zeros where nothing has been written. */
  async read(): Promise<Float32Array> {
    const parts = await Promise.all(
      this.#segments.map(({ tensor, count }) => (tensor ? readBack(tensor) : new Float32Array(count))),
    );
    const [first] = parts;
    if (parts.length === 1) return first;
    const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    parts.forEach((part, k) => all.set(part, this.#segments[k].from));
    return all;
  }

  write(values: Float32Array): void {
    for (const segment of this.#segments) {
      if (segment.tensor) release(segment.tensor);
      segment.tensor = upload(values.slice(segment.from, segment.from + segment.count));
    }
  }

  dispose(): void {
    for (const segment of this.#segments) {
      if (segment.tensor) release(segment.tensor);
      segment.tensor = undefined;
    }
  }
}

function segmentsOf(lengths: Iterable<number>, most: number): Segment[] {
  const segments: Segment[] = [];
  let [from, count] = [0, 0];
  const close = (): void => {
    if (count > 0) segments.push({ from, count, tensor: undefined });
    [from, count] = [from + count, 0];
  };
  for (const length of lengths) {
    if (count + length > most) close();
    count += length;
  }
  close();
  return segments;
}
