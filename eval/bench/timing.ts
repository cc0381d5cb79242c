/** Fractional part of the golden ratio: its multiples modulo 1 are irregular numbers that any language repeats in float64. */
export const GOLDEN = 0.6180339887498949;

/** One line of a benchmark: the settings, values by which equal work can be checked, and the seconds. */
export interface BenchResult {
  readonly work: string;
  /** Best of the repetitions, as the peers report it. */
  readonly seconds: number;
  readonly [key: string]: number | string;
}

/** Runs `work` so many times and keeps the shortest time and the last value. */
export async function best<T>(repeat: number, work: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  let seconds = Infinity;
  let value: T | undefined;
  for (let run = 0; run < repeat; run++) {
    const start = performance.now();
    value = await work();
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  return { seconds, value: value as T };
}
