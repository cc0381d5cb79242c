import { InputError } from "../errors.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";

/** A matrix is held densely; a size line that asks for more elements than this (8 GiB) is refused before allocating. */
const MOST_ELEMENTS = 2 ** 30;

/** What the value at (column, row) is where a file lists only (row, column) of the lower triangle. */
const MIRRORED: Readonly<Record<string, ((value: number) => number) | undefined>> = {
  general: undefined,
  symmetric: (value) => value,
  "skew-symmetric": (value) => -value,
};
const LAYOUTS = ["coordinate", "array"];
const FIELDS = ["real", "double", "integer", "pattern"];

/** The matrix being filled, and where in the file the next number comes from. */
interface Reader {
  readonly name: string;
  readonly lines: readonly string[];
  /** Index of the first line after the size line. */
  readonly start: number;
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly mirror?: (value: number) => number;
}

/**
 * Reads a MatrixMarket file as a dense float64 matrix [n, m]: coordinate (1-based, repeated entries add up) or array
 * (column by column), real, integer or pattern (ones), general, symmetric or skew-symmetric.
 *
 * @param name what messages call the content (its path)
 * @throws InputError naming the line for anything malformed, truncated, complex or hermitian
 */
export function parseMatrixMarket(text: string, name: string): NdArray<Float64Array> {
  const lines = text.split("\n");
  const [banner, object, layout, field, symmetry] = lines[0].trim().toLowerCase().split(/\s+/);
  if (banner !== "%%matrixmarket" || object !== "matrix") {
    throw new InputError(`${name}: not a MatrixMarket file (its first line must start with "%%MatrixMarket matrix")`);
  }
  if (!LAYOUTS.includes(layout) || !FIELDS.includes(field) || !Object.hasOwn(MIRRORED, symmetry ?? "")) {
    throw new InputError(
      `${name}: MatrixMarket kind "${layout} ${field} ${symmetry}" is not supported (expected ${LAYOUTS.join(" or ")}, ` +
        `${FIELDS.join(" or ")}, ${Object.keys(MIRRORED).join(" or ")})`,
    );
  }
  const sizeLine = lines.findIndex((line, index) => index > 0 && isContent(line));
  const size = (lines[sizeLine] ?? "").trim().split(/\s+/).map(Number);
  if (size.length !== (layout === "coordinate" ? 3 : 2) || !size.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new InputError(`${name}: malformed MatrixMarket size line ${JSON.stringify(lines[sizeLine] ?? "")}`);
  }
  const [rows, columns, entries] = size;
  const mirror = MIRRORED[symmetry];
  if (mirror && rows !== columns) {
    throw new InputError(`${name}: a ${symmetry} matrix must be square, the size line says ${rows} x ${columns}`);
  }
  if (rows * columns > MOST_ELEMENTS) {
    throw new InputError(
      `${name}: ${rows} x ${columns} is too large to be held as a dense matrix; select rows or columns`,
    );
  }
  const values = new Float64Array(rows * columns);
  const reader: Reader = { name, lines, start: sizeLine + 1, values, rows, columns, mirror };
  if (layout === "coordinate") readCoordinates(reader, entries, field === "pattern");
  else readArray(reader, symmetry === "skew-symmetric");
  return ndarray(values, [rows, columns]);
}

function readCoordinates(
  { name, lines, start, values, rows, columns, mirror }: Reader,
  entries: number,
  pattern: boolean,
): void {
  const width = pattern ? 2 : 3;
  let found = 0;
  for (let index = start; index < lines.length; index++) {
    if (!isContent(lines[index])) continue;
    const numbers = lines[index].trim().split(/\s+/).map(Number);
    const [row, column, value = 1] = numbers;
    const fits = numbers.length === width && isWithin(row, rows) && isWithin(column, columns) && Number.isFinite(value);
    if (!fits) {
      throw new InputError(
        `${name}: line ${index + 1}: expected ${pattern ? "row column" : "row column value"} within ${rows} x ${columns}, ` +
          `got ${JSON.stringify(lines[index].trim())}`,
      );
    }
    found++;
    values[(row - 1) * columns + (column - 1)] += value;
    if (mirror && row !== column) values[(column - 1) * columns + (row - 1)] += mirror(value);
  }
  requireCount(name, found, entries);
}

function readArray({ name, lines, start, values, rows, columns, mirror }: Reader, strict: boolean): void {
  // the positions that the file lists: columns from top to bottom, from the diagonal on where the rest is mirrored
  const firstRow = (column: number): number => (mirror ? column + (strict ? 1 : 0) : 0);
  let expected = 0;
  for (let column = 0; column < columns; column++) expected += rows - firstRow(column);
  let column = 0;
  let row = firstRow(0);
  let found = 0;
  for (let index = start; index < lines.length; index++) {
    if (!isContent(lines[index])) continue;
    for (const text of lines[index].trim().split(/\s+/)) {
      const value = Number(text);
      if (!Number.isFinite(value)) {
        throw new InputError(`${name}: line ${index + 1}: expected a number, got ${JSON.stringify(text)}`);
      }
      if (++found > expected) continue;
      while (row >= rows) row = firstRow(++column);
      values[row * columns + column] = value;
      if (mirror && row !== column) values[column * columns + row] = mirror(value);
      row++;
    }
  }
  requireCount(name, found, expected);
}

function requireCount(name: string, found: number, expected: number): void {
  if (found !== expected) {
    throw new InputError(`${name}: expected ${expected} entries as the size line says, got ${found}`);
  }
}

function isContent(line: string): boolean {
  const text = line.trimStart();
  return text !== "" && !text.startsWith("%");
}

function isWithin(index: number, extent: number): boolean {
  return Number.isInteger(index) && index >= 1 && index <= extent;
}
