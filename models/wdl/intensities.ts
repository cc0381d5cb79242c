import { InputError } from "../../src/errors.ts";

export interface IntensityOptions {
  /** Value that stands for full intensity: 255 for 8-bit images, the largest value of other data. */
  readonly peak: number;
  /** Gamma correction: intensities in [0, 1] are raised to this power. */
  readonly alpha: number;
  /** Dark carries the mass instead of bright. */
  readonly invert: boolean;
}

/** What a way back to intensities needs to know. */
export type Tone = Pick<IntensityOptions, "alpha" | "invert">;

/** Histograms made of intensities, and what it takes to go back. */
export interface IntensityHistograms {
  /** [M, N], rows of mass one. */
  readonly data: Float64Array;
  /** Mass of each row before it was divided out [M]. */
  readonly masses: Float64Array;
}

/**
 * Images [M, N] to histograms: intensity v in [0, 1], inverted if asked, to the power alpha, divided by its sum.
 * Throws InputError for a row that is left without mass, by name.
 *
 * @param observed pixels that it does not name have no mass; their values are not looked at
 */
export function toHistograms(
  values: Float64Array,
  pixels: number,
  { peak, alpha, invert }: IntensityOptions,
  names: readonly string[],
  observed: (pixel: number, point: number) => boolean = () => true,
): IntensityHistograms {
  const data = values.map((value, index) => {
    if (!observed(index % pixels, Math.floor(index / pixels))) return 0;
    const intensity = Math.min(Math.max(value / peak, 0), 1);
    return (invert ? 1 - intensity : intensity) ** alpha;
  });
  const masses = new Float64Array(data.length / pixels);
  for (let row = 0; row < masses.length; row++) {
    const histogram = data.subarray(row * pixels, (row + 1) * pixels);
    const mass = histogram.reduce((sum, value) => sum + value, 0);
    if (!(mass > 0)) {
      const side = invert ? "white (inverted, it has no mass)" : "zero";
      throw new InputError(`data: ${names[row] ?? `row ${row + 1}`} is all ${side}; leave it out`);
    }
    for (let i = 0; i < pixels; i++) histogram[i] /= mass;
    masses[row] = mass;
  }
  return { data, masses };
}

/** Undoes mass, alpha and inversion: histograms [M, N] to the 8-bit scale, 0..255, rounded. */
export function toIntensities(
  histograms: Float64Array,
  pixels: number,
  masses: Float64Array,
  tone: Tone,
): Float64Array {
  return histograms.map((value, index) => Math.round(toIntensity(value, masses[Math.floor(index / pixels)], tone)));
}

/** The same for one pixel of a histogram of mass one, not rounded. */
export function toIntensity(value: number, mass: number, { alpha, invert }: Tone): number {
  const intensity = Math.min((value * mass) ** (1 / alpha), 1);
  return 255 * (invert ? 1 - intensity : intensity);
}
