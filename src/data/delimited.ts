import { parse } from "csv-parse/sync";
import { InputError } from "../errors.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";

/** A table of numbers with the names that its file gave to rows and columns. */
export interface NamedMatrix {
  /** [n, m] */
  readonly values: NdArray<Float64Array>;
  readonly rowNames?: readonly string[];
  readonly columnNames?: readonly string[];
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Reads a table of numbers separated by `delimiter` (`"whitespace"`: runs of blanks, `#` starts a comment, as NumPy's
 * `savetxt` writes). Names are found by themselves:
 *
 * - a **header row** where no cell of the first row after its first is a number, also where it is one cell shorter than
 *   the next row (R's `write.table`), or where the corner is empty and 0, 1, 2, ... follow (pandas' default);
 * - a **column of row names** under an empty or missing corner, or where no cell of the first column is a number.
 *
 * @param name what messages call the content (its path)
 * @throws InputError naming row and column, counted from 1 with the header and without empty lines, of the first cell
 *   that is not a number ("NA" and empty cells included) or of a row that has another length
 */
export function parseDelimited(text: string, delimiter: "," | "\t" | "whitespace", name: string): NamedMatrix {
  const rows = delimiter === "whitespace" ? splitBlanks(text) : splitRows(text, delimiter, name);
  if (rows.length === 0) throw new InputError(`${name}: empty, expected a table of numbers`);
  const { hasHeader, hasRowNames, cornerless } = detectNames(rows);
  const body = hasHeader ? rows.slice(1) : rows;
  const skip = hasRowNames ? 1 : 0;
  const width = (body[0]?.length ?? 0) - skip;
  if (width < 1) throw new InputError(`${name}: no numbers below the header`);

  const values = new Float64Array(body.length * width);
  for (const [index, row] of body.entries()) {
    const line = index + (hasHeader ? 2 : 1);
    if (row.length !== width + skip) {
      throw new InputError(`${name}: row ${line} has ${row.length} cells, the rows before have ${width + skip}`);
    }
    for (let column = 0; column < width; column++) {
      const cell = row[column + skip];
      if (!isNumber(cell)) {
        throw new InputError(
          `${name}: row ${line}, column ${column + skip + 1}: expected a number, got ${JSON.stringify(cell)}`,
        );
      }
      values[index * width + column] = Number(cell);
    }
  }
  const columnNames = hasHeader ? rows[0].slice(cornerless ? 0 : skip) : undefined;
  if (columnNames && columnNames.length !== width) {
    throw new InputError(`${name}: the header names ${columnNames.length} columns, the rows have ${width}`);
  }
  return {
    values: ndarray(values, [body.length, width]),
    ...(hasRowNames && { rowNames: body.map((row) => row[0]) }),
    ...(columnNames && { columnNames }),
  };
}

function detectNames(rows: readonly string[][]): { hasHeader: boolean; hasRowNames: boolean; cornerless: boolean } {
  const [first, second] = rows;
  const cornerless = second !== undefined && first.length === second.length - 1 && !first.some(isNumber);
  const rest = first.length > 1 ? first.slice(1) : first;
  const emptyCorner = first.length > 1 && first[0] === "";
  const hasHeader =
    cornerless || !rest.some(isNumber) || (emptyCorner && rest.every((cell, index) => cell === String(index)));
  const body = hasHeader ? rows.slice(1) : rows;
  const hasRowNames =
    cornerless ||
    (hasHeader && emptyCorner) ||
    (body.length > 0 && body[0].length > 1 && !body.some((row) => isNumber(row[0])));
  return { hasHeader, hasRowNames, cornerless };
}

function isNumber(cell: string): boolean {
  return NUMBER.test(cell) && Number.isFinite(Number(cell));
}

function splitRows(text: string, delimiter: string, name: string): string[][] {
  try {
    return parse(text, { delimiter, bom: true, trim: true, skip_empty_lines: true, relax_column_count: true });
  } catch (error) {
    throw new InputError(`${name}: malformed table (${(error as Error).message.split("\n")[0]})`);
  }
}

function splitBlanks(text: string): string[][] {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/));
}
