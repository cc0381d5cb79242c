import { InputError } from "../errors.ts";
import { allocate, requireMemory } from "../files/memory.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";
import { isNumber, numberOf } from "./number-text.ts";
import { findNames } from "./table-names.ts";

/** A table of numbers with the names that its file gave to rows and columns. */
export interface NamedMatrix {
  /** [n, m] */
  readonly values: NdArray<Float64Array>;
  readonly rowNames?: readonly string[];
  readonly columnNames?: readonly string[];
}

const FIRST_ROWS = 64;

/**
 * Makes a matrix of rows of text, one after the other: cells become numbers at once, so that a table takes no more memory than
 * its values, twice while they grow.
 */
export class TableBuilder {
  readonly #name: string;
  #first: readonly string[] | undefined;
  #second: readonly string[] | undefined;
  /** First cells of the rows after the first one; they may be names. */
  readonly #below: string[] = [];
  /** Cells of the rows after the first one, row-major; NaN for a first cell that is no number. */
  #values = new Float64Array();

  /** @param name what messages call the table (its path) */
  constructor(name: string) {
    this.#name = name;
  }

  /** Takes the next row. Throws InputError for one of another length, or a cell after the first that is no number. */
  add(row: readonly string[]): void {
    if (this.#first === undefined) {
      this.#first = row;
      return;
    }
    this.#second ??= row;
    const width = this.#second.length;
    if (row.length !== width) throw this.#ragged(row.length, width);
    this.#reserve(width);
    const start = this.#below.length * width;
    this.#values[start] = numberOf(row[0]);
    for (let column = 1; column < width; column++) {
      this.#values[start + column] = this.#number(row[column], this.#below.length + 2, column);
    }
    this.#below.push(row[0]);
  }

  /**
   * The matrix; see `findNames`. Throws InputError for a table without numbers, and as `add` for what is known only now.
   *
   * @param quotedFirst all cells of the first row are in quotes, not all of the second
   * @param comment cells of a comment above the table: a header where they are as many as its columns and it has none
   */
  finish(quotedFirst: boolean, comment: readonly string[] = [], header?: boolean): NamedMatrix {
    const first = this.#first;
    if (first === undefined) throw new InputError(`${this.#name}: empty, expected a table of numbers`);
    const edges = { first, second: this.#second, quotedFirst, below: this.#below };
    const { hasHeader, hasRowNames, cornerless } = findNames(edges, this.#name, header);
    const skip = hasRowNames ? 1 : 0;
    const width = hasHeader ? (this.#second?.length ?? 0) : first.length;
    if (width - skip < 1) throw new InputError(`${this.#name}: no numbers below the header`);
    if (!hasHeader && this.#second && this.#second.length !== width) throw this.#ragged(this.#second.length, width, 2);

    if (!hasRowNames) this.#requireNumbers(hasHeader ? [] : [first[0]]);
    const above = hasHeader ? [] : first.slice(skip).map((cell, column) => this.#number(cell, 1, column + skip));
    const rows = this.#below.length + (hasHeader ? 0 : 1);
    const values = this.#compact(above, width, skip);
    const named = hasHeader ? first : comment.length === width && !comment.some(isNumber) ? comment : undefined;
    const columnNames = named?.slice(cornerless ? 0 : skip);
    if (columnNames && columnNames.length !== width - skip) {
      throw new InputError(
        `${this.#name}: the header names ${columnNames.length} columns, the rows have ${width - skip}`,
      );
    }
    return {
      values: ndarray(values, [rows, width - skip]),
      ...(hasRowNames && { rowNames: hasHeader ? this.#below : [first[0], ...this.#below] }),
      ...(columnNames && { columnNames }),
    };
  }

  /** Makes room for a row. */
  #reserve(width: number): void {
    const needed = (this.#below.length + 1) * width;
    if (needed <= this.#values.length) return;
    const grown = allocate(
      Float64Array,
      Math.max(2 * this.#values.length, FIRST_ROWS * width),
      this.#name,
      "its table",
    );
    grown.set(this.#values);
    this.#values = grown;
  }

  /** The values below some of the first row, without the first `skip` cells of each row. */
  #compact(above: readonly number[], width: number, skip: number): Float64Array<ArrayBuffer> {
    const kept = width - skip;
    const length = above.length + this.#below.length * kept;
    requireMemory(length * this.#values.BYTES_PER_ELEMENT, this.#name, "its table");
    const values = new Float64Array(length);
    values.set(above);
    for (let row = 0; row < this.#below.length; row++) {
      values.set(this.#values.subarray(row * width + skip, (row + 1) * width), above.length + row * kept);
    }
    return values;
  }

  /** Requires numbers in the first column. */
  #requireNumbers(above: readonly string[]): void {
    above.forEach((cell) => this.#number(cell, 1, 0));
    this.#below.forEach((cell, row) => this.#number(cell, row + 2, 0));
  }

  #number(cell: string, row: number, column: number): number {
    const value = numberOf(cell);
    if (!Number.isNaN(value)) return value;
    const shown = JSON.stringify(cell.slice(0, 60));
    throw new InputError(`${this.#name}: row ${row}, column ${column + 1}: expected a number, got ${shown}`);
  }

  #ragged(got: number, expected: number, row = this.#below.length + 2): InputError {
    return new InputError(`${this.#name}: row ${row} has ${got} cells, the rows before have ${expected}`);
  }
}
