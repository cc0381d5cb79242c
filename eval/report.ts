import { escapeXml } from "./escape.ts";
import { formatNumber } from "./format.ts";
import { PIXEL_RATIO, type Picture, type Pictures } from "./pictures/picture.ts";
import { REPORT_STYLE } from "./report-style.ts";

/**
 * A report is one HTML file that needs nothing else: pictures inside, no script, no network, light or dark as the reader
 * has it. It knows text, tables and figures and nothing of any component.
 */
export interface Report {
  readonly title: string;
  /** One line under the title: data set, run, date. */
  readonly subtitle?: string;
  /** The few figures that the reader came for, in large type. */
  readonly highlights?: readonly Highlight[];
  /** In order; a section without title goes on in the one before. */
  readonly sections: readonly ReportSection[];
}

export interface Highlight {
  readonly label: string;
  readonly value: TableCell;
  /** A few words below: the unit, what it compares with. */
  readonly note?: string;
}

export type ReportSection = TextSection | TableSection | FigureSection;

interface SectionCommon {
  /** Heading. @default none */
  readonly title?: string;
  /** Closed until the reader opens it; needs a title. @default false */
  readonly collapsed?: boolean;
}

export interface TextSection extends SectionCommon {
  readonly kind: "text";
  readonly paragraphs: readonly string[];
}

/** Missing values are shown as a dash. */
export type TableCell = string | number | boolean | null | undefined;

export interface TableSection extends SectionCommon {
  readonly kind: "table";
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
  readonly caption?: string;
}

export interface TableColumn {
  readonly title: string;
  /** Decimals of numbers. @default up to 4 significant digits */
  readonly digits?: number;
}

export interface FigureSection extends SectionCommon {
  readonly kind: "figure";
  /** A drawing (SVG) must come from this program: it is put into the page as it is. */
  readonly picture: Picture;
  readonly caption: string;
  /** What is seen, for readers who do not see it. @default the caption */
  readonly alt?: string;
}

/** The report as HTML. */
export function renderReport({ title, subtitle, highlights = [], sections }: Report): string {
  const head = [
    `<h1>${escapeXml(title)}</h1>`,
    subtitle === undefined ? "" : `<p class="subtitle">${escapeXml(subtitle)}</p>`,
    highlights.length === 0 ? "" : `<dl class="highlights">${highlights.map(renderHighlight).join("")}</dl>`,
  ].join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<header>
${head}
</header>
${sections.map(renderSection).join("\n")}
</main>
</body>
</html>
`;
}

/** A two-column table of names and values: a configuration, a summary. Records in it have a row an entry, lists are JSON. */
export function recordTable(
  record: Readonly<Record<string, unknown>>,
  section: Omit<TableSection, "kind" | "columns" | "rows"> = {},
): TableSection {
  return { ...section, kind: "table", columns: [{ title: "" }, { title: "" }], rows: recordRows(record) };
}

function recordRows(record: object, prefix = ""): TableCell[][] {
  return Object.entries(record).flatMap(([name, value]: [string, unknown]) => {
    if (isCell(value)) return [[prefix + name, value]];
    return Array.isArray(value) ? [[prefix + name, JSON.stringify(value)]] : recordRows(value, `${prefix}${name}.`);
  });
}

function isCell(value: unknown): value is TableCell {
  return value === null || typeof value !== "object";
}

function renderHighlight({ label, value, note }: Highlight): string {
  const small = note === undefined ? "" : `<dd class="note">${escapeXml(note)}</dd>`;
  return `<div><dt>${escapeXml(label)}</dt><dd class="value">${formatCell(value)}</dd>${small}</div>`;
}

function renderSection(section: ReportSection, index: number): string {
  const body = renderBody(section, index);
  const title = section.title === undefined ? "" : escapeXml(section.title);
  if (section.collapsed && title) {
    return `<section><details><summary><h2>${title}</h2></summary>${body}</details></section>`;
  }
  const half = section.kind === "figure" && widthOf(section.picture) <= HALF_PAGE ? ' class="half"' : "";
  return `<section${half}>${title && `<h2>${title}</h2>`}${body}</section>`;
}

/** CSS pixels up to which two figures stand side by side. */
const HALF_PAGE = 480;

/** CSS pixels; a drawing that does not say its width takes all of the page. */
function widthOf(picture: Picture): number {
  if (picture.kind === "png") return picture.width / PIXEL_RATIO;
  return Number(/^<svg[^>]*\swidth="([\d.]+)"/.exec(picture.svg)?.[1] ?? Infinity);
}

function renderBody(section: ReportSection, index: number): string {
  switch (section.kind) {
    case "text":
      return section.paragraphs.map((paragraph) => `<p>${escapeXml(paragraph)}</p>`).join("");
    case "table":
      return renderTable(section);
    case "figure":
      return renderFigure(section, index);
    default:
      return section satisfies never;
  }
}

function renderTable({ columns, rows, caption }: TableSection): string {
  const kinds = columns.map((_, column) => (rows.every((row) => isNumeric(row[column])) ? ' class="number"' : ""));
  const titles = columns.map(({ title }, column) => `<th scope="col"${kinds[column]}>${escapeXml(title)}</th>`);
  const head = columns.some(({ title }) => title) ? `<thead><tr>${titles.join("")}</tr></thead>` : "";
  const body = rows.map((row) => {
    const cells = columns.map(({ digits }, column) => {
      const tag = column === 0 ? 'th scope="row"' : "td";
      return `<${tag}${kinds[column]}>${formatCell(row[column], digits)}</${tag.slice(0, 2)}>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const text = caption === undefined ? "" : `<caption>${escapeXml(caption)}</caption>`;
  return `<div class="table"><table>${text}${head}<tbody>${body.join("\n")}</tbody></table></div>`;
}

function isNumeric(cell: TableCell): boolean {
  return typeof cell === "number" || cell === null || cell === undefined;
}

function formatCell(cell: TableCell, digits?: number): string {
  if (cell === null || cell === undefined || cell === "") return "–";
  if (typeof cell === "number")
    return digits === undefined || !Number.isFinite(cell) ? formatNumber(cell) : cell.toFixed(digits);
  return escapeXml(String(cell));
}

function renderFigure({ picture, caption, alt = caption }: FigureSection, index: number): string {
  const image =
    picture.kind === "svg"
      ? labelledSvg(picture.svg, alt, `f${index}-`)
      : `<img src="data:image/png;base64,${Buffer.from(picture.png).toString("base64")}" alt="${escapeXml(alt)}"` +
        ` width="${Math.ceil(picture.width / PIXEL_RATIO)}" height="${Math.ceil(picture.height / PIXEL_RATIO)}">`;
  return `<figure>${image}<figcaption>${escapeXml(caption)}</figcaption></figure>`;
}

/** A drawing for a page with others: its ids made its own (clip paths and gradients refer to them), and a description. */
function labelledSvg(svg: string, alt: string, prefix: string): string {
  return svg
    .replace(/(\sid="|url\(#|href="#)/g, `$1${prefix}`)
    .replace(/^<svg/, `<svg role="img" aria-label="${escapeXml(alt)}"`);
}

/** A figure's picture by name, with its words. */
export type FigureCaption = readonly [picture: string, title: string, caption: string];

/** A figure for each picture that could be drawn, in the order of the captions. */
export function figureSections(captions: readonly FigureCaption[], pictures: Pictures): ReportSection[] {
  return captions
    .filter(([name]) => name in pictures)
    .map(([name, title, caption]) => ({ kind: "figure", title, caption, picture: pictures[name] }));
}
