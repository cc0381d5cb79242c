import { OptionError } from "../../errors.ts";
import type { ArrayInput } from "../../tensor/inputs.ts";
import { matrixOf } from "../ground-cost.ts";
import { checkMasses } from "../histograms.ts";

/** Histograms [count, bins], row-major, that have been checked. */
export interface HistogramRows {
  readonly count: number;
  readonly bins: number;
  readonly data: Float64Array;
  /** Total mass of each row. [count] */
  readonly totals: Float64Array;
}

/** Rows [count, bins] of any numeric type. Throws InputError unless each row is finite, not negative, and has mass. */
export function histogramRows(given: ArrayInput, name: string): HistogramRows {
  const { data, shape } = matrixOf(given, name);
  const [count, bins] = shape;
  const totals = Float64Array.from({ length: count }, (_, row) =>
    checkMasses(data.subarray(row * bins, (row + 1) * bins), bins, `${name}[${row}]`),
  );
  return { count, bins, data, totals };
}

/** How many bins of each row have mass. [count] */
export function supportSizesOf({ count, bins, data }: HistogramRows): Int32Array {
  const sizes = new Int32Array(count);
  for (let entry = 0; entry < data.length; entry++) if (data[entry] > 0) sizes[Math.floor(entry / bins)]++;
  return sizes;
}

/** What every solver of pairs takes. */
export interface PairsOptions {
  /** Bytes for what is kept of each pair between calls. Pairs beyond it, the last ones, start anew each time. @default 2^30 */
  readonly memory?: number;
}

/** Throws InputError. */
export function checkMemory({ memory = 2 ** 30 }: PairsOptions): number {
  if (!(memory >= 0)) throw new OptionError("memory", `expected bytes >= 0, got ${memory}`);
  return memory;
}
