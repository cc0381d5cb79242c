import { InputError } from "../errors.ts";
import { allocate } from "../files/memory.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";
import { numberAt } from "./number-text.ts";
import { shown, skipBlanks, skipWord } from "./words.ts";

/** A matrix and what the lines behind the size line put into it. */
export interface Filling {
  /** A line with content, from its first character that is not blank. */
  read(bytes: Uint8Array, from: number, end: number, line: number): void;
  /** Throws InputError where there were fewer entries, or more, than the size line says. */
  finish(): NdArray<Float64Array>;
}

/** The dense matrix. */
export class Target {
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
export class Coordinates implements Filling {
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
export class Columns implements Filling {
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

function isWithin(index: number, extent: number): boolean {
  return Number.isInteger(index) && index >= 1 && index <= extent;
}
