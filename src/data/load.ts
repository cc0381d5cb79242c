import { basename, extname } from "#platform/files";
import { InputError } from "../errors.ts";
import { toFloat64, type NdArray } from "../tensor/ndarray.ts";
import { isArrayFile, readArray } from "./arrays.ts";
import { isCountFolder } from "./count-files.ts";
import { numbered, requireContent, requireValues, type SampleDataset } from "./dataset.ts";
import { isFolder } from "../files/read.ts";
import type { DelimitedOptions } from "./delimited.ts";
import { IMAGE_EXTENSIONS } from "./image-file.ts";
import { imagesOfArray, loadImages, type ImageOptions } from "./images.ts";
import { loadMatrix, MATRIX_EXTENSIONS, matrixOfArray } from "./matrix.ts";
import { loadCounts } from "./pbmc3k.ts";

export interface LoadOptions extends ImageOptions, DelimitedOptions {
  /**
   * The values will be used as masses: refuse negative ones and samples that are all zero.
   * @default false
   */
  readonly masses?: boolean;
}

const READABLE = `a folder of images or one of ${[...MATRIX_EXTENSIONS, ...IMAGE_EXTENSIONS].join(" ")}`;

/** What an array is, by its number of axes. */
const KINDS_BY_AXES: Readonly<Record<number, (array: NdArray, path: string, options: ImageOptions) => SampleDataset>> =
  {
    2: matrixOfArray,
    3: imagesOfArray,
    4: (array, path) => ({
      kind: "histograms",
      name: basename(path),
      values: toFloat64(array),
      names: numbered(array.shape[0]),
    }),
  };

/**
 * Reads a person's own data, whatever it is: a folder of images or one image (see `loadImages`), a table in any format of
 * `loadMatrix`, or an array in `.npy` or `.npz`: two axes are a matrix, three a stack of images, four histograms on 3-D
 * grids. A folder of counts (`readCounts`) is a matrix of cells and genes, log-normalised.
 *
 * @throws InputError, one line, for anything that cannot be read as such or does not fit `options`
 */
export async function loadData(path: string, options: LoadOptions = {}): Promise<SampleDataset> {
  const dataset = await loadByKind(path, options);
  if (options.size !== undefined && dataset.kind !== "images") {
    throw new InputError(
      `${path}: a size (${options.size}) is for images, this is a ${dataset.kind} data set; leave it out`,
    );
  }
  requireValues(dataset, { masses: options.masses ?? false });
  return dataset;
}

async function loadByKind(path: string, options: LoadOptions): Promise<SampleDataset> {
  const extension = extname(path).toLowerCase();
  const folder = await isDataFolder(path);
  if (folder && isCountFolder(path)) return loadCounts(path);
  if (folder || IMAGE_EXTENSIONS.includes(extension)) return loadImages(path, options);
  if (isArrayFile(path)) {
    const array = await readArray(path, Object.keys(KINDS_BY_AXES).map(Number));
    requireContent(array, path);
    const axes = array.shape.length;
    if (!Object.hasOwn(KINDS_BY_AXES, axes)) {
      throw new InputError(
        `${path}: expected a matrix [n, m], images [count, h, w] or volumes [count, d, h, w], got [${array.shape.join(", ")}]`,
      );
    }
    return KINDS_BY_AXES[axes](array, path, options);
  }
  if (MATRIX_EXTENSIONS.includes(extension)) return loadMatrix(path, options);
  throw new InputError(`${path}: unknown kind of file; expected ${READABLE}`);
}

async function isDataFolder(path: string): Promise<boolean> {
  try {
    return await isFolder(path);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${error.message}; expected data: ${READABLE}`);
  }
}
