import { CsvError, Readable, parseCsv as parse, pipelineDone } from "#platform/streams";
import { InputError } from "../errors.ts";
import { copies, readLines, type Pieces } from "../files/pieces.ts";
import { TableBuilder, type NamedMatrix } from "./table-builder.ts";

/** `"whitespace"`: runs of blanks. */
export type Delimiter = "," | "\t" | "whitespace";

export interface DelimitedOptions {
  /** Whether the first row holds names of columns. @default found by itself, see `findNames` */
  readonly header?: boolean;
}

/** Characters that one row may have; more are a quote that was never closed. */
const MOST_ROW_CHARACTERS = 2 ** 27;
/** A line of which all cells are in quotes. */
const ALL_QUOTED = /^\s*"[^"]*"(?:[\s,]+"[^"]*")*\s*$/;

/**
 * Reads a table of numbers separated by `delimiter`, of any size, with the names of its rows and columns where `findNames` finds
 * some. Cells may be quoted; empty lines and a byte order mark are passed over. Lines that begin with `#` above the first row are
 * comments, in tables separated by blanks any text behind a `#`; the last comment above is the header where it has a name for every
 * column (NumPy's `savetxt`, biom) and the first row has none.
 *
 * @param name what messages call the content (its path)
 * @throws InputError naming row and column, counted from 1 with the header and without empty lines and comments, of the first cell
 *   that is not a number (NA and empty cells included) or of a row that has another length; for a first row that can be read in two
 *   ways
 */
export async function parseDelimited(
  pieces: Pieces,
  delimiter: Delimiter,
  name: string,
  { header }: DelimitedOptions = {},
): Promise<NamedMatrix> {
  const table = new TableBuilder(name);
  const read = delimiter === "whitespace" ? readBlanks : readCells;
  const { lines, comment } = await read(pieces, table, delimiter, name);
  const quotedFirst = lines.length > 1 && ALL_QUOTED.test(lines[0]) && !ALL_QUOTED.test(lines[1]);
  return table.finish(quotedFirst, comment, header);
}

/** The first two lines as they stand, and the cells of the last comment above them. */
interface Start {
  readonly lines: readonly string[];
  readonly comment?: readonly string[];
}

async function readCells(pieces: Pieces, table: TableBuilder, delimiter: string, name: string): Promise<Start> {
  let start: Start & { readonly tableAt: number } = { lines: [], tableAt: 0 };
  async function* belowComments(): AsyncGenerator<Uint8Array> {
    let isFirst = true;
    for await (const piece of copies(pieces)) {
      if (isFirst) start = startOf(piece, delimiter);
      yield isFirst ? piece.subarray(start.tableAt) : piece;
      isFirst = false;
    }
  }
  const parser = parse({
    delimiter,
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: MOST_ROW_CHARACTERS,
    on_record: (row: string[]) => {
      table.add(row);
      return null; // nothing is kept
    },
  });
  try {
    await pipelineDone(Readable.from(belowComments()), parser, async (rows: AsyncIterable<unknown>) => {
      for await (const row of rows) void row;
    });
  } catch (error) {
    if (error instanceof CsvError) {
      throw new InputError(`${name}: malformed table (${error.message.split("\n")[0]})`);
    }
    throw error;
  }
  return start;
}

/** What stands at the beginning of the first piece of a file; comments that are longer than it are not known as such. */
function startOf(piece: Uint8Array, delimiter: string): Start & { readonly tableAt: number } {
  const text = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("latin1"); // a character a byte
  const comments = /^(?:\xef\xbb\xbf)?(?:#[^\n]*\n|\s*\n)*/.exec(text)![0];
  const last = comments.split("\n").findLast((line) => line.includes("#"));
  const cells =
    last &&
    Buffer.from(last.replace(/^[^#]*#/, ""), "latin1")
      .toString()
      .split(delimiter);
  return {
    lines: text.slice(comments.length, comments.length + MOST_ROW_CHARACTERS).split("\n", 2),
    tableAt: comments.includes("#") ? Buffer.byteLength(comments, "latin1") : 0,
    ...(cells && { comment: cells.map((cell) => cell.trim()) }),
  };
}

/** Cells between blanks, perhaps quoted, as R and NumPy write them, and comments. */
const BLANK_CELL = /"((?:\\.|""|[^"\\])*)"|#.*|[^\s#]+/g;

async function readBlanks(pieces: Pieces, table: TableBuilder, _: string, name: string): Promise<Start> {
  const lines: string[] = [];
  let comment: string[] | undefined;
  let isFirstLine = true;
  await readLines(pieces, name, (bytes, start, end) => {
    const line = new TextDecoder("utf-8", { ignoreBOM: !isFirstLine }).decode(bytes.subarray(start, end));
    isFirstLine = false;
    const matches = [...line.matchAll(BLANK_CELL)];
    const cells = matches.filter(([text]) => !text.startsWith("#")).map(([text, quoted]) => unquoted(text, quoted));
    if (cells.length > 0) {
      if (lines.length < 2) lines.push(line);
      table.add(cells);
    } else if (lines.length === 0 && matches.length > 0) {
      comment = line
        .replace(/^\s*#+/, "")
        .trim()
        .split(/\s+/);
    }
  });
  return { lines, ...(comment && { comment }) };
}

function unquoted(text: string, quoted: string | undefined): string {
  return quoted === undefined ? text : quoted.replace(/""|\\(.)/g, (pair, escaped?: string) => escaped ?? pair[0]);
}
