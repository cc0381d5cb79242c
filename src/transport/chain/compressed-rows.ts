/** A matrix of which few entries matter: row r holds `values[at]` in `columns[at]` for at in [starts[r], starts[r + 1]). */
export interface CompressedRows {
  readonly starts: readonly number[];
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Grows entry by entry. */
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
    return { starts: this.#starts, columns: this.#columns, values: this.#values };
  }

  #grow(): void {
    const [columns, values] = [this.#columns, this.#values];
    this.#columns = new Int32Array(2 * this.#count);
    this.#values = new Float64Array(2 * this.#count);
    this.#columns.set(columns);
    this.#values.set(values);
  }
}

/** out = V x */
export function multiply({ starts, columns, values }: CompressedRows, x: Float64Array, out: Float64Array): void {
  for (let row = 0; row < out.length; row++) {
    let sum = 0;
    for (let at = starts[row], end = starts[row + 1]; at < end; at++) sum += values[at] * x[columns[at]];
    out[row] = sum;
  }
}

/** out = V^T x */
export function multiplyTranspose(
  { starts, columns, values }: CompressedRows,
  x: Float64Array,
  out: Float64Array,
): void {
  out.fill(0);
  for (let row = 0; row < x.length; row++) {
    const weight = x[row];
    for (let at = starts[row], end = starts[row + 1]; at < end; at++) out[columns[at]] += values[at] * weight;
  }
}
