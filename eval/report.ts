import type { Picture, Pictures, Raster } from "./pictures/picture.ts";
import type { View } from "./views.ts";

/** What a reader is shown of a run: text, tables and figures. It knows nothing of any component; `renderReport` makes a page of it. */
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

export type ReportSection = TextSection | TableSection | FigureSection | GallerySection;

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
  /** Cells that are marked as the best of their column, in words as well. @default none */
  readonly best?: readonly (readonly [row: number, column: number])[];
}

export interface TableColumn {
  readonly title: string;
  /** Decimals of numbers. @default up to 4 significant digits */
  readonly digits?: number;
}

export interface FigureSection extends SectionCommon {
  readonly kind: "figure";
  /** A drawing (SVG) must come from this program: it is put into the page as it is. */
  readonly picture: Picture | LiveFigure;
  readonly caption: string;
  /** What is seen, for readers who do not see it. @default the caption */
  readonly alt?: string;
}

/** A figure that only the page draws. */
export interface LiveFigure {
  readonly kind: "view";
  readonly view: View;
}

/** Images beside each other, as many in a row as have room. */
export interface GallerySection extends SectionCommon {
  readonly kind: "gallery";
  readonly images: readonly GalleryImage[];
}

export interface GalleryImage {
  /** Below the image; with the section's title also what it shows, for readers who do not see it. */
  readonly label: string;
  readonly picture: Raster;
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

/** A figure's picture by name, with its words. */
export type FigureCaption = readonly [picture: string, title: string, caption: string];

/** A figure for each picture that could be drawn, in the order of the captions. */
export function figureSections(captions: readonly FigureCaption[], pictures: Pictures): ReportSection[] {
  return captions
    .filter(([name]) => name in pictures)
    .map(([name, title, caption]) => ({ kind: "figure", title, caption, picture: pictures[name] }));
}
