/** A matrix of which few entries matter: row r holds `values[at]` in `columns[at]` for at in [starts[r], starts[r + 1]). */
export interface CompressedRows {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Grows row by row. */
export class RowsBuilder {
  readonly #starts: number[] = [0];
  #columns = new Int32Array(1024);
  #values = new Float64Array(1024);
  #count = 0;

  push(column: number, value: number): void {
    if (this.#count === this.#values.length) this.#grow();
    this.#columns[this.#count] = column;
    this.#values[this.#count++] = value;
  }

  endRow(): void {
    this.#starts.push(this.#count);
  }

  build(): CompressedRows {
    return {
      starts: Int32Array.from(this.#starts),
      columns: this.#columns.slice(0, this.#count),
      values: this.#values.slice(0, this.#count),
    };
  }

  #grow(): void {
    const [columns, values] = [this.#columns, this.#values];
    this.#columns = new Int32Array(2 * this.#count);
    this.#values = new Float64Array(2 * this.#count);
    this.#columns.set(columns);
    this.#values.set(values);
  }
}

/** By counting: each column's entries stay in the order of the rows. */
export function transposed({ starts, columns, values }: CompressedRows, columnCount: number): CompressedRows {
  const newStarts = new Int32Array(columnCount + 1);
  for (const column of columns) newStarts[column + 1]++;
  for (let column = 0; column < columnCount; column++) newStarts[column + 1] += newStarts[column];
  const next = newStarts.slice();
  const newColumns = new Int32Array(columns.length);
  const newValues = new Float64Array(columns.length);
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let at = starts[row]; at < starts[row + 1]; at++) {
      const to = next[columns[at]]++;
      newColumns[to] = row;
      newValues[to] = values[at];
    }
  }
  return { starts: newStarts, columns: newColumns, values: newValues };
}

/** out = rows (u * x), entrywise product. */
export function multiply(
  { starts, columns, values }: CompressedRows,
  u: Float64Array,
  x: Float64Array,
  out: Float64Array,
): void {
  const sent = u.map((scaling, index) => scaling * x[index]);
  for (let row = 0; row < out.length; row++) {
    let sum = 0;
    for (let at = starts[row], end = starts[row + 1]; at < end; at++) sum += values[at] * sent[columns[at]];
    out[row] = sum;
  }
}
