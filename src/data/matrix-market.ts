import { InputError } from "../errors.ts";
import { allocate } from "../files/memory.ts";
import { readLines, type Pieces } from "../files/pieces.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";
import { numberAt } from "./number-text.ts";

/** What the value at (column, row) is where a file lists only (row, column) of the lower triangle. */
const MIRRORED: Readonly<Record<string, ((value: number) => number) | undefined>> = {
  general: undefined,
  symmetric: (value) => value,
  "skew-symmetric": (value) => -value,
};
const LAYOUTS = ["coordinate", "array"];
const FIELDS = ["real", "double", "integer", "pattern"];
const COMMENT = "%".charCodeAt(0);
/** Characters of a line that a message shows. */
const SHOWN = 60;

/** The first line of a file. */
interface Banner {
  readonly layout: string;
  readonly field: string;
  readonly symmetry: string;
}

/**
 * Reads a MatrixMarket file of any size as a dense float64 matrix [n, m], line by line: coordinate (1-based, repeated entries
 * add up) or array (column by column), real, integer or pattern (ones), general, symmetric or skew-symmetric.
 *
 * @param name what messages call the content (its path)
 * @param transposed gives [m, n]. @default false
 * @throws InputError naming the line for anything malformed, truncated, complex or hermitian; for a matrix that is too large for
 *   the memory, before it is allocated
 */
export async function parseMatrixMarket(
  pieces: Pieces,
  name: string,
  { transposed = false }: { readonly transposed?: boolean } = {},
): Promise<NdArray<Float64Array>> {
  let line = 0;
  let banner: Banner | undefined;
  let matrix: Filling | undefined;
  await readLines(pieces, name, (bytes, start, end) => {
    line++;
    if (line === 1) {
      banner = parseBanner(textOf(bytes, start, end), name);
      return;
    }
    const from = skipBlanks(bytes, start, end);
    if (from === end || bytes[from] === COMMENT) return;
    if (matrix) matrix.read(bytes, from, end, line);
    else matrix = fillingOf(banner!, textOf(bytes, from, end), name, transposed);
  });
  if (!banner) parseBanner("", name);
  return (matrix ?? fillingOf(banner!, "", name, transposed)).finish();
}

function parseBanner(text: string, name: string): Banner {
  const [banner, object, layout, field, symmetry] = text.trim().toLowerCase().split(/\s+/);
  if (banner !== "%%matrixmarket" || object !== "matrix") {
    throw new InputError(`${name}: not a MatrixMarket file (its first line must start with "%%MatrixMarket matrix")`);
  }
  if (!LAYOUTS.includes(layout) || !FIELDS.includes(field) || !Object.hasOwn(MIRRORED, symmetry ?? "")) {
    throw new InputError(
      `${name}: MatrixMarket kind "${layout} ${field} ${symmetry}" is not supported (expected ${LAYOUTS.join(" or ")}, ` +
        `${FIELDS.join(" or ")}, ${Object.keys(MIRRORED).join(" or ")})`,
    );
  }
  return { layout, field, symmetry };
}

/** The matrix that a size line asks for, to be filled. */
function fillingOf({ layout, field, symmetry }: Banner, sizeLine: string, name: string, transposed: boolean): Filling {
  const size = sizeLine.trim().split(/\s+/).map(Number);
  if (size.length !== (layout === "coordinate" ? 3 : 2) || !size.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new InputError(`${name}: malformed MatrixMarket size line ${JSON.stringify(sizeLine.slice(0, SHOWN))}`);
  }
  const [rows, columns, entries] = size;
  const mirror = MIRRORED[symmetry];
  if (mirror && rows !== columns) {
    throw new InputError(`${name}: a ${symmetry} matrix must be square, the size line says ${rows} x ${columns}`);
  }
  const target = new Target(name, rows, columns, transposed, mirror);
  if (layout === "coordinate") return new Coordinates(target, entries, field === "pattern");
  return new Columns(target, symmetry === "skew-symmetric");
}

/** A matrix and what the lines behind the size line put into it. */
interface Filling {
  /** A line with content, from its first character that is not blank. */
  read(bytes: Uint8Array, from: number, end: number, line: number): void;
  /** Throws InputError where there were fewer entries, or more, than the size line says. */
  finish(): NdArray<Float64Array>;
}

/** The dense matrix. */
class Target {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly #values: Float64Array<ArrayBuffer>;
  readonly #mirror: ((value: number) => number) | undefined;
  readonly #transposed: boolean;

  constructor(
    name: string,
    rows: number,
    columns: number,
    transposed: boolean,
    mirror: ((value: number) => number) | undefined,
  ) {
    this.#values = allocate(Float64Array, rows * columns, name, `a dense matrix of ${rows} x ${columns}`);
    this.name = name;
    this.rows = rows;
    this.columns = columns;
    this.#mirror = mirror;
    this.#transposed = transposed;
  }

  get isMirrored(): boolean {
    return this.#mirror !== undefined;
  }

  /** Adds to an entry, and to the one that mirrors it; counted from 0. */
  add(row: number, column: number, value: number): void {
    this.#values[this.#at(row, column)] += value;
    if (this.#mirror && row !== column) this.#values[this.#at(column, row)] += this.#mirror(value);
  }

  finish(found: number, expected: number): NdArray<Float64Array> {
    if (found !== expected) {
      throw new InputError(`${this.name}: expected ${expected} entries as the size line says, got ${found}`);
    }
    return ndarray(this.#values, this.#transposed ? [this.columns, this.rows] : [this.rows, this.columns]);
  }

  #at(row: number, column: number): number {
    return this.#transposed ? column * this.rows + row : row * this.columns + column;
  }
}

/** Lines of row, column and value; of row and column alone for a pattern. */
class Coordinates implements Filling {
  readonly #target: Target;
  readonly #entries: number;
  readonly #pattern: boolean;
  #found = 0;

  constructor(target: Target, entries: number, pattern: boolean) {
    this.#target = target;
    this.#entries = entries;
    this.#pattern = pattern;
  }

  read(bytes: Uint8Array, from: number, end: number, line: number): void {
    const { name, rows, columns } = this.#target;
    const rowEnd = skipWord(bytes, from, end);
    const columnStart = skipBlanks(bytes, rowEnd, end);
    const columnEnd = skipWord(bytes, columnStart, end);
    const valueStart = skipBlanks(bytes, columnEnd, end);
    const valueEnd = skipWord(bytes, valueStart, end);
    const row = numberAt(bytes, from, rowEnd);
    const column = numberAt(bytes, columnStart, columnEnd);
    const value = this.#pattern ? 1 : numberAt(bytes, valueStart, valueEnd);
    const complete = this.#pattern ? valueStart === end : skipBlanks(bytes, valueEnd, end) === end;
    if (!complete || !isWithin(row, rows) || !isWithin(column, columns) || Number.isNaN(value)) {
      throw new InputError(
        `${name}: line ${line}: expected ${this.#pattern ? "row column" : "row column value"} within ${rows} x ${columns}, ` +
          `got ${shown(bytes, from, end)}`,
      );
    }
    this.#found++;
    this.#target.add(row - 1, column - 1, value);
  }

  finish(): NdArray<Float64Array> {
    return this.#target.finish(this.#found, this.#entries);
  }
}

/** Values column by column, any number a line; of a mirrored matrix the lower triangle. */
class Columns implements Filling {
  readonly #target: Target;
  readonly #expected: number;
  /** Rows above the first one that a column lists, less the column's number; undefined where it lists all. */
  readonly #offset: number | undefined;
  #found = 0;
  #row: number;
  #column = 0;

  constructor(target: Target, strict: boolean) {
    const { rows, columns } = target;
    this.#target = target;
    this.#offset = target.isMirrored ? (strict ? 1 : 0) : undefined;
    this.#expected = target.isMirrored ? (rows * (rows + (strict ? -1 : 1))) / 2 : rows * columns;
    this.#row = this.#offset ?? 0;
  }

  read(bytes: Uint8Array, from: number, end: number, line: number): void {
    for (let start = from; start < end;) {
      const stop = skipWord(bytes, start, end);
      const value = numberAt(bytes, start, stop);
      if (Number.isNaN(value)) {
        throw new InputError(`${this.#target.name}: line ${line}: expected a number, got ${shown(bytes, start, stop)}`);
      }
      if (++this.#found <= this.#expected) this.#put(value);
      start = skipBlanks(bytes, stop, end);
    }
  }

  finish(): NdArray<Float64Array> {
    return this.#target.finish(this.#found, this.#expected);
  }

  #put(value: number): void {
    while (this.#row >= this.#target.rows) {
      this.#column++;
      this.#row = this.#offset === undefined ? 0 : this.#column + this.#offset;
    }
    this.#target.add(this.#row++, this.#column, value);
  }
}

/** Blanks, and the carriage return of a Windows line. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

function skipWord(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && !isBlank(bytes[at])) at++;
  return at;
}

function isWithin(index: number, extent: number): boolean {
  return Number.isInteger(index) && index >= 1 && index <= extent;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 1000))).trim();
}

function shown(bytes: Uint8Array, start: number, end: number): string {
  return JSON.stringify(textOf(bytes, start, end).slice(0, SHOWN));
}
