/** What a cell of a tab-separated table may hold only in quotes. */
const NEEDS_QUOTES = /["\t\r\n]|^[\s#]|\s$/;

/**
 * A tab-separated table as text, a line a row. A cell with a tab, a newline, a quote, blanks at an end or a `#` in front is put in
 * quotes, its own quotes doubled (RFC 4180), as `parseDelimited`, pandas (`sep="\t"`) and R's `read.delim` read it.
 */
export function encodeTsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join("\t")}\n`).join("");
}

function cellOf(cell: string | number): string {
  const text = String(cell);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
