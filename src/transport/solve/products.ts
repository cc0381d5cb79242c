import { InputError } from "../../errors.ts";
import { arrayOf, type ArrayInput } from "../../tensor/inputs.ts";
import { float64Of, isNdArray, ndarray, type NdArray, type Numbers } from "../../tensor/ndarray.ts";

/** A linear map of vectors side by side: [k, from] -> [k, to]. */
export type RowMap = (rows: Float64Array, count: number) => Float64Array;

/** A map of vectors, [from] -> [to], as one of vectors or of columns [from, k] -> [to, k]. Throws InputError. */
export function mapOfColumns(
  map: RowMap,
  from: number,
  to: number,
  given: Numbers | ArrayInput,
  name: string,
): Float64Array | NdArray<Float64Array> {
  if (isVector(given)) {
    const vector = float64Of(given, name);
    if (vector.length !== from) throw new InputError(`${name}: expected ${from} numbers, got ${vector.length}`);
    return map(vector, 1);
  }
  const columns = isNdArray(given) && given.shape.length === 1 ? arrayOf(given, 1, name) : arrayOf(given, 2, name);
  const count = columns.shape[1] ?? 1;
  if (columns.shape[0] !== from) {
    throw new InputError(`${name}: expected [${from}] or [${from}, k], got [${columns.shape.join(", ")}]`);
  }
  const out = transposed(map(transposed(columns.data, from, count), count), count, to);
  return ndarray(out, [to, ...columns.shape.slice(1)]);
}

function isVector(given: Numbers | ArrayInput): given is Numbers {
  return !isNdArray(given) && !(Array.isArray(given) && typeof given[0] === "object");
}

/** [rows, columns] -> [columns, rows] */
function transposed(values: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j];
  }
  return out;
}
