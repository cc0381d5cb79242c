import { basename, extname } from "#platform/files";
import { InputError } from "../errors.ts";
import { toFloat64, type NdArray } from "../tensor/ndarray.ts";
import { isArrayFile, readArray } from "./arrays.ts";
import { numbered, requireContent, requireValues, type MatrixDataset } from "./dataset.ts";
import { parseDelimited, type DelimitedOptions } from "./delimited.ts";
import type { Pieces } from "../files/pieces.ts";
import { readPieces } from "../files/read.ts";
import { parseMatrixMarket } from "./matrix-market.ts";
import type { NamedMatrix } from "./table-builder.ts";

type TableReader = (pieces: Pieces, path: string, options: DelimitedOptions) => Promise<NamedMatrix>;

const tableReaders: Readonly<Record<string, TableReader>> = {
  ".csv": (pieces, path, options) => parseDelimited(pieces, ",", path, options),
  ".tsv": (pieces, path, options) => parseDelimited(pieces, "\t", path, options),
  ".txt": (pieces, path, options) => parseDelimited(pieces, "whitespace", path, options),
  ".mtx": async (pieces, path) => ({ values: await parseMatrixMarket(pieces, path) }),
};

/** Extensions of the files that `loadMatrix` reads. */
export const MATRIX_EXTENSIONS: readonly string[] = [".npy", ".npz", ...Object.keys(tableReaders)];

/**
 * Reads a matrix as float64 [n, m] from `.npy`, `.npz`, `.csv`, `.tsv`, `.txt` (blanks between numbers) or `.mtx`, with the
 * names of rows and columns where the file gives them (see `parseDelimited`) and their numbers from 0 where it does not.
 *
 * @throws InputError for an unknown extension, a malformed file, another number of axes, or values that are not finite
 */
export async function loadMatrix(path: string, options: DelimitedOptions = {}): Promise<MatrixDataset> {
  if (isArrayFile(path)) return matrixOfArray(await readArray(path, [2]), path);
  const extension = extname(path).toLowerCase();
  if (!Object.hasOwn(tableReaders, extension)) {
    throw new InputError(`${path}: not known as a matrix (expected one of ${MATRIX_EXTENSIONS.join(" ")})`);
  }
  return matrixOf(await tableReaders[extension](readPieces(path), path, options), path);
}

/** An array [n, m] as a matrix without names, checked as `loadMatrix` says. Throws InputError. */
export function matrixOfArray(array: NdArray, path: string): MatrixDataset {
  return matrixOf({ values: toFloat64(array) }, path);
}

function matrixOf({ values, rowNames, columnNames }: NamedMatrix, path: string): MatrixDataset {
  if (values.shape.length !== 2) {
    throw new InputError(`${path}: expected a matrix [rows, columns], got an array [${values.shape.join(", ")}]`);
  }
  requireContent(values, path);
  const [rows, columns] = values.shape;
  const dataset: MatrixDataset = {
    kind: "matrix",
    name: basename(path),
    values,
    names: rowNames ?? numbered(rows),
    features: columnNames ?? numbered(columns),
  };
  requireValues(dataset, { masses: false });
  return dataset;
}
