import { escapeXml } from "../escape.ts";
import { formatNumber } from "../format.ts";
import { PIXEL_RATIO, type Picture } from "../pictures/picture.ts";
import type { FigureSection, GallerySection, Highlight, ReportSection, TableCell, TableSection } from "../report.ts";
import type { View } from "../views.ts";

/** HTML, and what its figures are drawn from: a figure names its view by the index. */
export interface Fragment {
  readonly html: string;
  readonly views: readonly View[];
}

/** The figures that a reader came for, as HTML. */
export function renderHighlights(highlights: readonly Highlight[]): string {
  return highlights.length === 0 ? "" : `<dl class="highlights">${highlights.map(renderHighlight).join("")}</dl>`;
}

/** Sections as HTML, all text in them escaped. */
export function renderSections(sections: readonly ReportSection[]): Fragment {
  const views: View[] = [];
  const html = sections.map((section, index) => renderSection(section, index, views)).join("\n");
  return { html, views };
}

/** Shorter pages are seen at a glance. */
const FEWEST_CONTENTS = 4;

/** Links to the sections that have a title; none on a short page. */
export function renderContents(sections: readonly ReportSection[]): string {
  const links = sections.flatMap(({ title }, index) =>
    title === undefined ? [] : [`<li><a href="#s${index + 1}">${escapeXml(title)}</a></li>`],
  );
  if (links.length < FEWEST_CONTENTS) return "";
  return `<nav class="contents" aria-label="Contents"><ul>${links.join("")}</ul></nav>`;
}

function renderHighlight({ label, value, note }: Highlight): string {
  const small = note === undefined ? "" : `<dd class="note">${escapeXml(note)}</dd>`;
  return `<div><dt>${escapeXml(label)}</dt><dd class="value">${formatCell(value)}</dd>${small}</div>`;
}

function renderSection(section: ReportSection, index: number, views: View[]): string {
  const body = renderBody(section, index, views);
  const title = section.title === undefined ? "" : escapeXml(section.title);
  const id = title && ` id="s${index + 1}"`;
  if (section.collapsed && title) {
    return `<section${id}><details><summary><h2>${title}</h2></summary>${body}</details></section>`;
  }
  const half = section.kind === "figure" && isHalf(section.picture) ? ' class="half"' : "";
  return `<section${id}${half}>${title && `<h2>${title}</h2>`}${body}</section>`;
}

/** CSS pixels up to which two figures stand side by side. */
const HALF_PAGE = 480;

/** Views that are about as high as wide. */
const SQUARE_VIEWS: readonly View["kind"][] = ["points", "matrix"];

function isHalf(picture: FigureSection["picture"]): boolean {
  const isSquare = picture.view !== undefined && SQUARE_VIEWS.includes(picture.view.kind);
  return isSquare || widthOf(picture) <= HALF_PAGE;
}

/** CSS pixels; a drawing that does not say its width takes all of the page. */
function widthOf(picture: FigureSection["picture"]): number {
  if (picture.kind === "view" || (picture.view && picture.view.kind !== "chart")) return Infinity;
  if (picture.kind === "png") return picture.width / PIXEL_RATIO;
  return Number(/^<svg[^>]*\swidth="([\d.]+)"/.exec(picture.svg)?.[1] ?? Infinity);
}

function renderBody(section: ReportSection, index: number, views: View[]): string {
  switch (section.kind) {
    case "text":
      return section.paragraphs.map((paragraph) => `<p>${escapeXml(paragraph)}</p>`).join("");
    case "table":
      return renderTable(section);
    case "figure":
      return renderFigure(section, index, views);
    case "gallery":
      return renderGallery(section);
    default:
      return section satisfies never;
  }
}

function renderTable({ title, columns, rows, caption, best = [] }: TableSection): string {
  const kinds = columns.map((_, column) => (rows.every((row) => isNumeric(row[column])) ? ' class="number"' : ""));
  const titles = columns.map(({ title }, column) => `<th scope="col"${kinds[column]}>${escapeXml(title)}</th>`);
  const head = columns.some(({ title }) => title) ? `<thead><tr>${titles.join("")}</tr></thead>` : "";
  const marked = new Set(best.map(String));
  const body = rows.map((row, line) => {
    const cells = columns.map(({ digits }, column) => {
      const tag = column === 0 ? 'th scope="row"' : "td";
      const text = formatCell(row[column], digits);
      const shown = marked.has(`${line},${column}`)
        ? `<small class="best">best</small> <strong>${text}</strong>`
        : text;
      return `<${tag}${kinds[column]}>${shown}</${tag.slice(0, 2)}>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const text = caption === undefined ? "" : `<caption>${escapeXml(caption)}</caption>`;
  const label = escapeXml(title ?? caption ?? "Table");
  return `<div class="table" role="group" tabindex="0" aria-label="${label}"><table>${text}${head}<tbody>${body.join("\n")}</tbody></table></div>`;
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

function renderFigure({ picture, caption, alt = caption }: FigureSection, index: number, views: View[]): string {
  const { view } = picture;
  const body =
    picture.kind === "view" || view ? renderView(views.push(view!) - 1, alt) : renderStill(picture, alt, `f${index}-`);
  return `<figure>${body}<figcaption>${escapeXml(caption)}</figcaption></figure>`;
}

function renderGallery({ title = "", images }: GallerySection): string {
  const figures = images.map(({ label, picture }) => {
    const image = renderStill(picture, title === "" ? label : `${title} of ${label}`, "");
    return `<figure>${image}<figcaption>${escapeXml(label)}</figcaption></figure>`;
  });
  return `<div class="gallery">${figures.join("")}</div>`;
}

/** The box that the page's script draws a view in. */
function renderView(view: number, alt: string): string {
  const without = "<noscript>This figure is drawn by a script, which is switched off here.</noscript>";
  return `<div class="view" data-view="${view}" data-alt="${escapeXml(alt)}">${without}</div>`;
}

function renderStill(picture: Picture, alt: string, prefix: string): string {
  if (picture.kind === "svg") return labelledSvg(picture.svg, alt, prefix);
  const [width, height] = [picture.width, picture.height].map((pixels) => Math.ceil(pixels / PIXEL_RATIO));
  const data = Buffer.from(picture.png).toString("base64");
  return `<img src="data:image/png;base64,${data}" alt="${escapeXml(alt)}" width="${width}" height="${height}">`;
}

/** A drawing for a page with others: its ids made its own (clip paths and gradients refer to them), and a description. */
function labelledSvg(svg: string, alt: string, prefix: string): string {
  return svg
    .replace(/(\sid="|url\(#|href="#)/g, `$1${prefix}`)
    .replace(/^<svg/, `<svg role="img" aria-label="${escapeXml(alt)}"`);
}
