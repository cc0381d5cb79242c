import type { NdArray } from "../../src/tensor/ndarray.ts";
import { nmf } from "../baselines/nmf.ts";
import { pca } from "../baselines/pca.ts";
import { meanPsnr, perImage } from "../metrics/images.ts";

/** One way to reconstruct the data, on the 8-bit scale, and how well it does. */
export interface Reconstruction {
  readonly name: string;
  /** [M, ...], 0..255 */
  readonly images: NdArray<Float64Array>;
  /** dB, one a data point */
  readonly psnr: Float64Array;
  /** dB, over the images that are not exact; Infinity where all are. */
  readonly meanPsnr: number;
  /** Images that are reproduced exactly. */
  readonly exact: number;
}

/** Figures of reconstructions on the 8-bit scale. PSNR: 10 log10(255^2 / MSE), averaged over images that are not exact. */
export function reconstruction(name: string, images: NdArray<Float64Array>, inputs: NdArray): Reconstruction {
  const psnr = perImage(images, inputs);
  const { mean, exact } = meanPsnr(psnr);
  return { name, images, psnr, meanPsnr: mean, exact };
}

/**
 * PCA ("eigenfaces": the mean and as many components as the dictionary has atoms) and NMF of the same images; both see
 * the images as they are, in [0, 255], where linear methods do best.
 */
export function linearBaselines(inputs: NdArray<Float64Array>, components: number): Reconstruction[] {
  const fits = {
    PCA: pca(inputs, Math.min(components, inputs.shape[0])),
    NMF: nmf(inputs, components),
  };
  return Object.entries(fits).map(([name, { reconstructions }]) =>
    reconstruction(name, to8bit(reconstructions), inputs),
  );
}

function to8bit({ shape, data }: NdArray<Float64Array>): NdArray<Float64Array> {
  return { shape, data: data.map((value) => Math.round(Math.min(Math.max(value, 0), 255))) };
}
