import { formatNumber } from "../format.ts";
import type { Rows } from "./rows.ts";
import { columnsOf, saveCsv } from "./download.ts";
import { element } from "./element.ts";

/** Rows of the table on the page; all are in the file. */
const MOST_ROWS = 200;

/**
 * Adds the figures of a drawing, folded up: a table to read, and all of them to download as CSV.
 *
 * @param name of the file, without ending
 */
export function addDataTable(box: HTMLElement, tables: readonly Rows[], name = "figure"): void {
  if (tables.length === 0) return;
  const details = element("details", { className: "data" }, element("summary", {}, "Data"));
  const fileOf = (index: number) => (tables.length === 1 ? name : `${name}-${index + 1}`);
  const fill = () =>
    details.append(...tables.flatMap((rows, index) => [downloadOf(rows, fileOf(index)), tableOf(rows)]));
  details.addEventListener("toggle", fill, { once: true });
  box.append(details);
}

function downloadOf(rows: Rows, name: string): HTMLElement {
  const button = element("button", { type: "button" }, `Download ${rows.length} rows as CSV`);
  button.addEventListener("click", () => saveCsv(name, rows));
  return button;
}

function tableOf(rows: Rows): HTMLElement {
  const columns = columnsOf(rows);
  const head = columns.map((column) => element("th", { scope: "col" }, column));
  const body = rows.slice(0, MOST_ROWS).map((row) => {
    return element("tr", {}, ...columns.map((column) => cell(row[column])));
  });
  const more =
    rows.length > MOST_ROWS ? [element("caption", {}, `The first ${MOST_ROWS} of ${rows.length} rows.`)] : [];
  const table = element(
    "table",
    {},
    ...more,
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body),
  );
  const scroll = element("div", { className: "table", tabIndex: 0 }, table);
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", "Data of the figure");
  return scroll;
}

function cell(value: unknown): HTMLElement {
  if (typeof value === "number") return element("td", { className: "number" }, formatNumber(value));
  return element("td", {}, String(value ?? "–"));
}
