import { ndarray, rowsOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { addScaled, combine, rowProducts, samplesOf, stack, type LinearDictionary } from "./linear-dictionary.ts";
import { singularTriplets } from "./singular.ts";

export interface PcaDictionary extends LinearDictionary {
  /** [...] the mean image, which every reconstruction starts from. */
  readonly mean: NdArray<Float64Array>;
}

/**
 * Principal components ("eigenfaces", Turk & Pentland 1991): the mean image plus the k directions of largest variance,
 * unit vectors with their largest entry positive. No other mean and k components have a smaller squared error.
 *
 * The mean is one image more than k: beside a dictionary of S atoms, S - 1 components are the same number of images. That
 * count gives the eigenface figure of Schmitz et al. 2018 (33.6 dB beside 5 atoms; with 5 components it is 34.3 dB).
 *
 * @param data [M, ...] images, one a row
 * @param components k >= 0; fewer come back where the centred data have a lower rank (at most M - 1)
 * @throws InputError on a shape without a sample axis, entries that are not finite, or k < 0
 */
export function pca(data: NdArray, components: number): PcaDictionary {
  const { count, size, extents, values } = samplesOf("pca", data, components, 0);
  const rows = rowsOf(values, size);
  const mean = new Float64Array(size);
  for (const row of rows) addScaled(mean, 1 / count, row);
  const centred = rows.map((row) => row.map((value, index) => value - mean[index]));
  const axes = singularTriplets(centred, components).right;
  const coefficients = rowProducts(centred, axes);
  const reconstructions = combine(coefficients, axes, size);
  for (const row of rowsOf(reconstructions, size)) addScaled(row, 1, mean);
  return {
    mean: ndarray(mean, extents),
    components: ndarray(stack(axes, size), [axes.length, ...extents]),
    coefficients: ndarray(stack(coefficients, axes.length), [count, axes.length]),
    reconstructions: ndarray(reconstructions, data.shape),
  };
}
