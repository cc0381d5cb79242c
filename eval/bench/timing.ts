import { isWebgpu } from "../../src/webgpu/backend.ts";
import { countDispatches } from "./dispatches.ts";

/** Fractional part of the golden ratio: its multiples modulo 1 are irregular numbers that any language repeats in float64. */
export const GOLDEN = 0.6180339887498949;

/** One line of a benchmark: the settings, values by which equal work can be checked, and the seconds. */
export interface BenchResult extends Timing {
  readonly work: string;
  readonly [key: string]: number | string | undefined;
}

export interface Timing {
  /** Best of the repetitions, as the peers report it. */
  readonly seconds: number;
  /** Of one repetition, where it was recorded on a WebGPU device: those of tfjs too. */
  readonly launches?: number;
  /** Of the buffers that these launches were given. */
  readonly bound_bytes?: number;
}

export interface Timed<T> {
  readonly timing: Timing;
  readonly value: T;
}

/**
 * Runs `work` so many times and keeps the shortest time and the last value. `work` must wait for what it computes; `setUp` comes before it
 * and does not count. On a WebGPU device one more run comes before all, which compiles pipelines and counts launches.
 */
export async function best<T, S = void>(
  repeat: number,
  work: (given: S) => Promise<T>,
  setUp?: () => Promise<S>,
): Promise<Timed<T>> {
  const given = async () => (await setUp?.()) as S;
  const counts = isWebgpu() ? await countsOf(work, await given()) : {};
  let seconds = Infinity;
  let value: T | undefined;
  for (let run = 0; run < repeat; run++) {
    const input = await given();
    const start = performance.now();
    value = await work(input);
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  return { timing: { seconds, ...counts }, value: value as T };
}

async function countsOf<S>(work: (given: S) => Promise<unknown>, given: S) {
  const { launches, bytes } = (await countDispatches(() => work(given))).dispatches;
  return launches === 0 ? {} : { launches, bound_bytes: bytes };
}
