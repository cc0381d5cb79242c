import type { Rows } from "./data.ts";
import { columnsOf, saveCsv } from "./download.ts";
import { element } from "./element.ts";

/** Rows of the table on the page; all are in the file. */
const MOST_ROWS = 200;

/** Puts the figures of a drawing below it, folded up: a table to read, and all of them to download as CSV. */
export function addDataTable(box: HTMLElement, tables: readonly Rows[]): void {
  if (tables.length === 0) return;
  const details = element("details", { className: "data" }, element("summary", {}, "Data"));
  const fill = () => details.append(...tables.flatMap((rows, index) => [downloadOf(rows, index), tableOf(rows)]));
  details.addEventListener("toggle", fill, { once: true });
  box.append(details);
}

function downloadOf(rows: Rows, index: number): HTMLElement {
  const button = element("button", { type: "button" }, `Download ${rows.length} rows as CSV`);
  button.addEventListener("click", () => saveCsv(`figure-${index + 1}`, rows));
  return button;
}

function tableOf(rows: Rows): HTMLElement {
  const columns = columnsOf(rows);
  const head = columns.map((column) => element("th", { scope: "col" }, column));
  const body = rows.slice(0, MOST_ROWS).map((row) => {
    return element("tr", {}, ...columns.map((column) => element("td", {}, String(row[column] ?? "–"))));
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
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Data of the figure");
  return scroll;
}
