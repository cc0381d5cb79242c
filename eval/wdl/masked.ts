import { toIntensity, type Tone } from "../../models/wdl/intensities.ts";
import type { Mask } from "../../models/wdl/mask.ts";
import type { WdlSetup } from "../../models/wdl/setup.ts";
import { rowOf } from "../../src/tensor/ndarray.ts";
import { jsonNumber } from "../format.ts";
import { mean } from "../metrics/images.ts";

/** Mean PSNR in dB over the observed and over the missing pixels of the data points that have some. */
export interface MaskedPsnr {
  readonly observed: number | string;
  /** Against the values that the data hold there, which training did not look at: it says something where they are the truth. */
  readonly missing: number | string;
  /** Missing pixels of all data points. */
  readonly pixels: number;
}

/** How well a dictionary's reconstructions [M, N] of mass one fill in what was missing. */
export function maskedPsnr(
  { problem: { pixels }, points, intensities, massesOf }: WdlSetup,
  tone: Tone,
  reconstructions: Float32Array,
  mask: Mask,
): MaskedPsnr {
  const found = { observed: [] as number[], missing: [] as number[] };
  let count = 0;
  for (let point = 0; point < points; point++) {
    const row = Float64Array.from(rowOf(reconstructions, pixels, point));
    const [mass] = massesOf(row, point);
    const errors = row.map((value, at) => (toIntensity(value, mass, tone) - intensities[point * pixels + at]) ** 2);
    const observed = mask.row(point);
    for (const [list, kept] of [
      [found.observed, 1],
      [found.missing, 0],
    ] as const) {
      // prettier-ignore
      const chosen = errors.filter((_, at) => observed[at] === kept);
      if (kept === 0) count += chosen.length;
      if (chosen.length > 0) list.push(10 * Math.log10(255 ** 2 / mean(chosen)));
    }
  }
  const meanOf = (list: number[]) => jsonNumber(mean(Float64Array.from(list)));
  return { observed: meanOf(found.observed), missing: meanOf(found.missing), pixels: count };
}
