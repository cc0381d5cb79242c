import { basename, extname } from "node:path";
import { InputError } from "../errors.ts";
import { toFloat64, type NdArray } from "../tensor/ndarray.ts";
import { isArrayFile, readArray } from "./arrays.ts";
import { numbered, requireValues, type MatrixDataset } from "./dataset.ts";
import { parseDelimited, type NamedMatrix } from "./delimited.ts";
import { readText } from "../files/read.ts";
import { parseMatrixMarket } from "./matrix-market.ts";

const tableReaders: Readonly<Record<string, (text: string, path: string) => NamedMatrix>> = {
  ".csv": (text, path) => parseDelimited(text, ",", path),
  ".tsv": (text, path) => parseDelimited(text, "\t", path),
  ".txt": (text, path) => parseDelimited(text, "whitespace", path),
  ".mtx": (text, path) => ({ values: parseMatrixMarket(text, path) }),
};

/** Extensions of the files that `loadMatrix` reads. */
export const MATRIX_EXTENSIONS: readonly string[] = [".npy", ".npz", ...Object.keys(tableReaders)];

/**
 * Reads a matrix as float64 [n, m] from `.npy`, `.npz`, `.csv`, `.tsv`, `.txt` (blanks between numbers) or `.mtx`, with the
 * names of rows and columns where the file gives them (see `parseDelimited`) and their numbers from 0 where it does not.
 *
 * @throws InputError for an unknown extension, a malformed file, another number of axes, or values that are not finite
 */
export async function loadMatrix(path: string): Promise<MatrixDataset> {
  if (isArrayFile(path)) return matrixOfArray(await readArray(path, [2]), path);
  const extension = extname(path).toLowerCase();
  if (!Object.hasOwn(tableReaders, extension)) {
    throw new InputError(`${path}: not known as a matrix (expected one of ${MATRIX_EXTENSIONS.join(" ")})`);
  }
  return matrixOf(tableReaders[extension](await readText(path), path), path);
}

/** An array [n, m] as a matrix without names, checked as `loadMatrix` says. Throws InputError. */
export function matrixOfArray(array: NdArray, path: string): MatrixDataset {
  return matrixOf({ values: toFloat64(array) }, path);
}

function matrixOf({ values, rowNames, columnNames }: NamedMatrix, path: string): MatrixDataset {
  if (values.shape.length !== 2) {
    throw new InputError(`${path}: expected a matrix [rows, columns], got an array [${values.shape.join(", ")}]`);
  }
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
