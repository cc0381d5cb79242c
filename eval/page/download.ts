import { csvFormat } from "d3-dsv";
import type { Rows } from "./rows.ts";
import { element } from "./element.ts";

/** Gives the reader a file. */
export function save(name: string, content: Blob): void {
  const link = element("a", { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000); // once the browser has it
}

export function saveCsv(name: string, rows: Rows): void {
  save(`${name}.csv`, new Blob([csvFormat(rows as object[], columnsOf(rows) as never[])], { type: "text/csv" }));
}

/** The names of all columns, in the order in which they first occur. */
export function columnsOf(rows: Rows): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}
