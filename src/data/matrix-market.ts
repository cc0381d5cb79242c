import { InputError } from "../errors.ts";
import { readLines, type Pieces } from "../files/pieces.ts";
import type { NdArray } from "../tensor/ndarray.ts";
import { Columns, Coordinates, Target, type Filling } from "./matrix-market-layouts.ts";
import { SHOWN, skipBlanks, textOf } from "./words.ts";

/** What the value at (column, row) is where a file lists only (row, column) of the lower triangle. */
const MIRRORED: Readonly<Record<string, ((value: number) => number) | undefined>> = {
  general: undefined,
  symmetric: (value) => value,
  "skew-symmetric": (value) => -value,
};
const LAYOUTS = ["coordinate", "array"];
const FIELDS = ["real", "double", "integer", "pattern"];
const COMMENT = "%".charCodeAt(0);

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
