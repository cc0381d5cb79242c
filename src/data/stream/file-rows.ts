import { InputError } from "../../errors.ts";
import { openFile, readAt } from "../../files/read.ts";

/** Rows of equal length, one behind the other in a file. */
export interface FileRows {
  readonly path: string;
  /** Bytes before the first row, of one row, and of the whole file when it was opened. */
  readonly start: number;
  readonly rowBytes: number;
  readonly fileBytes: number;
}

/**
 * The bytes of some rows, in the order in which they are asked for. They are read in the order of the file, neighbours at once.
 * Throws InputError where the file has another size than before.
 */
export async function readFileRows(
  { path, start, rowBytes, fileBytes }: FileRows,
  rows: ArrayLike<number>,
): Promise<Uint8Array<ArrayBuffer>> {
  const found = new Uint8Array(rows.length * rowBytes);
  const places = Array.from(rows, (row, place) => ({ row, place })).sort((a, b) => a.row - b.row);
  const file = await openFile(path);
  try {
    if (file.size !== fileBytes) {
      throw new InputError(`${path}: has ${file.size} bytes now, ${fileBytes} when it was opened; restore it`);
    }
    for (let from = 0, to = 0; from < places.length; from = to) {
      while (to < places.length && places[to].row === places[from].row + to - from) to++;
      const run = await readAt(file, start + places[from].row * rowBytes, new Uint8Array((to - from) * rowBytes));
      for (let index = from; index < to; index++) {
        const at = (index - from) * rowBytes;
        found.set(run.subarray(at, at + rowBytes), places[index].place * rowBytes);
      }
    }
    return found;
  } finally {
    await file.handle.close();
  }
}
